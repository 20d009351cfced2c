//! The literal types of the npm package follow from the catalogue and the table of codes.
//! `UPDATE=1 cargo test --test declarations` writes the file anew.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fmt::Write;

use gpt_image_edge::catalog::model::SizeRule;
use gpt_image_edge::catalog::{Catalog, Model};
use gpt_image_edge::check::Code;
use gpt_image_edge::request::Size;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/npm/generated.d.ts");

fn union<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" | ")
}

fn literals(model: &Model) -> String {
    let size = match model.sizes {
        SizeRule::Presets { sizes, auto } => {
            let sizes = sizes
                .iter()
                .map(|(width, height)| Size::Pixels { width: *width, height: *height }.to_string());
            let sizes: Vec<String> = auto.then(|| "auto".to_owned()).into_iter().chain(sizes).collect();
            union(sizes.iter().map(String::as_str))
        }
        SizeRule::Flexible(_) => "\"auto\" | `${number}x${number}`".to_owned(),
    };
    let mut out =
        format!("    size: {size};\n    quality: {};\n", union(model.qualities.values.iter().copied()));
    let choices = [
        ("background", model.backgrounds),
        ("output_format", model.output_formats),
        ("moderation", model.moderation),
        ("complexity", model.complexity),
        ("style", model.style),
    ];
    for (name, choice) in choices {
        if let Some(choice) = choice.known() {
            writeln!(out, "    {name}: {};", union(choice.values.iter().copied())).unwrap();
        }
    }
    out
}

fn generated() -> String {
    let catalog = Catalog::default();
    let models: Vec<&Model> = catalog.iter().collect();
    let mut out = String::from(
        "// Generated from the catalogue and the table of codes: UPDATE=1 cargo test --test declarations\n\n\
         /** The models of the catalogue, with their snapshots. */\nexport type ModelId =\n",
    );
    for id in models.iter().flat_map(|model| std::iter::once(&model.id).chain(model.snapshots)) {
        writeln!(out, "  | \"{id}\"").unwrap();
    }
    out.truncate(out.trim_end().len());
    out.push_str(";\n\n/** The rules that a request can break; docs/checks.md explains each. */\nexport type IssueCode =\n");
    for code in Code::ALL {
        writeln!(out, "  /** {} */\n  | \"{}\"", code.summary(), code.name()).unwrap();
    }
    out.truncate(out.trim_end().len());
    out.push_str(";\n\n/** The words that each model takes. */\nexport interface ModelLiterals {\n");
    for model in models {
        write!(out, "  \"{}\": {{\n{}  }};\n", model.id, literals(model)).unwrap();
    }
    out.push_str("}\n");
    out
}

#[test]
fn the_generated_declarations_are_current() {
    let current = generated();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PATH, &current).unwrap();
    }
    let file = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        file == current,
        "src/npm/generated.d.ts is out of date: UPDATE=1 cargo test --test declarations"
    );
}
