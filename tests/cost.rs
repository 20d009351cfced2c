//! Prices against published tables, recorded replies, and a slow reading of the formula.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a panic is how a test fails"
)]

use gpt_image_edge::catalog::Catalog;
use gpt_image_edge::catalog::model::{Grid, OutputTokens, Rounding, SizeRule};
use gpt_image_edge::check::{Context, ImageFacts};
use gpt_image_edge::cost::{ActualOptions, Basis, Kind, NanoUsd, actual, estimate, tokens};
use gpt_image_edge::date::Date;
use gpt_image_edge::picture::{Color, Format, ImageInfo};
use gpt_image_edge::request::{Operation, Value};
use proptest::prelude::*;

const TODAY: Date = Date::new(2026, 11, 20);

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// The published price of every quality and size, in dollars: square, portrait, landscape.
const TABLE: &[(&str, &str, [&str; 3])] = &[
    ("gpt-image-1-mini", "low", ["0.005", "0.006", "0.006"]),
    ("gpt-image-1-mini", "medium", ["0.011", "0.015", "0.015"]),
    ("gpt-image-1-mini", "high", ["0.036", "0.052", "0.052"]),
    ("gpt-image-1", "low", ["0.011", "0.016", "0.016"]),
    ("gpt-image-1", "medium", ["0.042", "0.063", "0.063"]),
    ("gpt-image-1", "high", ["0.167", "0.25", "0.25"]),
    ("gpt-image-1.5", "low", ["0.009", "0.013", "0.013"]),
    ("gpt-image-1.5", "medium", ["0.034", "0.05", "0.05"]),
    ("gpt-image-1.5", "high", ["0.133", "0.2", "0.2"]),
    ("chatgpt-image-latest", "low", ["0.009", "0.013", "0.013"]),
    ("chatgpt-image-latest", "medium", ["0.034", "0.05", "0.05"]),
    ("chatgpt-image-latest", "high", ["0.133", "0.2", "0.2"]),
    ("gpt-image-2", "low", ["0.006", "0.005", "0.005"]),
    ("gpt-image-2", "medium", ["0.053", "0.041", "0.041"]),
    ("gpt-image-2", "high", ["0.211", "0.165", "0.165"]),
];

const PRESETS: [(u32, u32); 3] = [(1024, 1024), (1024, 1536), (1536, 1024)];

fn dollars(text: &str) -> NanoUsd {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    NanoUsd::new(
        whole.parse::<u64>().unwrap() * 1_000_000_000 + format!("{fraction:0<9}").parse::<u64>().unwrap(),
    )
}

#[test]
fn every_cell_of_the_published_tables_is_there_and_is_told() {
    let catalog = Catalog::default();
    for (model, quality, prices) in TABLE {
        for ((width, height), price) in PRESETS.iter().zip(prices) {
            let request = value(&format!(
                r#"{{"model":"{model}","prompt":"x","quality":"{quality}","size":"{width}x{height}"}}"#
            ));
            let found = estimate(Operation::Generate, &request, &Context::new(TODAY), &catalog);
            let name = format!("{model} {quality} {width}x{height}");
            let image = found.items.iter().find(|item| item.kind == Kind::ImageOutput).unwrap();
            if *model == "gpt-image-1-mini" {
                assert_eq!((found.basis, image.usd.expected), (Basis::Table, dollars(price)), "{name}");
                assert!(found.by_tokens.is_some(), "{name}");
            } else {
                assert_eq!(found.basis, Basis::Tokens, "{name}");
                let table = found.by_table.unwrap();
                assert_eq!(table.expected, dollars(price), "{name}");
                // The tables are rounded, landscape sometimes to the portrait's price: at most 0.2 cents off.
                assert!(table.expected.get().abs_diff(image.usd.expected.get()) < 2_000_000, "{name}");
            }
        }
    }
}

/// The formula in exact fractions, written the other way round: over ratios of whole numbers, never by rounding helpers.
fn slow_grid(factor: u128, width: u128, height: u128, rounding: Rounding) -> u32 {
    let (long, short) = if width > height { (width, height) } else { (height, width) };
    // The axis s is the whole number with |factor * short / long - s| smallest.
    let mut axis = 0_u128;
    while (axis + 1) * long <= factor * short {
        axis += 1;
    }
    let rest = factor * short - axis * long;
    if 2 * rest > long || (2 * rest == long && (rounding == Rounding::HalfUp || axis % 2 == 1)) {
        axis += 1;
    }
    let product = factor * axis * (2_000_000 + width * height);
    let mut tokens = product / 4_000_000;
    if tokens * 4_000_000 < product {
        tokens += 1;
    }
    u32::try_from(tokens).unwrap()
}

#[test]
fn the_flexible_formula_agrees_with_the_slow_one_on_every_legal_size() {
    let catalog = Catalog::default();
    for id in ["gpt-image-2", "gpt-image-2.5-sunburst"] {
        let model = catalog.find(id).unwrap();
        let (OutputTokens::Grid(grid), SizeRule::Flexible(rule)) = (model.output_tokens, model.sizes) else {
            panic!("{id} has no grid")
        };
        for (quality, factor) in grid.factors {
            let mut extremes = (u32::MAX, 0);
            let mut sizes = 0;
            for width in (16..=3840).step_by(16) {
                for height in (16..=3840).step_by(16).filter(|height| rule.accepts(width, *height)) {
                    let tokens = tokens::output(model, quality, width, height).unwrap();
                    let slow =
                        slow_grid(u128::from(*factor), u128::from(width), u128::from(height), grid.rounding);
                    assert_eq!(tokens, slow, "{id} {quality} {width}x{height}");
                    extremes = (extremes.0.min(tokens), extremes.1.max(tokens));
                    sizes += 1;
                }
            }
            assert_eq!(sizes, 29_146);
            assert_eq!(tokens::output_range(model, Some(quality), None), Some(extremes), "{id} {quality}");
            // The same when they are searched for, as for sizes that were changed at run time.
            let mut searched = *model;
            searched.output_tokens = OutputTokens::Grid(Grid { extremes: &[], ..grid });
            assert_eq!(
                tokens::output_range(&searched, Some(quality), None),
                Some(extremes),
                "{id} {quality}"
            );
        }
    }
}

fn square_png(edge: u32) -> ImageFacts {
    let info = ImageInfo {
        format: Format::Png,
        width: edge,
        height: edge,
        bit_depth: 8,
        color: Color::Rgb,
        has_alpha: false,
        animated: false,
        orientation: 1,
    };
    ImageFacts { bytes: Some(1000), info: Some(Ok(info)), transparency: None }
}

#[test]
fn recorded_usages_are_foreseen() {
    // Model, operation, prompt, images of 128 pixels, quality, size; then text in, image in, image out as recorded.
    let edit = "turn the logo to green";
    for (model, operation, prompt, images, quality, size, text, image_in, image_out) in [
        ("gpt-image-1", Operation::Generate, "a siamese cat", 0, "high", "1024x1024", 10, 0, 4160),
        ("gpt-image-1.5", Operation::Edit, edit, 1, "low", "1024x1024", 27, 194, 272),
        ("gpt-image-1.5", Operation::Edit, edit, 1, "medium", "1024x1024", 27, 194, 1056),
        ("gpt-image-1.5", Operation::Edit, edit, 2, "medium", "1024x1024", 43, 388, 1056),
        ("gpt-image-2", Operation::Edit, edit, 1, "low", "1536x864", 12, 64, 120),
    ] {
        let request = value(&format!(
            r#"{{"model":"{model}","prompt":"{prompt}","quality":"{quality}","size":"{size}"}}"#
        ));
        let mut context = Context::new(TODAY);
        context.images = vec![square_png(128); images];
        let found = estimate(operation, &request, &context, &Catalog::default());
        let item = |kind| found.items.iter().find(|item| item.kind == kind).map(|item| item.tokens);
        let text_tokens = item(Kind::TextInput).unwrap();
        assert!((text_tokens.min..=text_tokens.max).contains(&text), "{model} {images}: {text_tokens:?}");
        let output = item(Kind::ImageOutput).unwrap();
        assert_eq!((output.min, output.expected, output.max), (image_out, image_out, image_out), "{model}");
        if images > 0 {
            let input = item(Kind::ImageInput).unwrap();
            assert_eq!(
                (input.min, input.expected, input.max),
                (image_in, image_in, image_in),
                "{model} {images}"
            );
        }
    }
}

#[test]
fn bills_are_exact_to_the_nano_dollar() {
    let options = ActualOptions { on: TODAY, batch: false };
    let batch = ActualOptions { batch: true, ..options };
    for (model, usage, options, usd) in [
        // 10 * 5000 + 4160 * 40000
        (
            "gpt-image-1",
            r#"{"input_tokens":10,"output_tokens":4160,"input_tokens_details":{"text_tokens":10,"image_tokens":0}}"#,
            options,
            "0.16645",
        ),
        // 27 * 5000 + 194 * 8000 + 272 * 32000 + 143 * 10000
        (
            "gpt-image-1.5",
            r#"{"input_tokens":221,"output_tokens":415,"input_tokens_details":{"text_tokens":27,"image_tokens":194},"output_tokens_details":{"image_tokens":272,"text_tokens":143}}"#,
            options,
            "0.011821",
        ),
        // Without details all output is images: 12 * 5000 + 120 * 30000, and 64 image tokens at 8000
        (
            "gpt-image-2",
            r#"{"input_tokens":76,"output_tokens":120,"input_tokens_details":{"text_tokens":12,"image_tokens":64}}"#,
            options,
            "0.004172",
        ),
        // Half of it in a batch.
        (
            "gpt-image-2",
            r#"{"input_tokens":76,"output_tokens":120,"input_tokens_details":{"text_tokens":12,"image_tokens":64}}"#,
            batch,
            "0.002086",
        ),
        // Cached: 100 text, of them 60 cached: 40 * 5000 + 60 * 1250
        (
            "gpt-image-2",
            r#"{"input_tokens":100,"output_tokens":0,"cached_tokens_details":{"cached_text_tokens":60,"cached_image_tokens":0}}"#,
            options,
            "0.000275",
        ),
        // One cached image token of mini in a batch: an eighth of a thousandth of a thousandth.
        (
            "gpt-image-1-mini",
            r#"{"input_tokens":1,"output_tokens":0,"input_tokens_details":{"image_tokens":1,"text_tokens":0},"cached_tokens_details":{"cached_image_tokens":1}}"#,
            batch,
            "0.000000125",
        ),
    ] {
        let cost = actual(model, &value(usage), &options, &Catalog::default()).unwrap();
        assert_eq!(cost.usd.to_string(), usd, "{model} {usage}");
        let sum: u64 = cost.items.iter().map(|item| item.usd.get()).sum();
        assert_eq!(sum, cost.usd.get(), "{model}");
    }
}

#[test]
fn usages_that_cannot_be_read_are_refused_by_name() {
    let options = ActualOptions { on: TODAY, batch: false };
    for (usage, field) in [
        (r#"{"output_tokens":1}"#, "input_tokens"),
        (r#"{"input_tokens":-1,"output_tokens":1}"#, "input_tokens"),
        (r#"{"input_tokens":1,"output_tokens":1.5}"#, "output_tokens"),
        (r#"{"input_tokens":1,"output_tokens":1,"input_tokens_details":{"text_tokens":2}}"#, "input_tokens"),
        (
            r#"{"input_tokens":1,"output_tokens":1,"cached_tokens_details":{"cached_text_tokens":2}}"#,
            "input_tokens",
        ),
    ] {
        let error = actual("gpt-image-2", &value(usage), &options, &Catalog::default()).unwrap_err();
        assert!(error.to_string().starts_with(&format!("usage.{field}: ")), "{usage}: {error}");
    }
    let unknown = value(r#"{"input_tokens":1,"output_tokens":1,"audio_tokens":7}"#);
    assert_eq!(
        actual("gpt-image-2", &unknown, &options, &Catalog::default()).unwrap().unknown_fields,
        ["audio_tokens"]
    );
}

#[test]
fn what_is_not_published_is_not_invented() {
    let request =
        value(r#"{"model":"gpt-image-2.6-sunburst","prompt":"x","quality":"low","size":"1024x1024"}"#);
    let found = estimate(Operation::Generate, &request, &Context::new(TODAY), &Catalog::default());
    assert_eq!(found.basis, Basis::Unknown);
    assert!(found.items.iter().all(|item| item.kind != Kind::ImageOutput));
    assert!(found.notes.iter().any(|note| note.contains("no rule is published for the output tokens")));
}

#[test]
fn a_batch_costs_half() {
    for model in ["gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "gpt-image-2.5-flare"] {
        let request =
            value(&format!(r#"{{"model":"{model}","prompt":"a cat","quality":"low","size":"1024x1024"}}"#));
        let price = |batch| {
            let context = Context { batch, ..Context::new(TODAY) };
            estimate(Operation::Generate, &request, &context, &Catalog::default()).usd.expected.get()
        };
        assert_eq!(price(true) * 2, price(false), "{model}");
    }
}

proptest! {
    #[test]
    fn the_expected_price_lies_between_the_least_and_the_most(
        model in prop::sample::select(vec!["gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "gpt-image-2.5-flare", "gpt-image-2.6-flare", "dall-e-3", "nobody"]),
        quality in prop::sample::select(vec!["auto", "low", "medium", "high", "max", "hd", "?"]),
        size in prop::sample::select(vec!["auto", "1024x1024", "1536x1024", "3840x2160", "17x3", "?"]),
        n in -2_i32..20, partial in -1_i32..6, stream: bool, batch: bool, prompt in ".{0,80}", images in 0_usize..20, edge in 1_u32..9000,
    ) {
        let mut request = Value::Object(vec![
            ("model".into(), model.into()), ("quality".into(), quality.into()), ("size".into(), size.into()),
            ("n".into(), n.into()), ("partial_images".into(), partial.into()), ("stream".into(), stream.into()),
        ]);
        request.set("prompt", prompt.into());
        let context = Context { batch, images: vec![square_png(edge); images], ..Context::new(TODAY) };
        for operation in [Operation::Generate, Operation::Edit] {
            let found = estimate(operation, &request, &context, &Catalog::default());
            prop_assert!(found.usd.min <= found.usd.expected && found.usd.expected <= found.usd.max);
            for item in &found.items {
                prop_assert!(item.tokens.min <= item.tokens.expected && item.tokens.expected <= item.tokens.max);
                prop_assert!(item.usd.min <= item.usd.expected && item.usd.expected <= item.usd.max, "{:?}", item);
            }
        }
    }
}
