//! An entry in the form of the JavaScript API's `ModelInfo`. The shape is a contract: add, never rename.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Catalog;
use super::model::{
    Choice, EditRule, Endpoints, Fact, IntRule, Model, PerImage, SizeRule, Source, StreamRule, SvgRule,
    TierLimit,
};
use super::rates::{Rates, TokenRates};
use crate::cost::NanoUsd;
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

impl Serialize for ModelInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Part::Model(self).serialize(serializer)
    }
}

/// What an entry is made of: objects and the few texts that are spelled. One type for all of them, so that the serializer
/// makes one copy of the code; each is a reference, so that it is passed as easily as a number.
#[derive(Clone, Copy)]
enum Part<'a> {
    Model(&'a ModelInfo),
    Endpoints(&'a Endpoints),
    Params(&'a Model),
    Prompt(&'a Model),
    Choice(&'a Choice),
    Integer(&'a IntRule),
    Compression(&'a Model),
    Stream(&'a StreamRule),
    Svg(&'a SvgRule),
    SizeRule(&'a SizeRule),
    Size(&'a (u32, u32)),
    Unpublished,
    Edit(&'a EditRule),
    Prices(&'a Rates),
    TokenRates(&'a TokenRates),
    PerImage(&'a PerImage),
    Tier(&'a TierLimit),
    Sources(&'a Model),
    Source(&'a Source),
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Self::Size(&(width, height)) = *self {
            return serializer.serialize_str(&Size::Pixels { width, height }.spelled());
        }
        let mut fields = Fields::<S> { map: serializer.serialize_map(None) };
        self.write(&mut fields);
        fields.map?.end()
    }
}

/// The fields of an object. The first error ends the object, and is kept.
struct Fields<S: Serializer> {
    map: Result<S::SerializeMap, S::Error>,
}

impl<S: Serializer> Fields<S> {
    fn add<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        if let Ok(map) = &mut self.map
            && let Err(error) = map.serialize_entry(name, value)
        {
            self.map = Err(error);
        }
    }

    fn text(&mut self, name: &str, value: &str) {
        self.add(name, value);
    }

    fn day(&mut self, name: &str, day: Option<Date>) {
        if let Some(day) = day {
            self.text(name, &day.spelled());
        }
    }

    fn number(&mut self, name: &str, value: u32) {
        self.add(name, &value);
    }

    fn amount(&mut self, name: &str, value: f64) {
        self.add(name, &value);
    }

    fn flag(&mut self, name: &str, value: bool) {
        self.add(name, &value);
    }

    fn words(&mut self, name: &str, values: &[&str]) {
        self.add(name, values);
    }

    fn object(&mut self, name: &str, part: Part<'_>) {
        self.add(name, &part);
    }

    fn list(&mut self, name: &str, parts: &[Part<'_>]) {
        self.add(name, parts);
    }

    fn sizes(&mut self, name: &str, pairs: &[(u32, u32)]) {
        self.list(name, &pairs.iter().map(Part::Size).collect::<Vec<_>>());
    }

    /// A field that the model does not have is absent; one of which nothing is published says so.
    fn fact(&mut self, name: &str, part: Fact<Part<'_>>) {
        match part {
            Fact::Known(part) => self.object(name, part),
            Fact::NotSupported => {}
            Fact::NotPublished => self.object(name, Part::Unpublished),
        }
    }

    fn choice(&mut self, name: &str, choice: &Fact<Choice>) {
        self.fact(name, choice.as_ref().map(Part::Choice));
    }
}

impl Part<'_> {
    fn write<S: Serializer>(&self, out: &mut Fields<S>) {
        match *self {
            Self::Model(info) => model(info, out),
            Self::Endpoints(endpoints) => {
                out.flag("generations", endpoints.generations);
                out.flag("edits", endpoints.edits);
                out.flag("responses_tool", endpoints.responses_tool);
                if !matches!(endpoints.batch, Fact::NotPublished) {
                    out.flag("batch", endpoints.batch.known().is_some());
                }
            }
            Self::Params(model) => params(model, out),
            Self::Prompt(model) => out.number("max_characters", model.prompt_max_chars),
            Self::Choice(rule) => {
                out.words("values", rule.values);
                if let Some(word) = rule.default {
                    out.text("default", word);
                }
            }
            Self::Integer(rule) => integer(rule, out),
            Self::Compression(model) => {
                if let Fact::Known(rule) = &model.output_compression {
                    integer(rule, out);
                }
                out.words("formats", model.compressible_formats);
            }
            Self::Stream(rule) => {
                out.number("max_n", rule.max_n);
                out.words("excluded_formats", rule.excluded_formats);
            }
            Self::Svg(rule) => {
                out.number("max_n", rule.max_n);
                out.words("efforts", rule.efforts);
            }
            Self::SizeRule(rule) => size(rule, out),
            // A text, no object.
            Self::Size(..) => {}
            Self::Unpublished => out.flag("published", false),
            Self::Edit(rule) => {
                out.number("max_images", rule.max_images);
                out.add("max_image_bytes", &rule.max_image_bytes);
                out.words("formats", rule.formats);
                out.flag("mask", rule.mask.known().is_some());
                out.flag("markup", rule.markup.known().is_some());
                out.flag("json_body", rule.json_body);
            }
            Self::Prices(rates) => {
                out.day("from", rates.from);
                out.object("usd_per_million_tokens", Part::TokenRates(&rates.standard));
                if let Fact::Known(batch) = &rates.batch {
                    out.object("batch_usd_per_million_tokens", Part::TokenRates(batch));
                }
                out.object("source", Part::Source(&rates.source));
            }
            Self::TokenRates(rates) => token_rates(rates, out),
            Self::PerImage(row) => {
                out.text("quality", row.quality);
                out.text("size", &Size::Pixels { width: row.width, height: row.height }.spelled());
                out.amount("usd", NanoUsd::new(row.nano_usd).as_usd());
            }
            Self::Tier(tier) => {
                out.number("tier", tier.tier);
                out.number("tokens_per_minute", tier.tokens_per_minute);
                out.number("images_per_minute", tier.images_per_minute);
            }
            Self::Sources(model) => {
                out.object("rules", Part::Source(&model.source));
                out.object("lifecycle", Part::Source(&model.lifecycle.source));
                out.object("cost", Part::Source(&model.cost_source));
            }
            Self::Source(source) => {
                out.text("url", source.url);
                out.day("checked", Some(source.checked));
            }
        }
    }
}

fn model<S: Serializer>(info: &ModelInfo, out: &mut Fields<S>) {
    let model = info.model;
    let life = &model.lifecycle;
    out.text("id", model.id);
    out.text("name", model.name);
    out.words("snapshots", model.snapshots);
    out.text("status", life.status(info.today).name());
    out.flag("default", info.is_default);
    out.day("released_on", life.released);
    out.day("deprecated_on", life.deprecated);
    out.day("shutdown_on", life.shutdown);
    if let Some(first) = life.replacements.first() {
        out.text("replacement", first);
    }
    out.words("replacements", life.replacements);
    out.object("endpoints", Part::Endpoints(&model.endpoints));
    if let Fact::Known(rule) = &model.runware {
        out.text("runware", rule.air);
    }
    out.object("params", Part::Params(model));
    if let Fact::Known(rule) = &model.edit {
        out.object("edit", Part::Edit(rule));
    }
    out.list("prices", &model.rates.iter().map(Part::Prices).collect::<Vec<_>>());
    out.list("per_image", &model.per_image.iter().map(Part::PerImage).collect::<Vec<_>>());
    if let Fact::Known(tiers) = model.tiers {
        out.list("tiers", &tiers.iter().map(Part::Tier).collect::<Vec<_>>());
    }
    out.object("sources", Part::Sources(model));
}

fn params<S: Serializer>(model: &Model, out: &mut Fields<S>) {
    out.object("prompt", Part::Prompt(model));
    out.object("n", Part::Integer(&model.n));
    out.object("size", Part::SizeRule(&model.sizes));
    out.object("quality", Part::Choice(&model.qualities));
    out.choice("background", &model.backgrounds);
    out.choice("output_format", &model.output_formats);
    out.fact("output_compression", model.output_compression.map(|_| Part::Compression(model)));
    out.choice("moderation", &model.moderation);
    out.choice("input_fidelity", &model.input_fidelity);
    let stream = model.streaming.as_ref();
    out.fact("stream", stream.map(Part::Stream));
    out.fact("partial_images", stream.map(|rule| Part::Integer(&rule.partial_images)));
    out.choice("complexity", &model.complexity);
    let animation = model.animation.as_ref();
    out.fact("frame_count", animation.map(|rule| Part::Integer(&rule.frame_count)));
    out.fact("frame_duration_ms", animation.map(|rule| Part::Integer(&rule.frame_duration_ms)));
    out.fact("svg", model.svg.as_ref().map(Part::Svg));
    out.choice("style", &model.style);
    out.choice("response_format", &model.response_format);
}

fn integer<S: Serializer>(rule: &IntRule, out: &mut Fields<S>) {
    out.number("min", rule.min);
    out.number("max", rule.max);
    out.number("default", rule.default);
}

fn size<S: Serializer>(rule: &SizeRule, out: &mut Fields<S>) {
    match rule {
        SizeRule::Presets { sizes, auto } => {
            out.flag("auto", *auto);
            out.sizes("presets", sizes);
        }
        SizeRule::Flexible(rule) => {
            out.flag("auto", true);
            out.number("multiple_of", rule.multiple_of);
            out.number("max_edge", rule.max_edge);
            out.number("min_pixels", rule.min_pixels);
            out.number("max_pixels", rule.max_pixels);
            out.number("max_ratio", rule.max_ratio);
            out.number("experimental_above_pixels", rule.experimental_above_pixels);
            out.sizes("popular", rule.popular);
        }
    }
}

fn token_rates<S: Serializer>(rates: &TokenRates, out: &mut Fields<S>) {
    // A million tokens at nano-dollars each: thousandths of a dollar.
    let usd = |nano_per_token: u32| f64::from(nano_per_token) / 1000.0;
    out.amount("text_input", usd(rates.text_input));
    out.amount("cached_text_input", usd(rates.cached_text_input));
    out.amount("image_input", usd(rates.image_input));
    out.amount("cached_image_input", usd(rates.cached_image_input));
    out.amount("image_output", usd(rates.image_output));
    if let Fact::Known(rate) = rates.text_output {
        out.amount("text_output", usd(rate));
    }
}
