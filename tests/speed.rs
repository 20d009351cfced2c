//! How fast replies are scanned natively: `cargo test --release --test speed -- --ignored --nocapture`.
//! The numbers of the shipped WebAssembly are in `docs/benchmarks.md`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a measurement that panics has failed, and says where"
)]

use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gpt_image_edge::wire::scan::{Item, Limits, Scanner};

/// Bytes without a pattern, the same on each run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// The median of so many runs, in GB of input a second.
fn measure(name: &str, input: &[u8], runs: usize, mut run: impl FnMut(&[u8]) -> usize) {
    let expected = run(input);
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            assert_eq!(run(input), expected);
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let median = times.swap_remove(runs / 2);
    println!("{name:<44} {:>7.2} ms {:>7.2} GB/s", median * 1e3, input.len() as f64 / median / 1e9);
}

fn scan(mut scanner: Scanner, input: &[u8], chunk_bytes: usize) -> usize {
    let mut bytes = 0;
    for mut chunk in input.chunks(chunk_bytes) {
        while let Some(item) = scanner.feed(&mut chunk).unwrap() {
            if let Item::Piece(piece) = item {
                bytes += piece.bytes.len();
            }
        }
    }
    while scanner.finish().unwrap().is_some() {}
    bytes
}

#[test]
#[ignore = "a measurement, meaningful in release builds only"]
fn replies() {
    let image = STANDARD.encode(noise(1_125_000));
    let stream: String = (0..4)
        .map(|index| {
            format!("event: image_generation.partial_image\ndata: {{\"type\":\"image_generation.partial_image\",\"partial_image_index\":{index},\"b64_json\":\"{image}\",\"size\":\"1024x1024\"}}\n\n")
        })
        .collect::<Vec<_>>()
        .concat();
    let body =
        format!("{{\"created\":1,\"data\":[{{\"b64_json\":\"{}\"}}]}}", STANDARD.encode(noise(6_000_000)));
    for chunk_bytes in [1 << 10, 16 << 10, 64 << 10, 1 << 20] {
        let name = format!("events, 4 x 1.5 MB, chunks of {chunk_bytes}");
        measure(&name, stream.as_bytes(), 21, |input| {
            scan(Scanner::event_stream(&Limits::default()), input, chunk_bytes)
        });
    }
    measure("JSON, 8 MB, chunks of 65536", body.as_bytes(), 21, |input| {
        scan(Scanner::json(&Limits::default()), input, 64 << 10)
    });
    let escaped = body.replace('/', "\\/");
    measure("JSON, 8 MB, each slash escaped", escaped.as_bytes(), 21, |input| {
        scan(Scanner::json(&Limits::default()), input, 64 << 10)
    });
    let late = format!("{{\"result\":\"{image}\",\"type\":\"image_generation_call\"}}");
    measure("JSON, 1.5 MB result before its type", late.as_bytes(), 21, |input| {
        scan(Scanner::json(&Limits::default()), input, 64 << 10)
    });
    let text =
        format!("[{}0]", "{\"text\":\"some words of an answer\",\"n\":12.5,\"ok\":true},".repeat(40_000));
    measure("JSON, 2.2 MB without any image", text.as_bytes(), 21, |input| {
        scan(Scanner::json(&Limits::default()), input, 64 << 10)
    });
    measure("base64 crate, 8 MB", STANDARD.encode(noise(6_000_000)).as_bytes(), 21, |input| {
        STANDARD.decode(input).unwrap().len()
    });
}
