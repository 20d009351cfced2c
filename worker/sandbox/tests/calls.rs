//! Calls as a whole: what is refused, what is resolved, what is counted.

#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "helpers of tests")]

use gpt_image_edge::catalog::{Catalog, Status};
use gpt_image_edge::check::{Context, ImageFacts};
use gpt_image_edge::cost::{Kind, estimate};
use gpt_image_edge::date::Date;
use gpt_image_edge::picture;
use gpt_image_edge::request::{File, Operation, Value};
use gpt_image_edge_sandbox::api::{Body, Call, Refusal, Upload};
use gpt_image_edge_sandbox::codec::{Format, encode};
use gpt_image_edge_sandbox::draw::Pixels;
use proptest::prelude::*;

const TODAY: Date = Date::new(2026, 11, 20);

fn generate_on(json: &str, today: Date) -> Result<Call, Refusal> {
    Call::open(Operation::Generate, Body::Json(json.to_owned()), today, &Catalog::default())
}

fn generate(json: &str) -> Result<Call, Refusal> {
    generate_on(json, TODAY)
}

fn plain_png(width: u32, height: u32) -> Vec<u8> {
    encode(&Pixels::new(width, height), Format::Png, 100).unwrap()
}

fn edit(fields: &[(&str, &str)], sizes: &[(u32, u32)]) -> Result<Call, Refusal> {
    let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let files = sizes.iter().map(|(width, height)| Upload {
        field: "image".to_owned(),
        name: "a.png".to_owned(),
        media_type: "image/png".to_owned(),
        bytes: plain_png(*width, *height),
    });
    Call::open(Operation::Edit, Body::Form(fields, files.collect()), TODAY, &Catalog::default())
}

#[test]
fn models_end_on_their_day() {
    let json = r#"{"model":"gpt-image-1-mini","prompt":"x"}"#;
    assert!(generate_on(json, Date::new(2026, 11, 30)).is_ok());
    let refusal = generate_on(json, Date::new(2026, 12, 1)).unwrap_err();
    assert_eq!((refusal.status, refusal.code), (404, Some("model_not_found")));
    // A call that names none gets what is served then.
    let later = generate_on(r#"{"prompt":"x"}"#, Date::new(2026, 12, 1)).unwrap();
    assert!(!later.summary().contains("gpt-image-1-mini"));
}

#[test]
fn recorded_usage_is_reproduced() {
    let call = edit(
        &[
            ("model", "gpt-image-1.5"),
            ("prompt", "turn the logo to green"),
            ("quality", "low"),
            ("size", "1024x1024"),
        ],
        &[(128, 128)],
    );
    let usage = call.unwrap().usage();
    assert_eq!((usage.input_text, usage.input_image, usage.output_image), (27, 194, 272));
    // The recorded one wrote 143 tokens of text: how many cannot be foreseen.
    assert!((143..=308).contains(&usage.output_text));
    let two = edit(
        &[("model", "gpt-image-1.5"), ("prompt", "turn the logo to green"), ("quality", "auto")],
        &[(128, 128), (128, 128)],
    );
    let two = two.unwrap();
    assert_eq!((two.usage().input_text, two.usage().input_image, two.usage().output_image), (43, 388, 1056));
    assert_eq!(two.resolved().quality, "medium");
    let second = edit(
        &[
            ("model", "gpt-image-2"),
            ("prompt", "turn the logo to green"),
            ("quality", "low"),
            ("size", "1536x864"),
        ],
        &[(128, 128)],
    );
    let usage = second.unwrap().usage();
    assert_eq!((usage.input_image, usage.output_image, usage.output_text), (64, 120, 0));
}

/// Every kind of token of a call lies in the interval the core gives before it.
fn lies_in_the_estimate(call: &Call, operation: Operation, request: &Value, context: &Context) {
    let estimate = estimate(operation, request, context, &Catalog::default());
    let usage = call.usage();
    for item in estimate.items {
        let (tokens, part) = match item.kind {
            Kind::TextInput => (usage.input_text, "text input"),
            Kind::ImageInput => (usage.input_image, "image input"),
            Kind::TextOutput => (usage.output_text, "text output"),
            Kind::ImageOutput => {
                let partial = estimate.items.iter().find(|item| item.kind == Kind::PartialImages);
                let partial = partial.and_then(|item| item.tokens?.max).unwrap_or(0);
                (usage.output_image - u32::try_from(partial).unwrap(), "image output")
            }
            _ => continue,
        };
        let bounds = item.tokens.unwrap();
        let range = bounds.min..=bounds.max.unwrap_or(u64::MAX);
        assert!(range.contains(&u64::from(tokens)), "{part}: {tokens} not in {range:?} for {request:?}");
    }
}

#[test]
fn usage_lies_in_the_cores_interval_for_every_model() {
    let catalog = Catalog::default();
    for model in catalog.iter().filter(|model| model.lifecycle.status(TODAY) != Status::Retired) {
        for quality in model.qualities.values {
            for prompt in ["x", "a siamese cat", "猫と犬が草原を走る", "!!!", &"word ".repeat(400)] {
                for n in [1, 3] {
                    let json = format!(
                        r#"{{"model":"{}","prompt":"{prompt}","quality":"{quality}","n":{n}}}"#,
                        model.id
                    );
                    let request: Value = serde_json::from_str(&json).unwrap();
                    let call = generate(&json).unwrap();
                    lies_in_the_estimate(&call, Operation::Generate, &request, &Context::new(TODAY));
                }
            }
            let json = format!(
                r#"{{"model":"{}","prompt":"a","quality":"{quality}","stream":true,"partial_images":3}}"#,
                model.id
            );
            let request: Value = serde_json::from_str(&json).unwrap();
            let call = generate(&json).unwrap();
            lies_in_the_estimate(&call, Operation::Generate, &request, &Context::new(TODAY));
        }
        let sizes = [(128, 128), (700, 300), (64, 640)];
        let call = edit(&[("model", model.id), ("prompt", "turn it"), ("n", "2")], &sizes).unwrap();
        let file = Value::File(File::default());
        let request = Value::Object(vec![
            ("model".into(), Value::from(model.id)),
            ("prompt".into(), Value::from("turn it")),
            ("n".into(), Value::from(2)),
            ("image".into(), Value::Array(vec![file; 3])),
        ]);
        let facts = sizes.iter().map(|(width, height)| ImageFacts {
            info: Some(picture::inspect(&plain_png(*width, *height))),
            ..ImageFacts::default()
        });
        let context = Context { images: facts.collect(), ..Context::new(TODAY) };
        lies_in_the_estimate(&call, Operation::Edit, &request, &context);
    }
}

#[test]
fn sizes_follow_the_model_the_request_and_the_first_image() {
    let size = |call: Result<Call, Refusal>| call.unwrap().resolved().size();
    let mini = "gpt-image-1-mini";
    assert_eq!(size(edit(&[("model", mini), ("prompt", "x")], &[(300, 200), (100, 900)])), "1536x1024");
    assert_eq!(size(edit(&[("model", mini), ("prompt", "x")], &[(200, 301)])), "1024x1536");
    assert_eq!(size(edit(&[("model", mini), ("prompt", "x")], &[(200, 210)])), "1024x1024");
    let free = r#"{"model":"gpt-image-2","prompt":"x","size":"1536x864","quality":"low"}"#;
    let call = generate(free).unwrap();
    assert_eq!(size(generate(free)), "1536x864");
    let file = call.write(&call.draw(0));
    let info = picture::inspect(&file).unwrap();
    assert_eq!((info.width, info.height), (1536, 864));
}

#[test]
fn what_needs_preview_access_is_refused() {
    for model in Catalog::default().iter().filter(|model| !model.preview_formats.is_empty()) {
        for format in model.preview_formats {
            let json = format!(r#"{{"model":"{}","prompt":"x","output_format":"{format}"}}"#, model.id);
            let refusal = generate(&json).unwrap_err();
            assert_eq!(refusal.param.as_deref(), Some("output_format"), "{json}");
        }
    }
}

#[test]
fn fidelity_is_refused_as_the_api_does() {
    for (model, value) in [("gpt-image-1-mini", "high"), ("gpt-image-2", "low")] {
        let refusal =
            edit(&[("model", model), ("prompt", "x"), ("input_fidelity", value)], &[(64, 64)]).unwrap_err();
        assert_eq!(refusal.code, Some("invalid_input_fidelity_model"), "{refusal:?}");
        assert_eq!(refusal.kind, "image_generation_user_error");
    }
}

proptest! {
    #[test]
    fn any_json_gets_an_answer(json in prop_oneof![".{0,80}", json_text()], edits: bool) {
        let operation = if edits { Operation::Edit } else { Operation::Generate };
        if let Err(refusal) = Call::open(operation, Body::Json(json), TODAY, &Catalog::default()) {
            prop_assert!((400..500).contains(&refusal.status));
            prop_assert!(!refusal.message.is_empty());
        }
    }

    #[test]
    fn any_form_gets_an_answer(
        fields in prop::collection::vec(("(prompt|model|n|size|quality|stream|image|mask|x)", ".{0,12}"), 0..6),
        bytes in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let files = vec![Upload { field: "image".to_owned(), bytes, ..Upload::default() }];
        let call = Call::open(Operation::Edit, Body::Form(fields, files), TODAY, &Catalog::default());
        prop_assert!(call.is_err(), "random bytes are no picture");
    }
}

/// Objects with the fields of a request and values of any kind.
fn json_text() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just(r#"[{"image_url":"data:image/png;base64,AAAA"}]"#.to_owned()),
        Just(r#"{"image_url":"https://x.invalid/a.png"}"#.to_owned()),
        Just(r#"[{"file_id":"file-1"}]"#.to_owned()),
        any::<i32>().prop_map(|number| number.to_string()),
        "[a-z0-9]{0,10}".prop_map(|text| format!("\"{text}\"")),
    ];
    let name =
        "(prompt|model|n|size|quality|stream|images|mask|output_format|output_compression|background|x)";
    prop::collection::vec((name, value), 0..6).prop_map(|fields| {
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    })
}
