//! `docs/checks.md` and `docs/models.md` are written from the tables of the crate, and this holds them current.
//! `UPDATE=1 cargo test --test generated` writes them anew.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

use std::fmt::Write as _;
use std::{env, fs};

use gpt_image_edge::catalog::model::{Choice, InputTokens, IntRule, OutputTokens, Rounding, SizeRule};
use gpt_image_edge::catalog::{Catalog, Fact, Model, Source};
use gpt_image_edge::check::{Code, Severity};
use gpt_image_edge::cost::NanoUsd;

fn current(file: &str, text: &str) {
    let path = format!("{}/docs/{file}", env!("CARGO_MANIFEST_DIR"));
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, text).unwrap();
    }
    let stands = fs::read_to_string(&path).unwrap_or_default();
    if let Some((line, (is, should))) =
        (1..).zip(stands.lines().zip(text.lines())).find(|(_, (is, should))| is != should)
    {
        panic!(
            "docs/{file}:{line} is\n  {is}\nand should be\n  {should}\nrun: UPDATE=1 cargo test --test generated"
        );
    }
    assert_eq!(
        stands.len(),
        text.len(),
        "docs/{file} is not current; run: UPDATE=1 cargo test --test generated"
    );
}

#[test]
fn checks_are_documented() {
    let mut out = String::from(
        "# What the checks find\n\nWritten from `src/check/code.rs` by `UPDATE=1 cargo test --test generated`. Codes are added, never renamed.\n\
         An **error** is what the API refuses, or answers otherwise than was asked; a **warning** is worth knowing. A fix is *safe* when it\n\
         has one answer and neither the picture nor its price changes: `normalize` applies those. All others are offered only.\n",
    );
    for code in Code::ALL {
        let severity = match code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (name, summary, text, source) = (code.name(), code.summary(), code.text(), code.source());
        write!(out, "\n## `{name}`\n\n**{severity}.** {summary}\n\n{text}\n\nSource: <{source}>\n").unwrap();
    }
    current("checks.md", &out);
}

#[test]
fn models_are_documented() {
    let mut out = String::from(
        "# Models\n\nWritten from `src/catalog/` by `UPDATE=1 cargo test --test generated`. Prices are US dollars per million tokens.\n\
         \"?\" means that nothing is published.\n\n| model | ends | replacement | sizes | qualities | formats | text in | image in | image out |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let catalog = Catalog::default();
    for model in catalog.iter() {
        let ends = model.lifecycle.shutdown.map_or("–".into(), |day| day.to_string());
        let replacement = model.lifecycle.replacements.first().copied().unwrap_or("–");
        let sizes = match model.sizes {
            SizeRule::Presets { sizes, .. } => format!("{} presets", sizes.len()),
            SizeRule::Flexible(_) => "free".into(),
        };
        let formats = words(model.output_formats);
        let price = model.rates.last().map_or(["–".into(), "–".into(), "–".into()], |rates| {
            [rates.standard.text_input, rates.standard.image_input, rates.standard.image_output]
                .map(per_million)
        });
        let qualities = model.qualities.values.join(" ");
        let [text, image, output] = price;
        let id = model.id;
        writeln!(out, "| [{id}](#{}) | {ends} | {replacement} | {sizes} | {qualities} | {formats} | {text} | {image} | {output} |", id.replace('.', "")).unwrap();
    }
    for model in catalog.iter() {
        section(&mut out, model);
    }
    current("models.md", &out);
}

fn per_million(nano_per_token: u32) -> String {
    NanoUsd::of_tokens(1_000_000, nano_per_token).to_string()
}

fn words(fact: Fact<Choice>) -> String {
    match fact {
        Fact::Known(choice) => choice.values.join(" "),
        Fact::NotSupported => "–".into(),
        Fact::NotPublished => "?".into(),
    }
}

fn range(rule: IntRule) -> String {
    format!("{} to {}, default {}", rule.min, rule.max, rule.default)
}

fn fact<T: Copy>(fact: Fact<T>, show: impl Fn(T) -> String) -> String {
    match fact {
        Fact::Known(rule) => show(rule),
        Fact::NotSupported => "not accepted".into(),
        Fact::NotPublished => "?".into(),
    }
}

fn from(source: Source) -> String {
    format!("<{}> ({})", source.url, source.checked)
}

fn section(out: &mut String, model: &Model) {
    write!(out, "\n## {}\n\n{}.", model.id, model.name).unwrap();
    if !model.snapshots.is_empty() {
        write!(out, " Also called {}.", model.snapshots.join(", ")).unwrap();
    }
    let life = model.lifecycle;
    for (word, day) in [("Released", life.released), ("Deprecated", life.deprecated), ("Ends", life.shutdown)]
    {
        if let Some(day) = day {
            write!(out, " {word} {day}.").unwrap();
        }
    }
    if !life.replacements.is_empty() {
        write!(out, " Named replacements: {}.", life.replacements.join(", ")).unwrap();
    }
    out.push_str("\n\n| parameter | accepted |\n|---|---|\n");
    let mut row = |name: &str, text: String| writeln!(out, "| `{name}` | {text} |").unwrap();
    row("prompt", format!("at most {} characters", model.prompt_max_chars));
    row("n", range(model.n));
    row(
        "size",
        match model.sizes {
            SizeRule::Presets { sizes, auto } => {
                let mut list: Vec<_> =
                    sizes.iter().map(|(width, height)| format!("{width}x{height}")).collect();
                if auto {
                    list.insert(0, "auto".into());
                }
                list.join(" ")
            }
            SizeRule::Flexible(rule) => format!(
                "auto, or edges that are multiples of {}, at most {} long and {} times each other, {} to {} pixels in all",
                rule.multiple_of, rule.max_edge, rule.max_ratio, rule.min_pixels, rule.max_pixels
            ),
        },
    );
    row("quality", model.qualities.values.join(" "));
    row(
        "background",
        fact(model.backgrounds, |choice| {
            choice.values.join(" ")
                + if model.transparent_is_preview { " (transparent: preview)" } else { "" }
        }),
    );
    row(
        "output_format",
        fact(model.output_formats, |choice| {
            choice.values.join(" ")
                + &if model.preview_formats.is_empty() {
                    String::new()
                } else {
                    format!(" (preview: {})", model.preview_formats.join(" "))
                }
        }),
    );
    row(
        "output_compression",
        fact(model.output_compression, |rule| {
            format!("{}, with {}", range(rule), model.compressible_formats.join(" "))
        }),
    );
    row("moderation", fact(model.moderation, |choice| choice.values.join(" ")));
    row("input_fidelity", fact(model.input_fidelity, |choice| choice.values.join(" ")));
    row(
        "stream",
        fact(model.streaming, |rule| {
            format!("n at most {}; partial_images {}", rule.max_n, range(rule.partial_images))
        }),
    );
    row("complexity", fact(model.complexity, |choice| choice.values.join(" ")));
    row("frame_count", fact(model.animation, |rule| range(rule.frame_count)));
    row(
        "image",
        fact(model.edit, |rule| {
            format!(
                "at most {}, each below {} bytes: {}",
                rule.max_images,
                rule.max_image_bytes,
                rule.formats.join(" ")
            )
        }),
    );
    row(
        "mask",
        fact(model.edit, |rule| {
            fact(rule.mask, |mask| format!("PNG with alpha, below {} bytes", mask.max_bytes))
        }),
    );
    row(
        "markup",
        fact(model.edit, |rule| fact(rule.markup, |()| "PNG with alpha, not together with a mask".into())),
    );
    for rates in model.rates {
        let rate = rates.standard;
        write!(
            out,
            "\nPrices: text {}, cached {}; image in {}, cached {}; image out {}; text out {}. Batch: {}. Source: {}\n",
            per_million(rate.text_input),
            per_million(rate.cached_text_input),
            per_million(rate.image_input),
            per_million(rate.cached_image_input),
            per_million(rate.image_output),
            fact(rate.text_output, per_million),
            if rates.batch.known().is_some() { "half" } else { "?" },
            from(rates.source)
        )
        .unwrap();
    }
    tokens(out, model);
    write!(
        out,
        "\nRules: {}. Ends: {}. Cost: {}.\n",
        from(model.source),
        from(life.source),
        from(model.cost_source)
    )
    .unwrap();
}

fn tokens(out: &mut String, model: &Model) {
    match model.output_tokens {
        OutputTokens::Table(rows) => {
            out.push_str("\n| quality | size | tokens | published price |\n|---|---|---|---|\n");
            for row in rows {
                let price = model.per_image.iter().find(|price| {
                    (price.quality, price.width, price.height) == (row.quality, row.width, row.height)
                });
                let price = price.map_or("?".into(), |price| NanoUsd::new(price.nano_usd).to_string());
                writeln!(
                    out,
                    "| {} | {}x{} | {} | {price} |",
                    row.quality, row.width, row.height, row.tokens
                )
                .unwrap();
            }
        }
        OutputTokens::Grid(grid) => {
            let factors: Vec<_> =
                grid.factors.iter().map(|(quality, factor)| format!("{quality} {factor}")).collect();
            let halves = match grid.formula.rounding {
                Rounding::HalfUp => "halves up",
                Rounding::HalfEven => "halves to even",
            };
            write!(
                out,
                "\nOutput tokens: ceil(g × round(g × short / long) × ({} + pixels) / {}), {halves}; g is {}.\n",
                grid.formula.base_pixels,
                grid.formula.divisor,
                factors.join(", ")
            )
            .unwrap();
        }
        OutputTokens::PerImage => {
            out.push_str("\n| quality | size | price |\n|---|---|---|\n");
            for row in model.per_image {
                writeln!(
                    out,
                    "| {} | {}x{} | {} |",
                    row.quality,
                    row.width,
                    row.height,
                    NanoUsd::new(row.nano_usd)
                )
                .unwrap();
            }
        }
        OutputTokens::NotPublished => out.push_str("\nOutput tokens: no rule is published.\n"),
    }
    let input = match model.input_tokens {
        InputTokens::Tiles(rule) => format!(
            "{} and {} for each tile of {} pixels{}",
            rule.base,
            rule.per_tile,
            rule.tile,
            if rule.assumed { " (assumed)" } else { "" }
        ),
        InputTokens::Patches(rule) => format!(
            "one for each patch of {} pixels, at most {}{}",
            rule.patch,
            rule.budget,
            if rule.assumed { " (measured, not documented)" } else { "" }
        ),
        InputTokens::Likely(rule) => format!(
            "no rule is published; likely one for each patch of {} pixels, at most {}, as on its closest relative",
            rule.patch, rule.budget
        ),
        InputTokens::NotPublished => "no rule is published".into(),
        InputTokens::None => "not billed".into(),
    };
    writeln!(out, "\nInput image tokens: {input}.").unwrap();
}

#[test]
fn only_the_catalogue_names_models() {
    fn sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push(path);
            }
        }
    }
    let mut files = Vec::new();
    sources(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut files);
    // The words that the wire form between JavaScript and wasm abbreviates are no rule about a model.
    let exempt =
        |part: std::path::Component<'_>| part.as_os_str() == "catalog" || part.as_os_str() == "words.rs";
    for path in files.iter().filter(|path| !path.components().any(exempt)) {
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let ids = line.replace("\"gpt-image-edge", "");
            let named =
                ["\"gpt-image-", "\"dall-e-", "\"chatgpt-image"].iter().any(|name| ids.contains(name));
            assert!(!named, "{} names a model: {line}", path.display());
        }
    }
}
