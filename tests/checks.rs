//! Each rule with a request that breaks it alone, and one beside it that is just legal.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a panic is how a test fails"
)]

use std::collections::BTreeSet;

use gpt_image_edge::catalog::Catalog;
use gpt_image_edge::check::{Applicability, Code, Context, ImageFacts, Transparency, check, normalize};
use gpt_image_edge::date::Date;
use gpt_image_edge::picture::{Color, Format, ImageInfo, Problem};
use gpt_image_edge::request::{File, Operation, Text, Value};
use proptest::prelude::*;

/// Before mini's end is near, so that its warning does not stand in every case.
const QUIET: Date = Date::new(2026, 9, 30);
const PNG: ImageInfo = ImageInfo {
    format: Format::Png,
    width: 64,
    height: 64,
    bit_depth: 8,
    color: Color::Rgb,
    has_alpha: true,
    animated: false,
    orientation: 1,
    complete: true,
};

/// Two pixels beside each other that can be transparent, and one that cannot.
const ALPHA_2X1: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAC0lEQVR4nGNggAIAAAkAAftSuKkAAAAASUVORK5CYII=";
const OPAQUE_1X1: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC";

/// A request in JSON; the text `"@file"` stands for a file.
fn request(json: &str) -> Value {
    fn with_files(value: Value) -> Value {
        match value {
            Value::String(text) if text == "@file" => Value::File(File {
                bytes: Some(1000),
                media_type: "image/png".into(),
                name: "a.png".into(),
                ..File::default()
            }),
            Value::Array(items) => Value::Array(items.into_iter().map(with_files).collect()),
            Value::Object(fields) => {
                Value::Object(fields.into_iter().map(|(name, value)| (name, with_files(value))).collect())
            }
            other => other,
        }
    }
    with_files(serde_json::from_str(json).unwrap())
}

fn codes(operation: Operation, request: &Value, context: &Context) -> Vec<Code> {
    check(operation, request, context, &Catalog::default()).issues.iter().map(|issue| issue.code).collect()
}

/// Generations: the code, the fields that break its rule alone, and the fields that just keep it. `prompt` and `model` are
/// there already unless they are given.
const GENERATIONS: &[(Code, &str, &str)] = &[
    (Code::Required, r#""prompt_is":"left out""#, r#""prompt":"x""#),
    (Code::InvalidType, r#""n":"two""#, r#""n":2"#),
    (Code::InvalidType, r#""stream":1"#, r#""stream":true"#),
    (Code::InvalidType, r#""prompt":["x"]"#, r#""prompt":"x""#),
    (Code::NotAnInteger, r#""n":1.5"#, r#""n":1.0"#),
    (Code::TooSmall, r#""n":0"#, r#""n":1"#),
    (Code::TooBig, r#""n":11"#, r#""n":10"#),
    (
        Code::TooSmall,
        r#""output_format":"jpeg","output_compression":-1"#,
        r#""output_format":"jpeg","output_compression":0"#,
    ),
    (
        Code::TooBig,
        r#""output_format":"webp","output_compression":101"#,
        r#""output_format":"webp","output_compression":100"#,
    ),
    (Code::TooBig, r#""stream":true,"partial_images":4"#, r#""stream":true,"partial_images":3"#),
    (Code::InvalidValue, r#""quality":"ultra""#, r#""quality":"high""#),
    (Code::InvalidValue, r#""quality":"xhigh""#, r#""model":"gpt-image-2.5-flare","quality":"xhigh""#),
    (Code::InvalidValue, r#""output_format":"gif""#, r#""output_format":"webp""#),
    (Code::InvalidValue, r#""moderation":"none""#, r#""moderation":"low""#),
    (Code::UnrecognizedKey, r#""seed":1"#, r#""user_is_no_such_field":null,"n":1"#),
    (Code::UnrecognizedKey, r#""mask":"x""#, r#""background":"opaque""#),
    (Code::UnrecognizedKey, r#""images":[]"#, r#""n":1"#),
    (Code::Required, r#""prompt":null"#, r#""prompt":"x","n":null"#),
    (Code::DuplicateKey, r#""n":1,"n":2"#, r#""n":2"#),
    (
        Code::NotNullable,
        r#""complexity":null,"model":"gpt-image-2.6-flare""#,
        r#""n":null,"size":null,"quality":null"#,
    ),
    (Code::UnsupportedParameter, r#""response_format":"b64_json""#, r#""output_format":"png""#),
    (Code::UnsupportedParameter, r#""style":"vivid""#, r#""quality":"low""#),
    (
        Code::UnsupportedParameter,
        r#""complexity":"low""#,
        r#""model":"gpt-image-2.6-flare","complexity":"low""#,
    ),
    (
        Code::UnpublishedParameter,
        r#""model":"gpt-image-2.5-flare","complexity":"low""#,
        r#""model":"gpt-image-2.5-flare""#,
    ),
    (Code::EmptyPrompt, r#""prompt":"""#, r#""prompt":".""#),
    (Code::EmptyPrompt, r#""prompt":" \n\t\u3000""#, r#""prompt":" x ""#),
    (Code::UnknownModel, r#""model":"gpt-image-9""#, r#""model":"gpt-image-2""#),
    (Code::UnknownModel, r#""model":"gpt-image-2-2027-01-01""#, r#""model":"gpt-image-2-2026-04-21""#),
    (Code::ModelRetired, r#""model":"dall-e-3""#, r#""model":"gpt-image-2""#),
    (Code::MalformedSize, r#""size":"large""#, r#""size":"auto""#),
    (Code::MalformedSize, r#""size":"1024""#, r#""size":"1024x1024""#),
    (Code::SizeNotOffered, r#""size":"1792x1024""#, r#""size":"1536x1024""#),
    (
        Code::SizeNotOffered,
        r#""model":"gpt-image-2","size":"1000x1024""#,
        r#""model":"gpt-image-2","size":"1008x1024""#,
    ),
    (
        Code::SizeNotOffered,
        r#""model":"gpt-image-2","size":"3856x1600""#,
        r#""model":"gpt-image-2","size":"2048x1600""#,
    ),
    (
        Code::SizeNotOffered,
        r#""model":"gpt-image-2","size":"1024x624""#,
        r#""model":"gpt-image-2","size":"1024x640""#,
    ),
    (
        Code::SizeNotOffered,
        r#""model":"gpt-image-2","size":"1552x512""#,
        r#""model":"gpt-image-2","size":"1536x512""#,
    ),
    (
        Code::SizeNotOffered,
        r#""model":"gpt-image-2","size":"3840x2176""#,
        r#""model":"gpt-image-2","size":"2560x1440""#,
    ),
    (
        Code::SizeExperimental,
        r#""model":"gpt-image-2","size":"2560x1456""#,
        r#""model":"gpt-image-2","size":"2560x1440""#,
    ),
    (
        Code::TransparentFormat,
        r#""background":"transparent","output_format":"jpeg""#,
        r#""background":"transparent","output_format":"webp""#,
    ),
    (
        Code::TransparentPreview,
        r#""model":"gpt-image-2","background":"transparent""#,
        r#""model":"gpt-image-2","background":"opaque""#,
    ),
    (
        Code::FormatPreview,
        r#""model":"gpt-image-2.6-flare","output_format":"gif""#,
        r#""model":"gpt-image-2.6-flare","output_format":"png""#,
    ),
    (
        Code::CompressionFormat,
        r#""output_compression":80"#,
        r#""output_format":"jpeg","output_compression":80"#,
    ),
    (Code::PartialImagesWithoutStream, r#""partial_images":2"#, r#""stream":true,"partial_images":2"#),
    (Code::StreamCount, r#""stream":true,"n":2"#, r#""stream":true,"n":1"#),
    (
        Code::FieldNeedsFormat,
        r#""model":"gpt-image-2.6-flare","frame_count":4"#,
        r#""model":"gpt-image-2.6-flare","complexity":"low""#,
    ),
    (
        Code::FieldNeedsFormat,
        r#""model":"gpt-image-2.6-flare","svg":{"model":"x"}"#,
        r#""model":"gpt-image-2.6-flare""#,
    ),
    (Code::UserDeprecated, r#""user":"u1""#, r#""safety_identifier":"u1""#),
];

fn generation(fields: &str) -> Value {
    let mut json = format!("{{{fields}");
    if !fields.contains("prompt") {
        json.push_str(r#","prompt":"a cat""#);
    }
    if !fields.contains("\"model\"") {
        json.push_str(r#","model":"gpt-image-1-mini""#);
    }
    json.push('}');
    let mut value = request(&json);
    value.remove("prompt_is");
    value.remove("user_is_no_such_field");
    value
}

#[test]
fn each_rule_of_generations_is_broken_alone_and_just_kept() {
    for (code, broken, kept) in GENERATIONS {
        assert_eq!(
            codes(Operation::Generate, &generation(broken), &Context::new(QUIET)),
            [*code],
            "{broken}"
        );
        assert_eq!(codes(Operation::Generate, &generation(kept), &Context::new(QUIET)), [], "{kept}");
    }
}

#[test]
fn rules_that_cannot_be_broken_alone_are_among_the_issues() {
    for (code, fields) in [
        (Code::StreamFormat, r#""model":"gpt-image-2.6-flare","output_format":"gif","stream":true"#),
        (Code::SvgCount, r#""model":"gpt-image-2.6-flare","output_format":"svg","n":2"#),
        (Code::InvalidType, r#""n":{}"#),
    ] {
        let found = codes(Operation::Generate, &generation(fields), &Context::new(QUIET));
        assert!(found.contains(&code), "{fields}: {found:?}");
    }
    let missing = request(r#"{"prompt":"x"}"#);
    assert_eq!(codes(Operation::Generate, &missing, &Context::new(QUIET)), [Code::ModelMissing]);
    for not_an_object in [Value::Null, Value::Array(vec![]), Value::from("x")] {
        assert_eq!(codes(Operation::Generate, &not_an_object, &Context::new(QUIET)), [Code::InvalidRequest]);
    }
}

#[test]
fn animations_and_vector_images_have_rules_of_their_own() {
    let found = |fields: &str| {
        let all = codes(
            Operation::Generate,
            &generation(&format!(r#""model":"gpt-image-2.6-flare",{fields}"#)),
            &Context::new(QUIET),
        );
        assert_eq!(all.first(), Some(&Code::FormatPreview), "{fields}: {all:?}");
        all.get(1..).unwrap().to_vec()
    };
    let gif = |fields: &str| {
        // The size stands before the format in the order of the documentation.
        let fields = format!(r#""model":"gpt-image-2.6-flare","output_format":"gif",{fields}"#);
        let mut all = codes(Operation::Generate, &generation(&fields), &Context::new(QUIET));
        all.retain(|code| *code != Code::FormatPreview);
        all
    };
    for (frames, legal, too_large) in
        [(2, 960, 976), (9, 960, 976), (10, 816, 832), (12, 816, 832), (13, 720, 736), (16, 720, 736)]
    {
        let sized = |edge: u32| gif(&format!(r#""frame_count":{frames},"size":"{edge}x{edge}""#));
        assert_eq!(sized(legal), [], "{frames}");
        assert_eq!(sized(too_large), [Code::AnimationSize], "{frames}");
    }
    assert_eq!(gif(r#""size":"960x960""#), []);
    assert_eq!(gif(r#""size":"1024x1024""#), [Code::AnimationSize]);
    assert_eq!(gif(r#""size":"512x520""#), [Code::SizeNotOffered]);
    assert_eq!(gif(r#""frame_count":1"#), [Code::TooSmall]);
    assert_eq!(gif(r#""frame_count":17"#), [Code::TooBig]);
    assert_eq!(gif(r#""frame_duration_ms":655350"#), []);
    assert_eq!(gif(r#""frame_duration_ms":655360"#), [Code::TooBig]);
    let svg = |svg: &str| found(&format!(r#""output_format":"svg","svg":{svg}"#));
    assert_eq!(svg(r#"{"model":"gpt-5"}"#), []);
    assert_eq!(svg(r#"{"model":"gpt-5","reasoning":{"effort":"max"}}"#), []);
    assert_eq!(svg(r#"{"model":"gpt-5","reasoning":{"effort":null}}"#), []);
    let broken = |svg: &str, code: Code, param: &str| {
        let fields = format!(r#""model":"gpt-image-2.6-flare","output_format":"svg","svg":{svg}"#);
        let report =
            check(Operation::Generate, &generation(&fields), &Context::new(QUIET), &Catalog::default());
        let issues: Vec<_> = report.issues.iter().filter(|issue| issue.code != Code::FormatPreview).collect();
        assert_eq!(
            issues.iter().map(|issue| (issue.code, issue.param.as_ref())).collect::<Vec<_>>(),
            [(code, param)]
        );
    };
    broken("{}", Code::Required, "svg.model");
    broken(r#"{"model":5}"#, Code::InvalidType, "svg.model");
    broken(r#"{"model":"m","colour":1}"#, Code::UnrecognizedKey, "svg.colour");
    broken(r#"{"model":"m","reasoning":"high"}"#, Code::InvalidType, "svg.reasoning");
    broken(r#"{"model":"m","reasoning":{"effort":"hihg"}}"#, Code::InvalidValue, "svg.reasoning.effort");
    broken(r#"{"model":"m","reasoning":{"depth":1}}"#, Code::UnrecognizedKey, "svg.reasoning.depth");
    let edit = request(
        r#"{"model":"gpt-image-2.6-flare","prompt":"x","image":"@file","output_format":"svg","svg":{"reasoning":{"effort":"low"}}}"#,
    );
    assert_eq!(codes(Operation::Edit, &edit, &Context::new(QUIET)), [Code::FormatPreview]);
}

#[test]
fn a_prompt_is_counted_in_characters() {
    for (count, expected) in [(32_000, vec![]), (32_001, vec![Code::PromptTooLong])] {
        for character in ["a", "é", "🦦"] {
            let mut value = generation("\"n\":1");
            value.set("prompt", character.repeat(count).into());
            assert_eq!(
                codes(Operation::Generate, &value, &Context::new(QUIET)),
                expected,
                "{character} x {count}"
            );
        }
    }
}

#[test]
fn a_model_is_warned_about_for_sixty_days_and_then_refused() {
    for (day, expected) in [
        (Date::new(2026, 10, 1), vec![]),
        (Date::new(2026, 10, 2), vec![Code::ModelEnding]),
        (Date::new(2026, 11, 30), vec![Code::ModelEnding]),
        (Date::new(2026, 12, 1), vec![Code::ModelRetired]),
    ] {
        assert_eq!(codes(Operation::Generate, &generation("\"n\":1"), &Context::new(day)), expected, "{day}");
    }
}

fn facts(info: ImageInfo) -> ImageFacts {
    ImageFacts { bytes: Some(1000), info: Some(Ok(info)), transparency: None }
}

fn broken(problem: Problem) -> ImageFacts {
    ImageFacts { bytes: Some(1000), info: Some(Err(problem)), transparency: None }
}

fn edit_codes(fields: &str, images: Vec<ImageFacts>, mask: Option<ImageFacts>) -> Vec<Code> {
    let json = format!(r#"{{"model":"gpt-image-1-mini","prompt":"x",{fields}}}"#);
    let context = Context { images, mask, ..Context::new(QUIET) };
    codes(Operation::Edit, &request(&json), &context)
}

#[test]
fn input_images_are_judged_by_their_bytes() {
    let one = |facts: ImageFacts| edit_codes(r#""image":"@file""#, vec![facts], None);
    assert_eq!(one(facts(PNG)), []);
    for (code, info) in [
        (Code::AnimatedImage, ImageInfo { animated: true, ..PNG }),
        (Code::ImageBitDepth, ImageInfo { bit_depth: 16, ..PNG }),
        (Code::ImageOrientation, ImageInfo { orientation: 6, ..PNG }),
        (Code::DeclaredType, ImageInfo { format: Format::Webp, ..PNG }),
        (Code::UnsupportedImageFormat, ImageInfo { format: Format::Gif, ..PNG }),
    ] {
        assert_eq!(one(facts(info)), [code]);
    }
    let cmyk = ImageInfo { format: Format::Jpeg, color: Color::Cmyk, ..PNG };
    assert_eq!(one(facts(cmyk)), [Code::DeclaredType, Code::ImageColorMode]);
    assert_eq!(one(broken(Problem::NotAnImage)), [Code::NotAnImage]);
    assert_eq!(one(broken(Problem::Truncated(Format::Png))), [Code::CorruptImage]);
    assert_eq!(one(broken(Problem::Corrupt(Format::Jpeg))), [Code::CorruptImage]);
    let weighing = |bytes| one(ImageFacts { bytes: Some(bytes), ..facts(PNG) });
    assert_eq!(weighing(0), [Code::EmptyFile]);
    assert_eq!(weighing(50 * 1024 * 1024 - 1), []);
    assert_eq!(weighing(50 * 1024 * 1024), [Code::FileTooLarge]);
    let with_rule_of_dall_e =
        request(r#"{"model":"dall-e-2","prompt":"x","image":"@file","size":"512x512"}"#);
    let wide = Context {
        images: vec![facts(ImageInfo { width: 65, ..PNG })],
        ..Context::new(Date::new(2026, 1, 1))
    };
    assert!(codes(Operation::Edit, &with_rule_of_dall_e, &wide).contains(&Code::ImageNotSquare));
}

#[test]
fn images_are_counted() {
    let files = |count: usize| format!(r#""image":[{}]"#, vec![r#""@file""#; count].join(","));
    assert_eq!(edit_codes(&files(16), vec![facts(PNG); 16], None), []);
    assert_eq!(edit_codes(&files(17), vec![facts(PNG); 17], None), [Code::TooManyImages]);
    assert_eq!(edit_codes(r#""image":[]"#, vec![], None), [Code::NoImages]);
    assert_eq!(edit_codes(r#""n":1"#, vec![], None), [Code::Required]);
    assert_eq!(edit_codes(r#""image":["@file","text"]"#, vec![], None), [Code::InvalidType]);
}

#[test]
fn a_model_that_does_not_serve_the_endpoint_gives_way_to_one_that_does() {
    let catalog = Catalog::default();
    let context = Context::new(Date::new(2026, 1, 1));
    let mut edit = request(r#"{"model":"dall-e-3","prompt":"x","image":"@file"}"#);
    let is_refused = |edit: &Value| {
        let report = check(Operation::Edit, edit, &context, &catalog);
        report.issues.into_iter().find(|issue| issue.code == Code::ModelNotForOperation)
    };
    let fix = is_refused(&edit).unwrap().fix.unwrap();
    assert_eq!(fix.applicability, Applicability::Unsafe);
    edit.set("model", fix.value.unwrap());
    assert_eq!(is_refused(&edit), None);
}

#[test]
fn masks_are_judged_by_their_bytes_and_beside_the_first_image() {
    let masked =
        |mask: ImageFacts| edit_codes(r#""image":"@file","mask":"@file""#, vec![facts(PNG)], Some(mask));
    assert_eq!(masked(facts(PNG)), []);
    assert_eq!(masked(facts(ImageInfo { has_alpha: false, ..PNG })), [Code::MaskNoAlpha]);
    assert_eq!(masked(facts(ImageInfo { width: 65, ..PNG })), [Code::MaskSize]);
    let seen = |transparency| masked(ImageFacts { transparency: Some(transparency), ..facts(PNG) });
    assert_eq!(seen(Transparency::Some), []);
    assert_eq!(seen(Transparency::None), [Code::MaskOpaque]);
    assert_eq!(seen(Transparency::All), [Code::MaskTransparent]);
    let drawn = |transparency, has_alpha| {
        let markup = ImageFacts { transparency, ..facts(ImageInfo { has_alpha, ..PNG }) };
        let json = r#"{"model":"gpt-image-2.5-flare","prompt":"x","image":"@file","markup":"@file"}"#;
        let context = Context { images: vec![facts(PNG)], markup: Some(markup), ..Context::new(QUIET) };
        codes(Operation::Edit, &request(json), &context)
    };
    assert_eq!(drawn(Some(Transparency::Some), true), []);
    assert_eq!(drawn(Some(Transparency::None), true), [Code::MaskOpaque]);
    assert_eq!(drawn(None, false), [Code::MaskNoAlpha]);
    assert_eq!(masked(ImageFacts { bytes: Some(4 * 1024 * 1024 + 1), ..facts(PNG) }), [Code::FileLarge]);
    assert_eq!(masked(facts(ImageInfo { format: Format::Jpeg, ..PNG })), [Code::UnsupportedImageFormat]);
    // A lying photograph is compared as it is seen.
    let photo = ImageInfo { format: Format::Jpeg, width: 30, height: 20, orientation: 6, ..PNG };
    let mask = ImageInfo { width: 20, height: 30, ..PNG };
    let found = edit_codes(r#""image":"@file","mask":"@file""#, vec![facts(photo)], Some(facts(mask)));
    assert_eq!(found, [Code::DeclaredType, Code::ImageOrientation, Code::MaskFormatDiffers]);
}

#[test]
fn fidelity_mask_and_markup_depend_on_the_model() {
    let found = |model: &str, fields: &str| {
        let json = format!(r#"{{"model":"{model}","prompt":"x","image":"@file",{fields}}}"#);
        codes(Operation::Edit, &request(&json), &Context::new(QUIET))
    };
    assert_eq!(found("gpt-image-1-mini", r#""input_fidelity":"low""#), []);
    assert_eq!(found("gpt-image-1-mini", r#""input_fidelity":"high""#), [Code::InvalidValue]);
    assert_eq!(found("gpt-image-1.5", r#""input_fidelity":"high""#), []);
    assert_eq!(found("gpt-image-2", r#""input_fidelity":"high""#), [Code::UnsupportedParameter]);
    assert_eq!(found("gpt-image-2", r#""input_fidelity":null"#), [Code::UnsupportedParameter]);
    assert_eq!(found("gpt-image-2", r#""markup":"@file""#), [Code::UnsupportedParameter]);
    assert_eq!(found("gpt-image-2.5-flare", r#""markup":"@file""#), []);
    assert_eq!(found("gpt-image-2.5-flare", r#""markup":"@file","mask":"@file""#), [Code::MaskAndMarkup]);
    let gif = r#""mask":"@file","output_format":"gif""#;
    assert_eq!(found("gpt-image-2.6-flare", gif), [Code::FormatPreview, Code::MaskFormat]);
}

#[test]
fn references_of_json_edits_are_checked() {
    let found = |images: &str| {
        let json = format!(r#"{{"model":"gpt-image-1-mini","prompt":"x","images":{images}}}"#);
        codes(Operation::Edit, &request(&json), &Context { json_body: true, ..Context::new(QUIET) })
    };
    assert_eq!(found(r#"[{"image_url":"https://example.com/a.png"},{"file_id":"file-1"}]"#), []);
    let data = |kind: &str, base64: &str| format!(r#"[{{"image_url":"data:{kind};base64,{base64}"}}]"#);
    assert_eq!(found(&data("image/png", ALPHA_2X1)), []);
    assert_eq!(found(&data("image/webp", ALPHA_2X1)), [Code::DeclaredType]);
    assert_eq!(found(&data("image/png", "iVBORw0KGgo=")), [Code::CorruptImage]);
    assert_eq!(found(&data("image/png", "bm8gaW1hZ2U=")), [Code::NotAnImage]);
    assert_eq!(found(&data("image/png", "")), [Code::EmptyFile]);
    assert_eq!(
        found(&data("image/gif", "R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=")),
        [Code::UnsupportedImageFormat]
    );
    assert_eq!(found(r#"[{"image_url":"https://a.example","file_id":"f"}]"#), [Code::InvalidReference]);
    assert_eq!(found(r#"[{"url":"https://a.example"}]"#), [Code::InvalidReference]);
    assert_eq!(found(r#"["https://a.example"]"#), [Code::InvalidReference]);
    assert_eq!(found(r#"[{"image_url":"file:///etc/passwd"}]"#), [Code::InvalidUrl]);
    assert_eq!(found(r#"[{"image_url":"data:text/html;base64,PGI+"}]"#), [Code::InvalidUrl]);
    assert_eq!(found("[]"), [Code::NoImages]);
    let long = |length: usize| format!(r#"[{{"image_url":"https://{}"}}]"#, "a".repeat(length - 8));
    assert_eq!(found(&long(20_971_520)), []);
    assert_eq!(found(&long(20_971_521)), [Code::UrlTooLong]);
    // The mask is read from its data URL too, and compared with the first image.
    let masked = |image: &str, mask: &str| {
        let url = |base64| format!(r#"{{"image_url":"data:image/png;base64,{base64}"}}"#);
        found(&format!(r#"[{}],"mask":{}"#, url(image), url(mask)))
    };
    assert_eq!(masked(ALPHA_2X1, ALPHA_2X1), []);
    assert_eq!(masked(OPAQUE_1X1, ALPHA_2X1), [Code::MaskSize]);
    assert_eq!(masked(OPAQUE_1X1, OPAQUE_1X1), [Code::MaskNoAlpha]);
    assert_eq!(found(r#"[{"file_id":"f"}],"markup":"x""#), [Code::UnrecognizedKey]);
}

#[test]
fn a_form_has_files_and_json_has_references() {
    let context = |json_body| Context { json_body, ..Context::new(QUIET) };
    let references = request(r#"{"model":"gpt-image-1-mini","prompt":"x","images":[{"file_id":"f"}]}"#);
    let files = request(r#"{"model":"gpt-image-1-mini","prompt":"x","image":"@file"}"#);
    assert_eq!(codes(Operation::Edit, &references, &context(true)), []);
    assert_eq!(codes(Operation::Edit, &references, &context(false)), [Code::UnrecognizedKey, Code::Required]);
    assert_eq!(codes(Operation::Edit, &files, &context(false)), []);
    assert_eq!(codes(Operation::Edit, &files, &context(true)), [Code::UnrecognizedKey, Code::Required]);
    let old = request(r#"{"model":"dall-e-2","prompt":"x","images":[{"file_id":"f"}]}"#);
    let before_its_end = Context { json_body: true, ..Context::new(Date::new(2026, 1, 1)) };
    assert_eq!(codes(Operation::Edit, &old, &before_its_end), [Code::UnsupportedParameter]);
}

#[test]
fn a_request_with_no_end_of_problems_is_cut_short_and_left_alone() {
    let many = |count: u32| {
        let mut value = generation("\"n\":1");
        (0..count).for_each(|index| value.set(&format!("x{index}"), Value::Null));
        value
    };
    assert_eq!(codes(Operation::Generate, &many(100), &Context::new(QUIET)).len(), 100);
    let found = codes(Operation::Generate, &many(101), &Context::new(QUIET));
    assert_eq!((found.len(), found.last()), (101, Some(&Code::TooManyIssues)));
    let mut value = many(101);
    value.set("quality", "HIGH".into());
    let normalized = normalize(Operation::Generate, value.clone(), &Context::new(QUIET), &Catalog::default());
    assert_eq!((normalized.request, normalized.changes), (value, vec![]));
}

/// Twice the input may take twice the time, and a little: what is quadratic takes four times as much.
#[test]
fn checking_takes_linear_time() {
    let spellings = |count: u32| {
        // Each is a misspelling that has to be compared with every name, or a name given again.
        let fields = (0..count)
            .map(|index| (Text::from(format!("output_formt{index:>06}")), Value::from("x".repeat(40))));
        let files = (0..count).map(|_| Value::from("x"));
        let mut fields: Vec<_> = fields.collect();
        fields.push(("image".into(), Value::Array(files.collect())));
        fields.extend((0..count).map(|_| ("n".into(), Value::from(1))));
        Value::Object(fields)
    };
    let took = |count| {
        let value = spellings(count);
        let best = (0..5).map(|_| {
            let start = std::time::Instant::now();
            for &operation in Operation::ALL {
                let found = codes(operation, &value, &Context::new(QUIET));
                assert!(found.len() <= 101);
            }
            start.elapsed()
        });
        best.min().unwrap()
    };
    // Whoever else runs on the machine can stretch one measurement; what is quadratic takes 64 times as long in each.
    let mut tries = (0..10).map(|_| (took(5_000), took(40_000)));
    assert!(
        tries.any(|(small, large)| large < small * 24),
        "eight times the fields always take over 24 times as long"
    );
}

fn respond_codes(json: &str) -> Vec<Code> {
    codes(Operation::Respond, &request(json), &Context::new(QUIET))
}

#[test]
fn responses_are_checked_outside_and_inside_the_tool() {
    let forced = r#""tool_choice":{"type":"image_generation"}"#;
    let with = |tool: &str| {
        respond_codes(&format!(r#"{{"model":"gpt-5","input":"draw a cat","tools":[{tool}],{forced}}}"#))
    };
    assert_eq!(with(r#"{"type":"image_generation"}"#), []);
    assert_eq!(
        with(
            r#"{"type":"image_generation","model":"gpt-image-1-mini","size":"1024x1024","action":"generate"}"#
        ),
        []
    );
    assert_eq!(with(r#"{"type":"web_search"}"#), [Code::NoImageTool]);
    assert_eq!(with(r#"{"type":"image_generation","n":2}"#), [Code::UnrecognizedKey]);
    assert_eq!(with(r#"{"type":"image_generation","action":"draw"}"#), [Code::InvalidValue]);
    assert_eq!(
        with(r#"{"type":"image_generation","model":"gpt-image-2","input_fidelity":null}"#),
        [Code::UnsupportedParameter]
    );
    assert_eq!(with(r#"{"type":"image_generation","input_image_mask":{}}"#), [Code::InvalidReference]);
    assert_eq!(with(r#"{"type":"image_generation","size":"10x10"}"#), [Code::SizeNotOffered]);
    let outside = |fields: &str| {
        respond_codes(&format!(
            r#"{{{fields},"tools":[{{"type":"image_generation"}}],"tool_choice":"required"}}"#
        ))
    };
    assert_eq!(outside(r#""model":"gpt-5","input":"x","previous_response_id":"resp_1""#), []);
    assert_eq!(outside(r#""model":"gpt-image-2","input":"x""#), [Code::ImageModelAsMain]);
    assert_eq!(outside(r#""model":"gpt-5","input":"x","size":"1024x1024""#), [Code::ToolParameterOutside]);
    assert_eq!(outside(r#""model":"gpt-5","inptu":"x""#), [Code::UnrecognizedKey, Code::Required]);
    let choice = |choice: &str| {
        respond_codes(&format!(
            r#"{{"model":"gpt-5","input":"x","tools":[{{"type":"image_generation"}}]{choice}}}"#
        ))
    };
    assert_eq!(choice(""), [Code::ToolNotForced]);
    assert_eq!(choice(r#","tool_choice":"none""#), [Code::ToolForbidden]);
    let tool = |tool: &str, more: &str| {
        respond_codes(&format!(
            r#"{{"model":"gpt-5","input":"x","tools":[{{"type":"image_generation",{tool}}}],{forced}{more}}}"#
        ))
    };
    assert_eq!(tool(r#""partial_images":2"#, ""), [Code::PartialImagesWithoutStream]);
    assert_eq!(tool(r#""partial_images":2"#, r#","stream":true"#), []);
    assert_eq!(tool(r#""action":"edit""#, ""), [Code::NothingToEdit]);
    for (more, expected) in [
        (r#","previous_response_id":"resp_1""#, vec![]),
        (r#","conversation":"conv_1""#, vec![]),
        (r#","previous_response_id":"r","conversation":"c""#, vec![Code::PreviousAndConversation]),
        (r#","previous_response_id":5"#, vec![Code::InvalidType]),
    ] {
        assert_eq!(tool(r#""action":"edit""#, more), expected, "{more}");
    }
    let mask = |mask: &str| tool(&format!(r#""input_image_mask":{mask}"#), "");
    assert_eq!(mask(&format!(r#"{{"image_url":"data:image/png;base64,{ALPHA_2X1}"}}"#)), []);
    assert_eq!(mask(&format!(r#"{{"image_url":"{ALPHA_2X1}"}}"#)), []);
    assert_eq!(mask(&format!(r#"{{"image_url":"{OPAQUE_1X1}"}}"#)), [Code::MaskNoAlpha]);
    assert_eq!(mask(r#"{"image_url":"bm8gaW1hZ2U="}"#), [Code::NotAnImage]);
    assert_eq!(mask(r#"{"file_id":"file-1"}"#), []);
    let animated =
        r#""input_image_mask":{"file_id":"f"},"model":"gpt-image-2.6-flare","output_format":"gif""#;
    assert_eq!(tool(animated, ""), [Code::MaskFormat, Code::FormatPreview]);
    assert_eq!(outside(r#""model":"gpt-5","input":"x","model":"gpt-5""#), [Code::DuplicateKey]);
    assert_eq!(
        respond_codes(&format!(r#"{{"model":"gpt-5","input":"x","tools":{{}},{forced}}}"#)),
        [Code::InvalidType, Code::NoImageTool]
    );
    // The pictures of the turns so far.
    let turns = |parts: &str, more: &str| {
        let turns =
            format!(r#"[{{"role":"user","content":[{{"type":"input_text","text":"x"}}{parts}]}}{more}]"#);
        let tool = r#"[{"type":"image_generation","action":"edit"}]"#;
        respond_codes(&format!(r#"{{"model":"gpt-5","input":{turns},"tools":{tool},{forced}}}"#))
    };
    let image = |url: &str| format!(r#",{{"type":"input_image","image_url":"{url}"}}"#);
    assert_eq!(turns("", ""), [Code::NothingToEdit]);
    assert_eq!(turns("", r#",{"type":"image_generation_call","id":"ig_1"}"#), []);
    assert_eq!(turns("", r#",{"type":"item_reference","id":"msg_1"}"#), []);
    assert_eq!(turns(r#",{"type":"input_image","file_id":"file-1","detail":"auto"}"#, ""), []);
    assert_eq!(turns(r#",{"type":"input_image"}"#, ""), [Code::InvalidReference]);
    assert_eq!(turns(&image(&format!("data:image/png;base64,{OPAQUE_1X1}")), ""), []);
    assert_eq!(turns(&image("data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs="), ""), []);
    assert_eq!(turns(&image("data:image/png;base64,bm8gaW1hZ2U="), ""), [Code::NotAnImage]);
    assert_eq!(turns(&image("ftp://a.example"), ""), [Code::InvalidUrl]);
    let two = [image("ftp://a.example"), image("ftp://b.example")].concat();
    assert_eq!(turns(&two, r#",{"type":"item_reference","id":"m"}"#), [Code::InvalidUrl, Code::InvalidUrl]);
    // The tool is repaired where it stands.
    let value = request(
        r#"{"model":"gpt-5","input":"x","tools":[{"type":"image_generation","quality":"LOW"}],"tool_choice":"required"}"#,
    );
    let found = normalize(Operation::Respond, value, &Context::new(QUIET), &Catalog::default());
    let tool = found.request.get("tools").unwrap().as_array().unwrap()[0].clone();
    assert_eq!(tool.get("quality"), Some(&Value::from("low")));
    assert_eq!(found.changes[0].param, "tools[0].quality");
}

#[test]
fn batch_lines_are_checked_with_their_body() {
    let line =
        |fields: &str| codes(Operation::Batch, &request(&format!("{{{fields}}}")), &Context::new(QUIET));
    let head = r#""custom_id":"a","method":"POST""#;
    let with = |url: &str, body: &str| line(&format!(r#"{head},"url":"{url}","body":{body}"#));
    let body = r#"{"model":"gpt-image-1-mini","prompt":"x"}"#;
    assert_eq!(with("/v1/images/generations", body), []);
    assert_eq!(with("/v1/images/variations", body), [Code::BatchUrl]);
    assert_eq!(
        with("/v1/images/generations", r#"{"model":"gpt-image-1-mini","prompt":"x","stream":true}"#),
        [Code::BatchStream]
    );
    assert_eq!(
        with("/v1/images/generations", r#"{"model":"gpt-image-2.5-flare","prompt":"x"}"#),
        [Code::BatchUnpublished]
    );
    assert!(
        with("/v1/images/generations", r#"{"model":"dall-e-3","prompt":"x"}"#)
            .contains(&Code::BatchUnsupported)
    );
    let by_reference = r#"{"model":"gpt-image-1-mini","prompt":"x","images":[{"file_id":"file-1"}]}"#;
    assert_eq!(with("/v1/images/edits", by_reference), []);
    assert_eq!(with("/v1/images/edits", body), [Code::Required]);
    assert_eq!(line(&format!(r#"{head},"url":"/v1/images/generations""#)), [Code::Required]);
    assert_eq!(
        line(&format!(r#""method":"POST","url":"/v1/images/generations","body":{body}"#)),
        [Code::Required]
    );
}

#[test]
fn runware_tasks_are_checked() {
    let of = |fields: &str, day| {
        let mut fields = fields.to_owned();
        for (name, usual) in [
            ("taskType", r#""imageInference""#),
            ("taskUUID", r#""11111111-2222-4333-8444-555555555555""#),
            ("model", r#""openai:1@2""#),
            ("positivePrompt", r#""x""#),
            ("width", "1024"),
            ("height", "1536"),
        ] {
            if !fields.contains(&format!("\"{name}\":")) {
                fields = format!(r#""{name}":{usual},{fields}"#);
            }
        }
        let mut task = request(&format!("{{{}}}", fields.trim_end_matches(',')));
        task.remove("left_out");
        codes(Operation::Runware, &task, &Context::new(day))
    };
    let task = |fields: &str| of(fields, QUIET);
    assert_eq!(task(r#""numberResults":20,"outputFormat":"PNG""#), []);
    assert_eq!(task(r#""numberResults":21"#), [Code::TooBig]);
    assert_eq!(task(r#""numberResults":1.5"#), [Code::NotAnInteger]);
    assert_eq!(task(r#""numberResults":"2""#), [Code::InvalidType]);
    assert_eq!(task(r#""height":1000"#), [Code::SizeNotOffered]);
    assert_eq!(task(r#""outputQuality":20"#), []);
    assert_eq!(task(r#""outputQuality":19"#), [Code::TooSmall]);
    assert_eq!(task(r#""outputFormat":"png""#), [Code::InvalidValue]);
    assert_eq!(task(r#""ttl":59"#), [Code::TooSmall]);
    assert_eq!(task(r#""ttl":60"#), []);
    assert_eq!(task(r#""includeCost":"yes""#), [Code::InvalidType]);
    assert_eq!(task(r#""seed":1"#), [Code::UnrecognizedKey]);
    assert_eq!(task(r#""webhookURL":"https://example.com""#), [Code::CallsAddress]);
    assert_eq!(task(r#""uploadEndpoint":"https://example.com""#), [Code::CallsAddress]);
    assert_eq!(task(r#""taskUUID":"not-one""#), [Code::InvalidUuid]);
    assert_eq!(task(r#""taskUUID":"11111111-2222-1333-8444-555555555555""#), [Code::InvalidUuid]);
    assert_eq!(task(r#""positivePrompt":" ""#), [Code::EmptyPrompt]);
    assert_eq!(task(r#""safety":{"checkContent":true,"mode":"fast"}"#), []);
    assert_eq!(task(r#""safety":{"mode":"strict"}"#), [Code::InvalidValue]);
    assert_eq!(task(r#""safety":{"check":true}"#), [Code::UnrecognizedKey]);
    let openai =
        |settings: &str| task(&format!(r#""outputFormat":"PNG","providerSettings":{{"openai":{settings}}}"#));
    assert_eq!(openai(r#"{"background":"transparent","quality":"high"}"#), []);
    assert_eq!(openai(r#"{"moderation":"low"}"#), [Code::UnrecognizedKey]);
    assert_eq!(
        task(r#""providerSettings":{"openai":{"background":"transparent"}}"#),
        [Code::TransparentFormat]
    );
    let images = |images: &str| task(&format!(r#""inputs":{{"referenceImages":{images}}}"#));
    assert_eq!(images(r#"["7f207035-9ee1-4e92-87c7-fe100069e1f8","https://a.example/b.png"]"#), []);
    assert_eq!(images(&format!(r#"["data:image/png;base64,{ALPHA_2X1}"]"#)), []);
    assert_eq!(images(r#"["data:image/png;base64,bm8gaW1hZ2U="]"#), [Code::NotAnImage]);
    assert_eq!(images("[1]"), [Code::InvalidType]);
    assert_eq!(images(r#""x""#), [Code::InvalidType]);
    assert_eq!(images(&format!("[{}]", vec![r#""u""#; 17].join(","))), [Code::TooManyImages]);
    assert_eq!(task(r#""model":"openai:9@9""#), [Code::UnknownModel]);
    for (day, code) in
        [(Date::new(2026, 11, 1), Code::ModelEnding), (Date::new(2026, 12, 1), Code::ModelRetired)]
    {
        assert_eq!(of("", day), [code]);
    }
    for needed in ["taskType", "taskUUID", "model", "positivePrompt", "width", "height"] {
        let complete = r#"{"taskType":"imageInference","taskUUID":"11111111-2222-4333-8444-555555555555","model":"openai:1@2","positivePrompt":"x","width":1024,"height":1024}"#;
        let mut task = request(complete);
        task.remove(needed);
        assert_eq!(codes(Operation::Runware, &task, &Context::new(QUIET)), [Code::Required], "{needed}");
    }
    // Words in other letters leave no doubt, also inside.
    let value = request(
        r#"{"positivePrompt":"x","outputFormat":"png","providerSettings":{"openai":{"quality":"HIGH"}}}"#,
    );
    let mended = normalize(Operation::Runware, value, &Context::new(QUIET), &Catalog::default());
    assert_eq!(
        mended.changes.iter().map(|change| change.param.as_ref()).collect::<Vec<_>>(),
        ["outputFormat", "providerSettings.openai.quality"]
    );
}

#[test]
fn every_code_has_a_case() {
    let source = include_str!("checks.rs");
    for code in Code::ALL {
        let name = format!("Code::{code:?}");
        assert!(source.matches(&name).count() > 0, "{name} has no case");
    }
}

#[test]
fn messages_name_the_field_the_value_and_what_is_allowed() {
    let message = |fields: &str| {
        check(Operation::Generate, &generation(fields), &Context::new(QUIET), &Catalog::default()).issues[0]
            .message
            .clone()
    };
    assert_eq!(
        message(r#""model":"gpt-image-2","size":"1000x1500""#),
        r#"size: "1000x1500": both edges must be multiples of 16; nearest allowed "1008x1504""#
    );
    assert_eq!(message(r#""n":40"#), "n: 40 is out of range; allowed are 1 to 10");
    assert_eq!(
        message(r#""qualty":"low""#),
        r#"qualty: there is no such field in a generation; did you mean "quality"?"#
    );
}

#[test]
fn safe_repairs_are_made_and_told() {
    let context = Context::new(QUIET);
    for (before, after, changes) in [
        (r#"{"prompt":"x"}"#, r#"{"prompt":"x","model":"gpt-image-1-mini"}"#, 1),
        (
            r#"{"model":"gpt-image-2","prompt":"x","n":"2","stream":"false"}"#,
            r#"{"model":"gpt-image-2","prompt":"x","n":2,"stream":false}"#,
            2,
        ),
        (
            r#"{"model":"gpt-image-2","prompt":"x","size":"1024 X 1024"}"#,
            r#"{"model":"gpt-image-2","prompt":"x","size":"1024x1024"}"#,
            1,
        ),
        (
            r#"{"model":"gpt-image-2","prompt":"x","outputFormat":"jpg"}"#,
            r#"{"model":"gpt-image-2","prompt":"x","output_format":"jpeg"}"#,
            2,
        ),
        (
            r#"{"model":"gpt-image-2","prompt":"x","quality":"HIGH"}"#,
            r#"{"model":"gpt-image-2","prompt":"x","quality":"high"}"#,
            1,
        ),
        (
            r#"{"model":"gpt-image-2","prompt":"x","response_format":"b64_json","partial_images":0,"output_compression":100}"#,
            r#"{"model":"gpt-image-2","prompt":"x"}"#,
            3,
        ),
        // Another picture, another price, or a guess: left alone.
        (
            r#"{"model":"gpt-image-2","prompt":"x","size":"1000x1000"}"#,
            r#"{"model":"gpt-image-2","prompt":"x","size":"1000x1000"}"#,
            0,
        ),
        (
            r#"{"model":"gpt-image-2","prompt":"x","n":40}"#,
            r#"{"model":"gpt-image-2","prompt":"x","n":40}"#,
            0,
        ),
        (
            r#"{"model":"gpt-image-2","prompt":"x","response_format":"url"}"#,
            r#"{"model":"gpt-image-2","prompt":"x","response_format":"url"}"#,
            0,
        ),
        (
            r#"{"model":"gpt-image-2","prompt":"x","outputFormat":"png","output_format":"webp"}"#,
            r#"{"model":"gpt-image-2","prompt":"x","outputFormat":"png","output_format":"webp"}"#,
            0,
        ),
    ] {
        let found = normalize(Operation::Generate, request(before), &context, &Catalog::default());
        assert_eq!(found.request, request(after), "{before}");
        assert_eq!(found.changes.len(), changes, "{before}: {:?}", found.changes);
    }
}

/// Any JSON value, with the names and words of real requests mixed in.
fn any_value() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "auto",
        "low",
        "HIGH",
        "1024x1024",
        "1024 x 1024",
        "17x3",
        "999999999x999999999",
        "png",
        "jpg",
        "gif",
        "svg",
        "transparent",
        "gpt-image-1-mini",
        "gpt-image-2",
        "gpt-image-2.6-flare",
        "dall-e-3",
        "gpt-image-1-min",
        "true",
        "12",
        "-3",
        "",
        " ",
        "b64_json",
        "data:image/png;base64,AA==",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![any::<f64>(), (-3.0..200.0_f64).prop_map(f64::round)].prop_map(Value::from),
        words.prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(Value::File(File::default())),
    ];
    let names = prop_oneof![
        prop::sample::select(gpt_image_edge::request::Field::ALL).prop_map(|field| field.name().to_owned()),
        prop::sample::select(vec!["Prompt", "outputFormat", "promt", "output-format", "N", "__proto__"])
            .prop_map(str::to_owned),
        ".{0,12}",
    ];
    leaf.prop_recursive(3, 40, 10, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..10).prop_map(Value::Array),
            prop::collection::vec((names.clone().prop_map(Text::from), inner), 0..12).prop_map(Value::Object),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn nothing_panics_and_normalizing_twice_changes_nothing(value in any_value(), day in 20_000..22_000, json_body: bool) {
        let catalog = Catalog::default();
        let context = Context { json_body, images: vec![facts(PNG), broken(Problem::NotAnImage)], ..Context::new(Date::from_days(day)) };
        for &operation in Operation::ALL {
            let once = normalize(operation, value.clone(), &context, &catalog);
            let twice = normalize(operation, once.request.clone(), &context, &catalog);
            prop_assert_eq!(&twice.request, &once.request);
            prop_assert_eq!(twice.changes.len(), 0);
            prop_assert_eq!(&once.report, &check(operation, &once.request, &context, &catalog));
            // What is left has no safe answer, unless the name it should have is taken.
            let left: BTreeSet<_> = once.report.issues.iter()
                .filter(|issue| issue.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe))
                .map(|issue| issue.code).collect();
            prop_assert!(left.iter().all(|code| *code == Code::UnrecognizedKey), "{:?}", left);
        }
    }

    #[test]
    fn the_nearest_size_is_legal(width in 0_u32..5000, height in 0_u32..5000) {
        let catalog = Catalog::default();
        let size = format!("{width}x{height}");
        let value = generation(&format!(r#""model":"gpt-image-2","size":"{size}""#));
        for issue in check(Operation::Generate, &value, &Context::new(QUIET), &catalog).issues {
            let Some(fix) = issue.fix else { continue };
            let mut mended = value.clone();
            mended.set("size", fix.value.unwrap());
            let left = codes(Operation::Generate, &mended, &Context::new(QUIET));
            prop_assert!(left.iter().all(|code| *code == Code::SizeExperimental), "{} {:?}", size, left);
        }
    }
}
