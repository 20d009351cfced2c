//! Draws a picture per prompt into a folder: `cargo run --release --example gallery -- FOLDER WIDTHxHEIGHT QUALITY PROMPT...`
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use gpt_image_edge_sandbox::{draw::digest, scene, words::Brief};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (w, h) = args[1].split_once('x').unwrap();
    for (i, prompt) in args[3..].iter().enumerate() {
        let start = std::time::Instant::now();
        let pixels = scene::draw(
            &Brief::read(prompt),
            w.parse().unwrap(),
            h.parse().unwrap(),
            scene::Detail::of(&args[2]),
            digest(&[prompt]),
            prompt.contains("transparent"),
        );
        let drawn = start.elapsed();
        let file = std::fs::File::create(format!("{}/{i:02}.png", args[0])).unwrap();
        let mut encoder = png::Encoder::new(file, pixels.width(), pixels.height());
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header().unwrap().write_image_data(pixels.bytes()).unwrap();
        println!("{i:02} {prompt}: drawn {drawn:?}, all {:?}", start.elapsed());
    }
}
