//! Header inspection against files made by others, and against an independent reader of sizes.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

use gpt_image_edge::picture::{Color, Format, HEAD_BYTES, Problem, inspect, needed};
use proptest::prelude::*;

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
    // Broken behind the header, which is all that is read: the checksum of the image data, and a palette entry too many.
    const BROKEN_BEHIND: &[&str] = &["xcsn0g01.png"];
    let mut refused = 0;
    for path in pictures() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !path.to_string_lossy().contains("pngsuite") || path.extension().is_none_or(|kind| kind != "png") {
            continue;
        }
        let found = inspect(&fs::read(&path).unwrap());
        // The suite names broken files with a leading x.
        if name.starts_with('x') && !BROKEN_BEHIND.contains(&name.as_str()) {
            assert!(found.is_err(), "{name}: {found:?}");
            refused += 1;
            continue;
        }
        let info = found.unwrap_or_else(|problem| panic!("{name}: {problem:?}"));
        assert_eq!((info.format, info.complete), (Format::Png, true), "{name}");
        if name.starts_with('x') {
            continue;
        }
        assert_eq!(info.bit_depth == 16, name.contains("16.png"), "{name}");
        let transparent = name.starts_with('t') && !name.starts_with("tp0")
            || matches!(info.color, Color::Rgb | Color::Gray)
                && name.get(4..5).is_some_and(|kind| kind == "4" || kind == "6");
        assert_eq!(info.has_alpha, transparent, "{name}");
    }
    assert!(refused > 5 || pictures().is_empty(), "only {refused} broken files were met");
}

#[test]
fn every_prefix_of_a_file_is_read_without_a_panic_and_says_the_same_once_it_can() {
    for path in pictures().into_iter().take(400) {
        let bytes = fs::read(&path).unwrap();
        let whole = inspect(&bytes);
        let name = path.display();
        let mut answered = false;
        for end in (0..bytes.len().min(3000)).chain([bytes.len()]) {
            let head = &bytes[..end];
            match (inspect(head), whole) {
                (Ok(part), Ok(whole)) => {
                    answered = true;
                    assert_eq!((part.width, part.height), (whole.width, whole.height), "{name} cut at {end}");
                    assert!(!part.complete || part == whole, "{name} cut at {end}: {part:?}, not {whole:?}");
                }
                // What breaks a file may stand behind what tells its size.
                (Ok(part), Err(_)) => assert!(!part.complete, "{name} cut at {end} is better than the whole"),
                (Err(Problem::Truncated(_)), Ok(_)) => assert!(!answered, "{name} cut at {end}"),
                (Err(_), _) => {}
            }
            if let Some(more) = needed(head) {
                assert!(more > end, "{name} cut at {end}: {more} bytes are needed");
                // No byte less would tell more, once the format is known.
                if inspect(head) != Err(Problem::NotAnImage) {
                    let less = &bytes[..bytes.len().min(more - 1)];
                    assert_eq!(needed(less), Some(more), "{name} cut at {end}");
                }
            }
        }
    }
}

#[test]
fn asking_for_what_is_needed_leads_to_an_answer() {
    for path in pictures() {
        let bytes = fs::read(&path).unwrap();
        let mut end = 0;
        let mut steps = 0;
        while let Some(more) = needed(&bytes[..end]).filter(|more| *more <= bytes.len()) {
            (end, steps) = (more, steps + 1);
        }
        assert_eq!(inspect(&bytes[..end]), inspect(&bytes), "{} after {steps} steps", path.display());
    }
}

/// The smallest file of each format, whole as far as headers go.
fn seeds() -> Vec<Vec<u8>> {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x03\0\0\0\x28\xcb\x34\xbb\0\0\0\x01tRNS\0\x40\xe6\xd8\x66\0\0\0\0IDAT";
    let jpeg = b"\xff\xd8\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0";
    let webp = b"RIFF\x3a\0\0\0WEBPVP8X\x0a\0\0\0\x18\0\0\0\x0f\0\0\x1f\0\0EXIF\x1a\0\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0";
    let gif = b"GIF89a\x10\0\x20\0\0\0\0\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0\x21\xf9\x04\x01\0\0\0\0\x2c\0\0\0\0\x10\0\x20\0\0\x02\x01\0\0\x3b";
    vec![png.to_vec(), jpeg.to_vec(), webp.to_vec(), gif.to_vec()]
}

#[test]
fn the_smallest_files_tell_everything() {
    let told: Vec<_> = seeds()
        .iter()
        .map(|seed| inspect(seed).unwrap_or_else(|problem| panic!("{problem:?}")))
        .map(|info| {
            (
                info.format,
                info.width,
                info.height,
                info.has_alpha,
                info.animated,
                info.orientation,
                info.complete,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Format::Png, 1, 1, true, false, 1, true),
            (Format::Jpeg, 32, 16, false, false, 6, true),
            (Format::Webp, 16, 32, true, false, 8, true),
            // One frame and the end of the file: the word to repeat it makes no animation.
            (Format::Gif, 16, 32, true, false, 1, true),
        ]
    );
}

#[test]
fn a_few_bytes_ask_for_the_shortest_signature_they_may_become() {
    for (head, more) in [
        (&b""[..], Some(3)),
        (b"\xff\xd8", Some(3)),
        (b"\x89P", Some(8)),
        (b"GIF8", Some(6)),
        (b"RIFFabcdW", Some(12)),
        (b"RIFFabcdAVI ", None),
        (b"<svg", None),
    ] {
        assert_eq!((inspect(head), needed(head)), (Err(Problem::NotAnImage), more), "{head:?}");
    }
}

#[test]
fn a_cut_animation_is_taken_for_one() {
    let gif = &seeds()[3];
    let cut = inspect(&gif[..gif.len() - 1]).unwrap();
    assert_eq!((cut.animated, cut.complete), (true, false));
}

#[test]
fn what_stands_behind_a_large_chunk_is_missed_but_not_denied() {
    // A palette picture whose transparency stands behind a profile of 100,000 bytes.
    let seed = &seeds()[0];
    let mut file = seed[..33].to_vec();
    file.extend_from_slice(&100_000_u32.to_be_bytes());
    file.extend_from_slice(b"iCCP");
    file.resize(file.len() + 100_004, 0);
    file.extend_from_slice(&seed[33..]);
    let head = inspect(&file[..HEAD_BYTES]).unwrap();
    assert_eq!((head.has_alpha, head.complete), (false, false));
    assert_eq!(needed(&file[..HEAD_BYTES]), Some(33 + 8 + 100_000));
    let whole = inspect(&file).unwrap();
    assert_eq!((whole.has_alpha, whole.complete), (true, true));
}

#[test]
fn one_flipped_bit_of_a_png_header_is_noticed() {
    let seed = &seeds()[0];
    for bit in 0..33 * 8 {
        let mut bent = seed.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert!(inspect(&bent).is_err(), "bit {bit}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), format in 0_usize..5) {
        let starts: [&[u8]; 5] = [b"", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0", b"GIF89a"];
        let file = [starts[format], &bytes].concat();
        let _ = inspect(&file);
        prop_assert!(needed(&file).is_none_or(|more| more > file.len()));
    }

    #[test]
    fn no_mutation_panics(seed in 0_usize..4, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>()) {
        let mut file = seeds().swap_remove(seed);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        file.truncate(cut.index(file.len()).saturating_add(1));
        if let Ok(info) = inspect(&file) {
            prop_assert!(info.width > 0 && info.height > 0 && (1..=8).contains(&info.orientation));
        }
        prop_assert!(needed(&file).is_none_or(|more| more > file.len()));
    }
}
