//! Header inspection against files made by others, and against an independent reader of sizes.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

use gpt_image_edge::picture::{Color, Format, Problem, inspect};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors");

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

fn pictures() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in [
        "png-pngsuite",
        "png-image-png-bugfixes",
        "jpeg-decoder-crash",
        "jpeg-decoder-reftest",
        "webp-image-webp-regression",
        "image-rs-webp-regression",
        "image-corkami",
    ] {
        files_below(&Path::new(VECTORS).join(folder), &mut found);
    }
    if found.is_empty() {
        eprintln!("skipped: the vectors made by others are not beside the project");
    }
    found
}

#[test]
fn sizes_agree_with_an_independent_reader() {
    let mut compared = 0;
    for path in pictures() {
        let bytes = fs::read(&path).unwrap();
        let Ok(info) = inspect(&bytes) else { continue };
        let Ok(size) = imagesize::blob_size(&bytes) else { continue };
        assert_eq!(
            (info.width as usize, info.height as usize),
            (size.width, size.height),
            "{}",
            path.display()
        );
        compared += 1;
    }
    assert!(compared > 100 || pictures().is_empty(), "only {compared} files were compared");
}

#[test]
fn every_sound_png_of_the_suite_is_read_and_every_broken_header_refused() {
    for path in pictures() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !path.to_string_lossy().contains("pngsuite") || path.extension().is_none_or(|kind| kind != "png") {
            continue;
        }
        let found = inspect(&fs::read(&path).unwrap());
        // The suite names broken files with a leading x. Some are broken behind the header, which is not read.
        match name.as_bytes() {
            [b'x', b's' | b'c' | b'd', ..] => {
                let behind_the_header =
                    ["xcsn0g01.png", "xdtn0g01.png", "xhdn0g08.png"].contains(&name.as_str());
                assert!(behind_the_header || found.is_err(), "{name}: {found:?}");
            }
            [b'x', ..] => {}
            _ => {
                let info = found.unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
                assert_eq!(info.format, Format::Png, "{name}");
                assert_eq!(info.bit_depth == 16, name.contains("16.png"), "{name}");
                let transparent = name.starts_with('t') && !name.starts_with("tp0")
                    || matches!(info.color, Color::Rgb | Color::Gray)
                        && name.get(4..5).is_some_and(|kind| kind == "4" || kind == "6");
                assert_eq!(info.has_alpha, transparent, "{name}");
            }
        }
    }
}

#[test]
fn every_prefix_of_a_file_is_read_without_a_panic_and_says_the_same_once_it_can() {
    for path in pictures().into_iter().take(400) {
        let bytes = fs::read(&path).unwrap();
        let whole = inspect(&bytes);
        let mut answered = false;
        for end in (0..bytes.len().min(3000)).chain([bytes.len()]) {
            match (inspect(&bytes[..end]), whole) {
                (Ok(part), Ok(whole)) => {
                    answered = true;
                    assert_eq!(
                        (part.width, part.height),
                        (whole.width, whole.height),
                        "{} cut at {end}",
                        path.display()
                    );
                }
                (Ok(_), Err(_)) => panic!("{} cut at {end} is better than the whole", path.display()),
                (Err(Problem::Truncated(_)), Ok(_)) => assert!(!answered, "{} cut at {end}", path.display()),
                (Err(_), _) => {}
            }
        }
    }
}
