//! Pictures that others made, from `../shared/vectors`. Where the folder is absent the tests say so and pass.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    missing_docs,
    reason = "a test that panics has failed, and says where"
)]

use std::fs;
use std::path::{Path, PathBuf};

use gpt_image_edge_pixels::chroma::ChromaKey;
use gpt_image_edge_pixels::decode::decode;
use gpt_image_edge_pixels::encode::encode;
use gpt_image_edge_pixels::{Limits, Output, Transparency, chroma_key, transparency};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors");
const LIMITS: Limits = Limits { max_pixels: 1 << 22 };

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

fn pictures(folders: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in folders {
        files_below(&Path::new(VECTORS).join(folder), &mut found);
    }
    if found.is_empty() {
        eprintln!("skipped: the vectors made by others are not beside the project");
    }
    found.sort();
    found
}

#[test]
fn every_file_is_read_or_refused_and_what_is_read_can_be_keyed_and_written() {
    let files = pictures(&[
        "png-pngsuite",
        "png-image-png-bugfixes",
        "jpeg-decoder-crash",
        "jpeg-decoder-reftest",
        "webp-image-webp-regression",
        "image-rs-webp-regression",
        "image-corkami",
    ]);
    let mut read = 0_u32;
    for path in &files {
        let file = fs::read(path).unwrap();
        let _ = transparency(&file, LIMITS);
        let Ok(mut picture) = decode(&file, LIMITS) else { continue };
        read = read.saturating_add(1);
        chroma_key(&mut picture, ChromaKey::default());
        let written = encode(&picture, Output::Png).unwrap();
        assert_eq!(decode(&written, LIMITS).as_ref(), Ok(&picture), "{}", path.display());
    }
    assert!(files.is_empty() || read > 100, "only {read} of {} were read", files.len());
}

#[test]
fn transparency_is_what_the_decoded_pixels_say() {
    let files = pictures(&["png-pngsuite", "webp-image-webp-regression", "image-corkami"]);
    let mut seen = [0_u32; 3];
    for path in &files {
        let file = fs::read(path).unwrap();
        let (Ok(found), Ok(picture)) = (transparency(&file, LIMITS), decode(&file, LIMITS)) else { continue };
        let alphas = || picture.rgba.iter().skip(3).step_by(4);
        let (expected, count) = match () {
            () if alphas().all(|alpha| *alpha == 255) => (Transparency::None, &mut seen[0]),
            () if alphas().all(|alpha| *alpha == 0) => (Transparency::All, &mut seen[1]),
            () => (Transparency::Some, &mut seen[2]),
        };
        assert_eq!(found, expected, "{}", path.display());
        *count = count.saturating_add(1);
    }
    assert!(files.is_empty() || (seen[0] > 20 && seen[2] > 10), "{seen:?}");
}

#[test]
fn the_suite_is_read_as_its_names_say() {
    for path in pictures(&["png-pngsuite"]) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".png") else { continue };
        let outcome = decode(&fs::read(&path).unwrap(), LIMITS);
        // Names that begin with x are broken on purpose; the sizes stand at the end of those that begin with s.
        assert_eq!(outcome.is_err(), name.starts_with('x'), "{name}: {outcome:?}");
        if let (Some(size), Ok(picture)) = (name.strip_prefix('s').and_then(|rest| rest.get(..2)), outcome)
            && let Ok(size) = size.parse::<u32>()
        {
            assert_eq!((picture.width, picture.height), (size, size), "{name}");
        }
    }
}
