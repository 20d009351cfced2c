//! An entry in the form of the JavaScript API's `ModelInfo`. The shape is a contract: add, never rename.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Catalog;
use super::model::{Choice, Fact, FlexibleSize, IntRule, Model, SizeRule, Source};
use super::rates::{Rates, TokenRates};
use crate::date::Date;
use crate::request::Size;

/// A model as it stands on a day.
#[derive(Clone, Copy, Debug)]
pub struct ModelInfo {
    /// The entry.
    pub model: &'static Model,
    /// The day.
    pub today: Date,
    /// Whether a request without `model` means this one on that day.
    pub is_default: bool,
}

impl Catalog {
    /// Every model as it stands on a day, in the order they are shown.
    pub fn info(&self, today: Date) -> Vec<ModelInfo> {
        let default = self.default_model(today).map(|model| model.id);
        self.iter().map(|model| ModelInfo { model, today, is_default: default == Some(model.id) }).collect()
    }
}

/// Calls itself to write the fields of an object, so that nested objects need no types of their own.
struct Fields<F>(F);

impl<F> Serialize for Fields<F>
where
    F: Fn(&mut dyn Writer),
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut writer = MapWriter::<S> { map: serializer.serialize_map(None).map(Some) };
        (self.0)(&mut writer);
        match writer.map {
            Ok(Some(map)) => map.end(),
            Ok(None) => Err(serde::ser::Error::custom("unfinished object")),
            Err(error) => Err(error),
        }
    }
}

/// What an entry is made of, without the generics of the serializer: one copy of the code serves all.
trait Writer {
    fn text(&mut self, name: &str, value: &str);
    fn number(&mut self, name: &str, value: u64);
    fn usd_per_million(&mut self, name: &str, nano_per_token: u32);
    fn usd(&mut self, name: &str, nano: u64);
    fn flag(&mut self, name: &str, value: bool);
    fn words(&mut self, name: &str, values: &[&str]);
    fn object(&mut self, name: &str, fields: &dyn Fn(&mut dyn Writer));
    fn list(&mut self, name: &str, length: usize, fields: &dyn Fn(usize, &mut dyn Writer));
}

struct MapWriter<S: Serializer> {
    map: Result<Option<S::SerializeMap>, S::Error>,
}

impl<S: Serializer> MapWriter<S> {
    fn entry<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if let Ok(Some(map)) = &mut self.map
            && let Err(error) = map.serialize_entry(name, value)
        {
            self.map = Err(error);
        }
    }
}

impl<S: Serializer> Writer for MapWriter<S> {
    fn text(&mut self, name: &str, value: &str) {
        self.entry(name, value);
    }

    fn number(&mut self, name: &str, value: u64) {
        self.entry(name, &value);
    }

    fn usd_per_million(&mut self, name: &str, nano_per_token: u32) {
        // A million tokens at nano-dollars each: thousandths of a dollar.
        self.entry(name, &(f64::from(nano_per_token) / 1000.0));
    }

    fn usd(&mut self, name: &str, nano: u64) {
        self.entry(name, &crate::cost::NanoUsd::new(nano).as_usd());
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.entry(name, &value);
    }

    fn words(&mut self, name: &str, values: &[&str]) {
        self.entry(name, values);
    }

    fn object(&mut self, name: &str, fields: &dyn Fn(&mut dyn Writer)) {
        self.entry(name, &Fields(fields));
    }

    fn list(&mut self, name: &str, length: usize, fields: &dyn Fn(usize, &mut dyn Writer)) {
        let items: Vec<_> =
            (0..length).map(|index| Fields(move |out: &mut dyn Writer| fields(index, out))).collect();
        self.entry(name, &items);
    }
}

impl Serialize for ModelInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields(|out: &mut dyn Writer| write(self, out)).serialize(serializer)
    }
}

fn write(info: &ModelInfo, out: &mut dyn Writer) {
    let model = info.model;
    out.text("id", model.id);
    out.text("name", model.name);
    out.words("snapshots", model.snapshots);
    out.text("status", model.lifecycle.status(info.today).name());
    out.flag("default", info.is_default);
    let life = model.lifecycle;
    for (name, day) in
        [("released_on", life.released), ("deprecated_on", life.deprecated), ("shutdown_on", life.shutdown)]
    {
        if let Some(day) = day {
            out.text(name, &day.spelled());
        }
    }
    if let Some(first) = life.replacements.first() {
        out.text("replacement", first);
    }
    out.words("replacements", life.replacements);
    out.object("endpoints", &|out| {
        out.flag("generations", model.endpoints.generations);
        out.flag("edits", model.endpoints.edits);
        out.flag("responses_tool", model.endpoints.responses_tool);
        if let Some(batch) = supported(model.endpoints.batch) {
            out.flag("batch", batch);
        }
    });
    if let Some(rule) = model.runware.known() {
        out.text("runware", rule.air);
    }
    out.object("params", &|out| params(model, out));
    if let Some(rule) = model.edit.known() {
        out.object("edit", &|out| {
            out.number("max_images", rule.max_images.into());
            out.number("max_image_bytes", rule.max_image_bytes);
            out.words("formats", rule.formats);
            out.flag("mask", rule.mask.known().is_some());
            out.flag("markup", rule.markup.known().is_some());
            out.flag("json_body", rule.json_body);
        });
    }
    out.list("prices", model.rates.len(), &|index, out| {
        if let Some(rates) = model.rates.get(index) {
            prices(rates, out);
        }
    });
    out.list("per_image", model.per_image.len(), &|index, out| {
        if let Some(row) = model.per_image.get(index) {
            out.text("quality", row.quality);
            out.text("size", &Size::Pixels { width: row.width, height: row.height }.spelled());
            out.usd("usd", row.nano_usd);
        }
    });
    if let Some(tiers) = model.tiers.known() {
        out.list("tiers", tiers.len(), &|index, out| {
            if let Some(tier) = tiers.get(index) {
                out.number("tier", tier.tier.into());
                out.number("tokens_per_minute", tier.tokens_per_minute.into());
                out.number("images_per_minute", tier.images_per_minute.into());
            }
        });
    }
    out.object("sources", &|out| {
        for (name, from) in [("rules", model.source), ("lifecycle", life.source), ("cost", model.cost_source)]
        {
            out.object(name, &|out| source(from, out));
        }
    });
}

/// `None` where it is not published.
const fn supported<T: Copy>(fact: Fact<T>) -> Option<bool> {
    match fact {
        Fact::Known(_) => Some(true),
        Fact::NotSupported => Some(false),
        Fact::NotPublished => None,
    }
}

/// A field that the model does not have is absent; one of which nothing is published says so.
fn optional<T: Copy>(out: &mut dyn Writer, name: &str, fact: Fact<T>, write: &dyn Fn(T, &mut dyn Writer)) {
    match fact {
        Fact::Known(rule) => out.object(name, &|out| write(rule, out)),
        Fact::NotSupported => {}
        Fact::NotPublished => out.object(name, &|out| out.flag("published", false)),
    }
}

fn params(model: &Model, out: &mut dyn Writer) {
    out.object("prompt", &|out| out.number("max_characters", model.prompt_max_chars.into()));
    out.object("n", &|out| integer(model.n, out));
    out.object("size", &|out| size(&model.sizes, out));
    out.object("quality", &|out| choice(model.qualities, out));
    optional(out, "background", model.backgrounds, &choice);
    optional(out, "output_format", model.output_formats, &choice);
    optional(out, "output_compression", model.output_compression, &|rule, out| {
        integer(rule, out);
        out.words("formats", model.compressible_formats);
    });
    optional(out, "moderation", model.moderation, &choice);
    optional(out, "input_fidelity", model.input_fidelity, &choice);
    optional(out, "stream", model.streaming, &|rule, out| {
        out.number("max_n", rule.max_n.into());
        out.words("excluded_formats", rule.excluded_formats);
    });
    optional(out, "partial_images", model.streaming, &|rule, out| integer(rule.partial_images, out));
    optional(out, "complexity", model.complexity, &choice);
    optional(out, "frame_count", model.animation, &|rule, out| integer(rule.frame_count, out));
    optional(out, "frame_duration_ms", model.animation, &|rule, out| integer(rule.frame_duration_ms, out));
    optional(out, "svg", model.svg, &|rule, out| {
        out.number("max_n", rule.max_n.into());
        out.words("efforts", rule.efforts);
    });
    optional(out, "style", model.style, &choice);
    optional(out, "response_format", model.response_format, &choice);
}

fn integer(rule: IntRule, out: &mut dyn Writer) {
    out.number("min", rule.min.into());
    out.number("max", rule.max.into());
    out.number("default", rule.default.into());
}

fn choice(rule: Choice, out: &mut dyn Writer) {
    out.words("values", rule.values);
    if let Some(word) = rule.default {
        out.text("default", word);
    }
}

fn size(rule: &SizeRule, out: &mut dyn Writer) {
    let spelled = |pairs: &[(u32, u32)]| -> Vec<String> {
        pairs
            .iter()
            .map(|(width, height)| Size::Pixels { width: *width, height: *height }.spelled())
            .collect()
    };
    let words = |out: &mut dyn Writer, name: &str, pairs: &[(u32, u32)]| {
        let spelled = spelled(pairs);
        out.words(name, &spelled.iter().map(String::as_str).collect::<Vec<_>>());
    };
    match rule {
        SizeRule::Presets { sizes, auto } => {
            out.flag("auto", *auto);
            words(out, "presets", sizes);
        }
        SizeRule::Flexible(FlexibleSize {
            multiple_of,
            max_edge,
            min_pixels,
            max_pixels,
            max_ratio,
            experimental_above_pixels,
            popular,
        }) => {
            out.flag("auto", true);
            for (name, number) in [
                ("multiple_of", multiple_of),
                ("max_edge", max_edge),
                ("min_pixels", min_pixels),
                ("max_pixels", max_pixels),
                ("max_ratio", max_ratio),
                ("experimental_above_pixels", experimental_above_pixels),
            ] {
                out.number(name, (*number).into());
            }
            words(out, "popular", popular);
        }
    }
}

fn prices(rates: &Rates, out: &mut dyn Writer) {
    if let Some(day) = rates.from {
        out.text("from", &day.spelled());
    }
    out.object("usd_per_million_tokens", &|out| token_rates(rates.standard, out));
    if let Some(batch) = rates.batch.known() {
        out.object("batch_usd_per_million_tokens", &|out| token_rates(batch, out));
    }
    out.object("source", &|out| source(rates.source, out));
}

fn token_rates(rates: TokenRates, out: &mut dyn Writer) {
    out.usd_per_million("text_input", rates.text_input);
    out.usd_per_million("cached_text_input", rates.cached_text_input);
    out.usd_per_million("image_input", rates.image_input);
    out.usd_per_million("cached_image_input", rates.cached_image_input);
    out.usd_per_million("image_output", rates.image_output);
    if let Some(rate) = rates.text_output.known() {
        out.usd_per_million("text_output", rate);
    }
}

fn source(source: Source, out: &mut dyn Writer) {
    out.text("url", source.url);
    out.text("checked", &source.checked.spelled());
}
