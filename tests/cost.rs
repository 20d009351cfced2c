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
use gpt_image_edge::catalog::model::{OutputTokens, Rounding, SizeRule};
use gpt_image_edge::check::{Context, ImageFacts};
use gpt_image_edge::cost::{
    ActualOptions, Basis, Bounds, CostError, CostNote, Estimate, Kind, NanoUsd, Note, actual, estimate,
    tokens,
};
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
                assert_eq!((found.basis, image.usd.expected), (Basis::Table, Some(dollars(price))), "{name}");
                assert!(found.by_tokens.is_some(), "{name}");
            } else {
                assert_eq!(found.basis, Basis::Tokens, "{name}");
                let table = found.by_table.unwrap();
                assert_eq!(table.expected, dollars(price), "{name}");
                // The tables are rounded, landscape sometimes to the portrait's price: at most 0.2 cents off.
                let by_tokens = image.usd.expected.unwrap();
                assert!(table.expected.get().abs_diff(by_tokens.get()) < 2_000_000, "{name}");
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
                    let slow = slow_grid(
                        u128::from(*factor),
                        u128::from(width),
                        u128::from(height),
                        grid.formula.rounding,
                    );
                    assert_eq!(tokens, slow, "{id} {quality} {width}x{height}");
                    extremes = (extremes.0.min(tokens), extremes.1.max(tokens));
                    sizes += 1;
                }
            }
            assert_eq!(sizes, 29_146);
            assert_eq!(tokens::output_range(model, Some(quality), None, 1), Some(extremes), "{id} {quality}");
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
        complete: true,
    };
    ImageFacts { bytes: Some(1000), info: Some(Ok(info)), transparency: None }
}

fn item(found: &Estimate, kind: Kind) -> Bounds<u64> {
    let item = found.items.iter().find(|item| item.kind == kind);
    item.unwrap_or_else(|| panic!("no {}: {found:?}", kind.name())).tokens.unwrap()
}

fn exactly(count: u64) -> Bounds<u64> {
    Bounds { min: count, expected: Some(count), max: Some(count) }
}

fn generate(json: &str) -> Estimate {
    estimate(Operation::Generate, &value(json), &Context::new(TODAY), &Catalog::default())
}

#[test]
fn recorded_usages_are_foreseen() {
    // Model, operation, prompt, images of 128 pixels, quality, size; then text in, image in, image out, text out as recorded.
    let edit = "turn the logo to green";
    for (model, operation, prompt, images, quality, size, text_in, image_in, image_out, text_out) in [
        ("gpt-image-1", Operation::Generate, "a siamese cat", 0, "high", "1024x1024", 10, 0, 4160, 0),
        (
            "gpt-image-1",
            Operation::Edit,
            "a prompt that is not told, of about this length",
            2,
            "high",
            "1024x1024",
            44,
            388,
            4160,
            0,
        ),
        ("gpt-image-1.5", Operation::Edit, edit, 1, "low", "1024x1024", 27, 194, 272, 143),
        ("gpt-image-1.5", Operation::Edit, edit, 1, "medium", "1024x1024", 27, 194, 1056, 262),
        ("gpt-image-1.5", Operation::Edit, edit, 2, "medium", "1024x1024", 43, 388, 1056, 308),
        ("gpt-image-2", Operation::Edit, edit, 1, "low", "1536x864", 12, 64, 120, 0),
    ] {
        let request = value(&format!(
            r#"{{"model":"{model}","prompt":"{prompt}","quality":"{quality}","size":"{size}"}}"#
        ));
        let mut context = Context::new(TODAY);
        context.images = vec![square_png(128); images];
        let catalog = Catalog::default();
        let found = estimate(operation, &request, &context, &catalog);
        let name = format!("{model} with {images} images");
        let holds = |bounds: Bounds<u64>, count: u64| {
            bounds.min <= count && bounds.max.is_some_and(|max| count <= max)
        };
        assert!(holds(item(&found, Kind::TextInput), text_in), "{name}: {found:?}");
        assert_eq!(item(&found, Kind::ImageOutput), exactly(image_out), "{name}");
        if operation == Operation::Edit {
            assert_eq!(item(&found, Kind::ImageInput), exactly(image_in), "{name}");
        }
        if text_out > 0 {
            assert!(holds(item(&found, Kind::TextOutput), text_out), "{name}: {found:?}");
        }
        // What was billed lies within the interval.
        let usage = value(&format!(
            r#"{{"input_tokens":{},"output_tokens":{},"input_tokens_details":{{"text_tokens":{text_in},"image_tokens":{image_in}}},
                "output_tokens_details":{{"text_tokens":{text_out},"image_tokens":{image_out}}}}}"#,
            text_in + image_in,
            image_out + text_out
        ));
        let options = ActualOptions { on: TODAY, batch: false };
        let billed = actual(model, &usage, &options, &catalog).unwrap().usd;
        assert!(
            found.usd.min <= billed && Some(billed) <= found.usd.max,
            "{name}: {billed} not in {:?}",
            found.usd
        );
    }
}

#[test]
fn choices_left_to_the_model_give_the_whole_interval() {
    let catalog = Catalog::default();
    for model in ["gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "gpt-image-2.5-sunburst"] {
        let open = estimate(
            Operation::Generate,
            &value(&format!(r#"{{"model":"{model}","prompt":"a cat","quality":"auto","size":"auto"}}"#)),
            &Context::new(TODAY),
            &catalog,
        );
        let entry = catalog.find(model).unwrap();
        let mut extremes = (u64::MAX, 0);
        for quality in entry.qualities.values.iter().filter(|word| **word != "auto") {
            let sizes = match entry.sizes {
                SizeRule::Presets { sizes, .. } => sizes.to_vec(),
                SizeRule::Flexible(rule) => (16..=3840)
                    .step_by(16)
                    .flat_map(|width| (16..=3840).step_by(16).map(move |height| (width, height)))
                    .filter(|(width, height)| rule.accepts(*width, *height))
                    .collect(),
            };
            for (width, height) in sizes {
                let tokens = u64::from(tokens::output(entry, quality, width, height).unwrap());
                extremes = (extremes.0.min(tokens), extremes.1.max(tokens));
            }
        }
        let tokens = item(&open, Kind::ImageOutput);
        assert_eq!((tokens.min, tokens.max), (extremes.0, Some(extremes.1)), "{model}");
        assert!(open.usd.min < open.usd.expected.unwrap() && open.usd.expected < open.usd.max, "{model}");
    }
}

#[test]
fn mini_tells_its_table_and_its_tokens() {
    let found = generate(
        r#"{"model":"gpt-image-1-mini","prompt":"a cat","quality":"high","size":"1024x1024","n":2}"#,
    );
    let image = found.items.iter().find(|item| item.kind == Kind::ImageOutput).unwrap();
    assert_eq!(found.basis, Basis::Table);
    assert_eq!(image.usd.expected.unwrap().to_string(), "0.072");
    assert_eq!(found.by_tokens.unwrap().expected.to_string(), "0.06656");
    assert_eq!((image.usd.min, image.usd.max), (dollars("0.06656"), Some(dollars("0.072"))));
    assert!(found.notes.iter().any(|note| *note == Note::TableDiffers));
}

#[test]
fn partial_images_are_a_hundred_tokens_each() {
    let request = |partial: &str| {
        generate(&format!(
            r#"{{"model":"gpt-image-2","prompt":"a cat","quality":"low","size":"1024x1024","stream":true,"partial_images":{partial}}}"#
        ))
    };
    assert_eq!(
        item(&request("3"), Kind::PartialImages),
        Bounds { min: 0, expected: Some(300), max: Some(300) }
    );
    for none in ["0", "null"] {
        assert!(request(none).items.iter().all(|item| item.kind != Kind::PartialImages), "{none}");
    }
    for refused in ["4", "-1", "1.5", "\"2\""] {
        let found = request(refused);
        assert_eq!(item(&found, Kind::PartialImages), Bounds::unknown(0), "{refused}");
        assert_eq!((found.usd.expected, found.usd.max), (None, None), "{refused}");
    }
    let still = generate(
        r#"{"model":"gpt-image-2","prompt":"x","quality":"low","size":"1024x1024","partial_images":3}"#,
    );
    assert!(still.items.iter().all(|item| item.kind != Kind::PartialImages));
}

#[test]
fn requests_without_a_price_say_so_and_keep_what_is_known() {
    for (wrong, note) in [
        (r#""size":"1000x1500""#, Note::NotOffered),
        (r#""size":"17x3""#, Note::NotOffered),
        (r#""size":"big""#, Note::NotOffered),
        (r#""size":7"#, Note::NotOffered),
        (r#""quality":"max""#, Note::NotOffered),
        (r#""quality":{}"#, Note::NotOffered),
        (r#""n":0"#, Note::InvalidCount),
        (r#""n":11"#, Note::InvalidCount),
        (r#""n":1.5"#, Note::InvalidCount),
        (r#""n":"two""#, Note::InvalidCount),
    ] {
        let found = generate(&format!(r#"{{"model":"gpt-image-2","prompt":"a cat",{wrong}}}"#));
        assert_eq!(found.basis, Basis::Unknown, "{wrong}");
        assert_eq!((found.usd.expected, found.usd.max), (None, None), "{wrong}");
        assert!(found.notes.iter().any(|known| *known == note), "{wrong}: {:?}", found.notes);
        assert!(item(&found, Kind::TextInput).expected.is_some(), "{wrong}");
    }
    let found = generate(r#"{"model":"nobody","prompt":"a cat"}"#);
    assert_eq!((found.model, found.usd.max, found.items.len()), (None, None, 0));
}

#[test]
fn what_is_not_published_is_not_invented() {
    let found =
        generate(r#"{"model":"gpt-image-2.6-sunburst","prompt":"x","quality":"low","size":"1024x1024"}"#);
    assert_eq!(found.basis, Basis::Unknown);
    assert_eq!(item(&found, Kind::ImageOutput), Bounds::unknown(0));
    assert_eq!((found.usd.expected, found.usd.max), (None, None));
    assert!(found.notes.iter().any(|note| *note == Note::NoOutputRule));
    // The input of an edit with 2.5 is expected to be counted as on 2, but nothing bounds it.
    let mut context = Context::new(TODAY);
    context.images = vec![square_png(1024)];
    let request =
        value(r#"{"model":"gpt-image-2.5-flare","prompt":"x","quality":"high","size":"1024x1024"}"#);
    let found = estimate(Operation::Edit, &request, &context, &Catalog::default());
    assert_eq!(item(&found, Kind::ImageInput), Bounds { min: 0, expected: Some(1024), max: None });
    assert_eq!(item(&found, Kind::ImageOutput), exactly(1756));
    assert!(found.usd.expected.is_some() && found.usd.max.is_none());
    assert!(found.notes.iter().any(|note| *note == Note::LikelyInput));
}

#[test]
fn masks_and_fidelity_are_in_the_interval() {
    let mut context = Context::new(TODAY);
    context.images = vec![square_png(1024); 3];
    context.mask = Some(square_png(1024));
    let input = |json: &str| {
        item(&estimate(Operation::Edit, &value(json), &context, &Catalog::default()), Kind::ImageInput)
    };
    let plain = input(r#"{"model":"gpt-image-1.5","prompt":"x"}"#);
    assert_eq!(plain, exactly(3 * 194));
    // The closer look: of the first image on gpt-image-1, of the first five on 1.5, never on mini.
    for (model, extra) in [("gpt-image-1", 4160), ("gpt-image-1.5", 3 * 4160), ("gpt-image-1-mini", 0)] {
        let high = input(&format!(r#"{{"model":"{model}","prompt":"x","input_fidelity":"high"}}"#));
        assert_eq!(high, exactly(3 * 194 + extra), "{model}");
    }
    let masked = input(r#"{"model":"gpt-image-1.5","prompt":"x","mask":{"file_id":"file_1"}}"#);
    assert_eq!(masked, Bounds { max: Some(4 * 194), ..plain });
    // Of pictures that nobody has looked at, any size.
    let request = value(r#"{"model":"gpt-image-2","prompt":"x","images":[{"file_id":"a"},{"file_id":"b"}]}"#);
    let unseen = estimate(Operation::Edit, &request, &Context::new(TODAY), &Catalog::default());
    assert_eq!((item(&unseen, Kind::ImageInput).min, item(&unseen, Kind::ImageInput).max), (2, Some(3072)));
}

#[test]
fn a_batch_costs_half() {
    for model in ["gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "gpt-image-2.5-flare"] {
        let body = format!(r#"{{"model":"{model}","prompt":"a cat","quality":"low","size":"1024x1024"}}"#);
        let usd = |operation, request: &str, batch| {
            let context = Context { batch, ..Context::new(TODAY) };
            estimate(operation, &value(request), &context, &Catalog::default()).usd.expected.unwrap().get()
        };
        let whole = usd(Operation::Generate, &body, false);
        assert_eq!(usd(Operation::Generate, &body, true) * 2, whole, "{model}");
        let line =
            format!(r#"{{"custom_id":"a","method":"POST","url":"/v1/images/generations","body":{body}}}"#);
        assert_eq!(usd(Operation::Batch, &line, false) * 2, whole, "{model}");
    }
    for line in [r"{}", r#"{"url":"/v1/images/generations"}"#, r#"{"url":"/v1/files","body":{}}"#, "7"] {
        let found = estimate(Operation::Batch, &value(line), &Context::new(TODAY), &Catalog::default());
        assert_eq!((found.usd.max, found.basis), (None, Basis::Unknown), "{line}");
        assert!(found.notes.iter().any(|note| *note == Note::NotABatchLine), "{line}");
    }
    let found = estimate(
        Operation::Generate,
        &value(r#"{"model":"gpt-image-2.6-flare","prompt":"x"}"#),
        &Context { batch: true, ..Context::new(TODAY) },
        &Catalog::default(),
    );
    assert!(found.notes.iter().any(|note| *note == Note::NoBatchPrice));
}

#[test]
fn runware_bills_by_the_image() {
    let task = |fields: &str| {
        let json = format!(
            r#"{{"taskType":"imageInference","model":"openai:1@2","positivePrompt":"a cat",{fields}}}"#
        );
        estimate(Operation::Runware, &value(&json), &Context::new(TODAY), &Catalog::default())
    };
    // The two answers its page shows: 0.011 and 0.015, the second with eight reference images.
    for (fields, usd) in [
        (r#""width":1024,"height":1024,"providerSettings":{"openai":{"quality":"medium"}}"#, "0.011"),
        (
            r#""width":1536,"height":1024,"providerSettings":{"openai":{"quality":"medium"}},"inputs":{"referenceImages":["a","b","c","d","e","f","g","h"]}"#,
            "0.015",
        ),
        (
            r#""width":1024,"height":1536,"numberResults":20,"providerSettings":{"openai":{"quality":"high"}}"#,
            "1.04",
        ),
    ] {
        let found = task(fields);
        assert_eq!((found.basis, found.model), (Basis::Table, Some("gpt-image-1-mini")));
        let exact = dollars(usd);
        assert_eq!(found.usd, Bounds { min: exact, expected: Some(exact), max: Some(exact) }, "{fields}");
        assert!(found.items.iter().all(|item| item.tokens.is_none()));
    }
    let open = task(r#""width":1024,"height":1024"#);
    assert_eq!((open.usd.min, open.usd.max), (dollars("0.005"), Some(dollars("0.036"))));
    for wrong in [
        r#""width":1024"#,
        r#""width":1000,"height":1000"#,
        r#""width":1024,"height":1024,"numberResults":21"#,
        r#""width":1024,"height":1024,"providerSettings":{"openai":{"quality":"hd"}}"#,
    ] {
        assert_eq!((task(wrong).usd.max, task(wrong).basis), (None, Basis::Unknown), "{wrong}");
    }
}

#[test]
fn a_response_tells_the_part_of_its_image_tool() {
    let respond = |json: &str, images| {
        let context = Context { images: vec![square_png(1024); images], ..Context::new(TODAY) };
        estimate(Operation::Respond, &value(json), &context, &Catalog::default())
    };
    let tool = r#""tools":[{"type":"image_generation","model":"gpt-image-2","size":"1024x1024","quality":"high","partial_images":2}]"#;
    let forced = r#""tool_choice":{"type":"image_generation"},"max_tool_calls":1"#;
    let found =
        respond(&format!(r#"{{"model":"gpt-5.5","input":"draw a cat",{tool},{forced},"stream":true}}"#), 0);
    assert_eq!((found.model, found.basis), (Some("gpt-image-2"), Basis::Tokens));
    assert_eq!(item(&found, Kind::ImageOutput), exactly(7024));
    assert_eq!(item(&found, Kind::PartialImages), Bounds { min: 0, expected: Some(200), max: Some(200) });
    assert!(found.usd.min >= dollars("0.21") && found.usd.expected.is_some());
    // The language model is billed beside it, so nothing bounds the whole.
    assert_eq!(found.usd.max, None);
    assert!(found.notes.iter().any(|note| *note == Note::LanguageModel));
    // Free to draw or not, it may cost nothing here.
    let free = respond(&format!(r#"{{"model":"gpt-5.5","input":"draw a cat",{tool}}}"#), 0);
    assert_eq!(item(&free, Kind::ImageOutput), Bounds { min: 0, expected: Some(7024), max: None });
    assert_eq!((free.usd.min, free.usd.max), (NanoUsd::ZERO, None));
    // Pictures of this turn are expected, those of earlier turns cannot be counted.
    let input = r#""input":[{"role":"user","content":[{"type":"input_text","text":"as here"},{"type":"input_image","file_id":"a"}]}]"#;
    let edit =
        respond(&format!(r#"{{"model":"gpt-5.5",{input},"previous_response_id":"resp_1",{tool}}}"#), 1);
    assert_eq!(item(&edit, Kind::ImageInput), Bounds { min: 0, expected: Some(1024), max: None });
    assert!(edit.notes.iter().any(|note| *note == Note::EarlierTurns));
    // The tool's default model, and no tool at all.
    let default = respond(r#"{"model":"gpt-5.5","input":"x","tools":[{"type":"image_generation"}]}"#, 0);
    assert_eq!(default.model, Some("gpt-image-2.6-sunburst"));
    let none = respond(r#"{"model":"gpt-5.5","input":"x"}"#, 0);
    assert_eq!((none.model, none.usd.max), (None, None));
    assert!(none.notes.iter().any(|note| *note == Note::NoImageTool));
}

#[test]
fn bills_are_exact_to_the_nano_dollar() {
    let options = ActualOptions { on: TODAY, batch: false };
    let batch = ActualOptions { batch: true, ..options };
    for (model, usage, options, usd) in [
        // 10 * 5000 + 4160 * 40000
        (
            "gpt-image-1",
            r#"{"input_tokens":10,"output_tokens":4160,"total_tokens":4170,"input_tokens_details":{"text_tokens":10,"image_tokens":0}}"#,
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
            r#"{"input_tokens":100,"output_tokens":0,"input_tokens_details":{"text_tokens":100},"cached_tokens_details":{"cached_text_tokens":60,"cached_image_tokens":0}}"#,
            options,
            "0.000275",
        ),
        // The same where only the sum of the cached is told, but all input is text.
        (
            "gpt-image-2",
            r#"{"input_tokens":100,"output_tokens":0,"input_tokens_details":{"text_tokens":100,"image_tokens":0},"cached_tokens":60}"#,
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
        // The most tokens that are told apart: 2^53 at 2000 nano-dollars.
        (
            "gpt-image-1-mini",
            r#"{"input_tokens":9007199254740992,"output_tokens":0,"input_tokens_details":{"text_tokens":9007199254740992}}"#,
            options,
            "18014398509.481984",
        ),
    ] {
        let cost = actual(model, &value(usage), &options, &Catalog::default()).unwrap();
        assert_eq!(cost.usd.to_string(), usd, "{model} {usage}");
        let sum: u64 = cost.items.iter().map(|item| item.usd.get()).sum();
        assert_eq!(sum, cost.usd.get(), "{model}");
        assert!(cost.notes.is_empty() && cost.unknown_fields.is_empty(), "{usage}: {cost:?}");
    }
}

#[test]
fn bills_say_what_they_assume() {
    let options = ActualOptions { on: TODAY, batch: false };
    for (model, usage, batch, note, usd) in [
        (
            "gpt-image-2",
            r#"{"input_tokens":10,"output_tokens":0}"#,
            false,
            CostNote::InputNotSplit,
            "0.00005",
        ),
        (
            "gpt-image-1.5",
            r#"{"input_tokens":0,"output_tokens":100}"#,
            false,
            CostNote::OutputNotSplit,
            "0.0032",
        ),
        (
            "gpt-image-2",
            r#"{"input_tokens":30,"output_tokens":0,"input_tokens_details":{"text_tokens":10,"image_tokens":20},"cached_tokens":5}"#,
            false,
            CostNote::CachedNotSplit,
            "0.00021",
        ),
        (
            "gpt-image-2",
            r#"{"input_tokens":0,"output_tokens":9,"output_tokens_details":{"text_tokens":9,"image_tokens":0}}"#,
            false,
            CostNote::TextOutputNotBilled,
            "0",
        ),
        (
            "gpt-image-2.6-flare",
            r#"{"input_tokens":0,"output_tokens":1}"#,
            true,
            CostNote::NoBatchPrice,
            "0.00003",
        ),
    ] {
        let options = ActualOptions { batch, ..options };
        let cost = actual(model, &value(usage), &options, &Catalog::default()).unwrap();
        assert_eq!(
            (cost.notes.iter().collect::<Vec<_>>(), cost.usd.to_string().as_str()),
            (vec![&note], usd)
        );
    }
}

#[test]
fn usages_that_cannot_be_read_are_refused_by_name() {
    let options = ActualOptions { on: TODAY, batch: false };
    for (usage, field) in [
        (r#"{"output_tokens":1}"#, "input_tokens"),
        (r#"{"input_tokens":-1,"output_tokens":1}"#, "input_tokens"),
        (r#"{"input_tokens":1,"output_tokens":1.5}"#, "output_tokens"),
        (r#"{"input_tokens":1,"output_tokens":"1"}"#, "output_tokens"),
        (r#"{"input_tokens":1,"output_tokens":1e300}"#, "output_tokens"),
        (r#"{"input_tokens":1,"output_tokens":1,"total_tokens":3}"#, "total_tokens"),
        (r#"{"input_tokens":1,"output_tokens":1,"input_tokens_details":7}"#, "input_tokens_details"),
        (r#"{"input_tokens":1,"output_tokens":1,"input_tokens_details":{"text_tokens":2}}"#, "input_tokens"),
        (
            r#"{"input_tokens":1,"output_tokens":1,"input_tokens_details":{"text_tokens":-1}}"#,
            "input_tokens_details.text_tokens",
        ),
        (
            r#"{"input_tokens":3,"output_tokens":1,"input_tokens_details":{"text_tokens":1,"image_tokens":1}}"#,
            "input_tokens",
        ),
        (
            r#"{"input_tokens":0,"output_tokens":3,"output_tokens_details":{"text_tokens":1,"image_tokens":1}}"#,
            "output_tokens",
        ),
        (
            r#"{"input_tokens":1,"output_tokens":1,"cached_tokens_details":{"cached_text_tokens":2}}"#,
            "cached_tokens_details",
        ),
        (r#"{"input_tokens":1,"output_tokens":1,"cached_tokens":2}"#, "cached_tokens"),
        (
            r#"{"input_tokens":9,"output_tokens":1,"cached_tokens":2,"cached_tokens_details":{"cached_text_tokens":1,"cached_image_tokens":0}}"#,
            "cached_tokens",
        ),
    ] {
        let error = actual("gpt-image-2", &value(usage), &options, &Catalog::default()).unwrap_err();
        assert!(error.to_string().starts_with(&format!("usage.{field}: ")), "{usage}: {error}");
    }
    let price = |model, usage: &str| actual(model, &value(usage), &options, &Catalog::default());
    assert_eq!(price("nobody", "{}"), Err(CostError::UnknownModel));
    assert_eq!(price("dall-e-3", "{}"), Err(CostError::NoTokenPrices));
    assert_eq!(price("gpt-image-2", "[]"), Err(CostError::NotAnObject));
    let huge = r#"{"input_tokens":9007199254740992,"output_tokens":0,"input_tokens_details":{"image_tokens":9007199254740992}}"#;
    assert_eq!(price("gpt-image-2", huge), Err(CostError::TooLarge));
}

#[test]
fn fields_that_are_not_understood_are_told() {
    let options = ActualOptions { on: TODAY, batch: false };
    let usage = value(
        r#"{"input_tokens":1,"audio_tokens":7,"output_tokens":1,"input_tokens_details":{"text_tokens":1,"cache_write_tokens":0},
            "output_tokens_details":{"image_tokens":1,"reasoning_tokens":3},"cached_tokens_details":{"cached_text_tokens":0,"x":1}}"#,
    );
    let cost = actual("gpt-image-2", &usage, &options, &Catalog::default()).unwrap();
    assert_eq!(
        cost.unknown_fields,
        [
            "audio_tokens",
            "input_tokens_details.cache_write_tokens",
            "output_tokens_details.reasoning_tokens",
            "cached_tokens_details.x"
        ]
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let field = prop::sample::select(vec![
        "model",
        "prompt",
        "n",
        "size",
        "quality",
        "stream",
        "partial_images",
        "image",
        "images",
        "mask",
        "input",
        "tools",
        "type",
        "content",
        "body",
        "url",
        "width",
        "height",
        "numberResults",
        "providerSettings",
        "openai",
        "usage",
        "input_tokens",
        "output_tokens",
        "total_tokens",
        "input_tokens_details",
        "output_tokens_details",
        "text_tokens",
        "image_tokens",
        "cached_tokens",
        "cached_tokens_details",
        "tool_choice",
        "max_tool_calls",
        "input_fidelity",
    ]);
    let word = prop::sample::select(vec![
        "auto",
        "high",
        "1024x1024",
        "1x1",
        "gpt-image-2",
        "gpt-image-1-mini",
        "openai:1@2",
        "image_generation",
        "/v1/images/edits",
        "/v1/responses",
        "input_image",
        "dall-e-3",
        "gpt-image-2.6-flare",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        (0..12_i32).prop_map(Value::from),
        word.prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::vec((field.clone().prop_map(gpt_image_edge::request::Text::from), inner), 0..8)
                .prop_map(Value::Object),
        ]
    })
}

fn in_order<T: PartialOrd + Copy>(bounds: Bounds<T>) -> bool {
    bounds
        .expected
        .is_none_or(|expected| bounds.min <= expected && bounds.max.is_none_or(|max| expected <= max))
        && bounds.max.is_none_or(|max| bounds.min <= max)
}

proptest! {
    #[test]
    fn no_json_makes_an_estimate_or_a_bill_panic(request in any_json(), batch: bool) {
        let catalog = Catalog::default();
        let context = Context { batch, ..Context::new(TODAY) };
        for &operation in Operation::ALL {
            let found = estimate(operation, &request, &context, &catalog);
            prop_assert!(in_order(found.usd), "{:?}", found);
        }
        let options = ActualOptions { on: TODAY, batch };
        for model in ["gpt-image-1-mini", "gpt-image-1.5", "dall-e-2"] {
            let _ = actual(model, &request, &options, &catalog);
        }
    }

    #[test]
    fn the_expected_price_lies_between_the_least_and_the_most(
        model in prop::sample::select(vec!["gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "gpt-image-2.5-flare", "gpt-image-2.6-flare", "dall-e-3", "nobody"]),
        quality in prop::sample::select(vec!["auto", "low", "medium", "high", "max", "hd", "?"]),
        size in prop::sample::select(vec!["auto", "1024x1024", "1536x1024", "3840x2160", "17x3", "?"]),
        n in -2_i32..20, partial in -1_i32..6, stream: bool, batch: bool, prompt in ".{0,80}", images in 0_usize..20, edge in 1_u32..9000,
        text_tokens in prop::option::of(0_u32..100),
    ) {
        let mut request = Value::Object(vec![
            ("model".into(), model.into()), ("quality".into(), quality.into()), ("size".into(), size.into()),
            ("n".into(), n.into()), ("partial_images".into(), partial.into()), ("stream".into(), stream.into()),
        ]);
        request.set("prompt", prompt.into());
        let context = Context { batch, text_tokens, images: vec![square_png(edge); images], ..Context::new(TODAY) };
        for operation in [Operation::Generate, Operation::Edit] {
            let found = estimate(operation, &request, &context, &Catalog::default());
            prop_assert!(in_order(found.usd), "{:?}", found);
            let mut sum = NanoUsd::ZERO;
            for item in found.items {
                prop_assert!(item.tokens.is_none_or(in_order) && in_order(item.usd), "{:?}", item);
                sum = sum.plus(item.usd.min);
            }
            prop_assert_eq!(sum, found.usd.min);
            // One more image never costs less, where the model draws as many.
            let most = Catalog::default().find(model).map_or(10, |model| i32::try_from(model.n.max).unwrap());
            if (1..most).contains(&n) {
                let mut more = request.clone();
                more.set("n", (n + 1).into());
                let more = estimate(operation, &more, &context, &Catalog::default());
                prop_assert!(found.usd.min <= more.usd.min && found.usd.max.is_none_or(|max| more.usd.max.is_none_or(|most| max <= most)));
            }
        }
    }

    #[test]
    fn a_bill_is_the_sum_of_its_parts(
        model in prop::sample::select(vec!["gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "gpt-image-2.5-flare"]),
        parts in prop::array::uniform4(0_u32..1_000_000), cached in prop::array::uniform2(0_u32..1_000_000), batch: bool,
    ) {
        let [text_in, image_in, text_out, image_out] = parts;
        let [cached_text, cached_image] = [cached[0].min(text_in), cached[1].min(image_in)];
        let usage = value(&format!(
            r#"{{"input_tokens":{},"output_tokens":{},"total_tokens":{},"input_tokens_details":{{"text_tokens":{text_in},"image_tokens":{image_in}}},
                "output_tokens_details":{{"text_tokens":{text_out},"image_tokens":{image_out}}},
                "cached_tokens_details":{{"cached_text_tokens":{cached_text},"cached_image_tokens":{cached_image}}}}}"#,
            text_in + image_in, text_out + image_out, text_in + image_in + text_out + image_out
        ));
        let catalog = Catalog::default();
        let cost = actual(model, &usage, &ActualOptions { on: TODAY, batch }, &catalog).unwrap();
        let rates = catalog.find(model).unwrap().rates.last().unwrap();
        let price = if batch { rates.batch.known().unwrap() } else { rates.standard };
        let slow = [
            (text_in - cached_text, price.text_input),
            (cached_text, price.cached_text_input),
            (image_in - cached_image, price.image_input),
            (cached_image, price.cached_image_input),
            (image_out, price.image_output),
            (text_out, price.text_output.known().unwrap_or(0)),
        ];
        let slow: u128 = slow.iter().map(|(tokens, rate)| u128::from(*tokens) * u128::from(*rate)).sum();
        prop_assert_eq!(u128::from(cost.usd.get()), slow);
        let tokens: u64 = cost.items.iter().map(|item| item.tokens).sum();
        prop_assert_eq!(tokens, u64::from(text_in) + u64::from(image_in) + u64::from(text_out) + u64::from(image_out));
    }
}

#[test]
fn a_model_that_has_ended_is_priced_as_it_was_and_says_so() {
    let catalog = Catalog::default();
    let request = r#"{"model":"gpt-image-1-mini","prompt":"x","quality":"low","size":"1024x1024"}"#;
    let tool = r#"{"input":"x","tools":[{"type":"image_generation","model":"gpt-image-1-mini"}]}"#;
    for (operation, request) in [(Operation::Generate, request), (Operation::Respond, tool)] {
        let on = |today| estimate(operation, &value(request), &Context::new(today), &catalog);
        let (before, after) = (on(Date::new(2026, 11, 30)), on(Date::new(2026, 12, 1)));
        assert_eq!(before.usd, after.usd);
        assert!(before.notes.iter().all(|note| *note != Note::Ended));
        assert!(after.notes.iter().any(|note| *note == Note::Ended));
    }
}

#[test]
fn who_writes_a_vector_image_is_billed_beside_it() {
    // A model that draws none, with prices: the writer's are nobody's to tell.
    let request =
        r#"{"model":"gpt-image-2","prompt":"x","quality":"low","size":"1024x1024","output_format":"svg"}"#;
    let tool = r#"{"input":"x","tools":[{"type":"image_generation","model":"gpt-image-2","quality":"low","size":"1024x1024","output_format":"svg"}]}"#;
    for (operation, request) in [(Operation::Generate, request), (Operation::Respond, tool)] {
        let context = Context::new(Date::new(2026, 11, 20));
        let found = estimate(operation, &value(request), &context, &Catalog::default());
        assert!(found.notes.iter().any(|note| *note == Note::SvgAuthor));
        assert_eq!(found.usd.max, None);
        assert!(found.usd.expected.is_some());
    }
}
