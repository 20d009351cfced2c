//! Pictures as a whole: that every word can be drawn, always alike, with the detail and the transparency asked for.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "helpers of tests"
)]

use gpt_image_edge_sandbox::draw::Pixels;
use gpt_image_edge_sandbox::draw::resample::resample;
use gpt_image_edge_sandbox::scene::{Detail, draw};
use gpt_image_edge_sandbox::words::Brief;
use proptest::prelude::*;

const PLACES: &[&str] =
    &["mountains", "lake", "sea", "forest", "meadow", "desert", "city", "space", "abstract", "studio"];
const HOURS: &[&str] = &["dawn", "noon", "sunset", "night"];
const WEATHER: &[&str] = &["clear", "clouds", "fog", "rain", "snow"];
const SUBJECTS: &[&str] = &[
    "cat",
    "dog",
    "bird",
    "fish",
    "whale",
    "tree",
    "flower",
    "house",
    "lighthouse",
    "boat",
    "balloon",
    "rocket",
    "person",
    "mug",
    "apple",
    "heart",
    "star",
    "mushroom",
    "robot",
    "leaf",
    "gem",
];

fn picture(prompt: &str, seed: u64) -> Pixels {
    draw(&Brief::read(prompt), 96, 64, Detail::of("medium"), seed, false)
}

fn difference(a: &Pixels, b: &Pixels) -> f64 {
    let sum: u64 = a.bytes().iter().zip(b.bytes()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.bytes().len() as f64
}

#[test]
fn every_place_hour_and_weather_can_be_drawn_and_shows() {
    for place in PLACES {
        let mut seen: Vec<Pixels> = Vec::new();
        for hour in HOURS {
            let pixels = picture(&format!("{place} at {hour}"), 1);
            assert!(!pixels.has_transparency());
            seen.push(pixels);
        }
        for (i, a) in seen.iter().enumerate() {
            for b in &seen[i + 1..] {
                // Space and cloth have no hours.
                assert!(["space", "abstract"].contains(place) || difference(a, b) > 3.0, "{place}");
            }
        }
        for weather in WEATHER {
            picture(&format!("{place} in {weather}"), 1);
        }
    }
}

#[test]
fn every_thing_shows_in_a_scene_and_alone() {
    for subject in SUBJECTS {
        let with = picture(&format!("a {subject} on a meadow at noon"), 5);
        let without = picture("a meadow at noon", 5);
        let pairs = with.bytes().chunks_exact(4).zip(without.bytes().chunks_exact(4));
        let changed = pairs.filter(|(a, b)| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > 16)).count();
        assert!(changed > 40, "{subject}: {changed}");
        let alone = draw(&Brief::read(subject), 96, 64, Detail::of("low"), 5, true);
        let alphas: Vec<u8> = alone.bytes().chunks_exact(4).map(|pixel| pixel[3]).collect();
        let count =
            |range: core::ops::RangeInclusive<u8>| alphas.iter().filter(|a| range.contains(a)).count();
        assert!(count(0..=0) > alphas.len() / 3, "{subject}: nothing around it");
        assert!(count(255..=255) > alphas.len() / 30, "{subject}: {}", count(255..=255));
        assert!(count(1..=254) > 40, "{subject}: hard edges");
        assert_eq!(alone.pixel(0, 0)[3], 0, "{subject}");
    }
}

#[test]
fn named_colours_show() {
    let mean = |pixels: &Pixels, channel: usize| {
        pixels.bytes().chunks_exact(4).map(|pixel| f64::from(pixel[channel])).sum::<f64>()
    };
    for (color, channel) in [("red", 0), ("green", 1), ("blue", 2)] {
        let pixels = picture(&format!("{color}, {color}, an abstract pattern in {color}"), 2);
        for other in (0..3).filter(|other| *other != channel) {
            assert!(mean(&pixels, channel) > mean(&pixels, other) * 1.1, "{color}");
        }
    }
}

#[test]
fn a_seed_gives_one_picture_and_another_seed_another() {
    for prompt in ["a lake", "city at night", "a cat", "nebula", ""] {
        assert_eq!(picture(prompt, 1), picture(prompt, 1));
        assert!(difference(&picture(prompt, 1), &picture(prompt, 2)) > 1.0, "{prompt}");
    }
}

#[test]
fn quality_changes_the_detail_and_not_the_composition() {
    for prompt in ["mountain lake at dawn", "a boat at sunset", "nebula"] {
        let of = |quality| draw(&Brief::read(prompt), 192, 128, Detail::of(quality), 3, false);
        let small = |pixels: &Pixels| resample(pixels, [0.0, 0.0, 192.0, 128.0], 12, 8);
        let (low, high) = (of("low"), of("high"));
        assert_ne!(low, high);
        let apart = difference(&small(&low), &small(&high));
        assert!(apart < 22.0, "{prompt}: {apart}");
        assert_ne!(of("high"), of("max"));
    }
}

#[test]
fn every_shape_the_models_draw_can_be_drawn() {
    // Scaled-down 3:1, 1:3, square and odd shapes; the sizes themselves are multiples of 16.
    for (width, height) in [(144, 48), (48, 144), (16, 16), (160, 96), (1, 1), (3, 200)] {
        for prompt in ["lake", "city", "space", "abstract", "a cat", "forest in snow"] {
            let pixels = draw(&Brief::read(prompt), width, height, Detail::of("max"), 8, false);
            assert_eq!((pixels.width(), pixels.height()), (width, height));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_prompt_can_be_drawn(prompt in ".{0,200}", seed: u64, transparent: bool) {
        let pixels = draw(&Brief::read(&prompt), 32, 32, Detail::of("low"), seed, transparent);
        prop_assert_eq!(pixels.bytes().len(), 32 * 32 * 4);
    }
}
