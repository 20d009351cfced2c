//! Entries added or overridden at run time, in the shape that `models()` shows.

use core::fmt;

use super::Catalog;
use super::grid;
use super::model::{Choice, Fact, FlexibleSize, IntRule, Model, OutputTokens, SizeRule, Source};
use super::rates::{Rates, TokenRates};
use crate::date::Date;
use crate::digits::push_integer;
use crate::request::{Size, Text, Value};
use crate::text::concat;

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendError {
    /// Where, such as `[0].params.quality.values`.
    pub path: String,
    /// What was expected there.
    pub message: String,
}

impl ExtendError {
    /// What it says, where first.
    pub(crate) fn text(&self) -> String {
        concat(&[&self.path, ": ", &self.message])
    }
}

impl fmt::Display for ExtendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl core::error::Error for ExtendError {}

// Boxed, for a result of any type is as small as that: these functions return little else than results.
struct Mistake(Box<ExtendError>);

type Checked<T> = Result<T, Mistake>;

/// The most entries a catalogue holds. Entries live as long as the program, so their number is bounded.
const MAX_ENTRIES: usize = 1_000;

impl Catalog {
    /// Adds entries, or changes those of the same id: all of them, or none when one is wrong.
    ///
    /// Each entry is an object with an `id` and the fields that differ: from the entry of that id, or else from the one that
    /// `based_on` names. Prices are appended, as a dated row.
    ///
    /// # Errors
    /// The place of the first value that is not understood.
    pub fn extend(&mut self, entries: &Value) -> Result<(), ExtendError> {
        self.extended(entries).map(|extended| *self = extended).map_err(|Mistake(error)| *error)
    }

    fn extended(&self, entries: &Value) -> Checked<Self> {
        let whole = Place { value: entries, step: Step::Name("entries"), above: None };
        let Some(entries) = entries.as_array() else {
            return Err(whole.error("must be an array of objects"));
        };
        let mut extended = self.clone();
        for (index, value) in entries.iter().enumerate() {
            let place = Place { value, step: Step::Index(index), above: None };
            let model = extended.entry(&place)?;
            let full = extended.models.len() >= MAX_ENTRIES;
            match extended.models.iter_mut().find(|known| known.id == model.id) {
                Some(slot) => *slot = model,
                None if full => return Err(place.error("the catalogue is full")),
                None => extended.models.push(model),
            }
        }
        Ok(extended)
    }

    fn entry(&self, place: &Place<'_>) -> Checked<&'static Model> {
        let fields = place.fields()?;
        let id = match place.value.get("id").and_then(Value::as_str) {
            Some(id) if !id.is_empty() => id,
            _ => return Err(place.field("id").error("is needed: the model's id")),
        };
        let known = self.iter().find(|model| model.id == id);
        let based_on = place.field("based_on");
        let base = match (known, based_on.value.as_str()) {
            (Some(known), None) => known,
            (_, Some(base)) => match self.find(base) {
                Some(base) => base,
                None => return Err(based_on.error("is not in the catalogue")),
            },
            (None, None) => {
                return Err(based_on.error("is needed for a new id: the model whose rules it shares"));
            }
        };
        let mut model = *base;
        model.id = leak(id);
        if known.is_none() {
            model.snapshots = &[];
            model.name = model.id;
        }
        for (name, _) in fields {
            let place = place.field(name);
            match name.as_ref() {
                "id" | "based_on" => {}
                "name" => model.name = leak(place.text()?),
                "snapshots" => model.snapshots = place.words()?,
                "released_on" => model.lifecycle.released = place.day()?,
                "deprecated_on" => model.lifecycle.deprecated = place.day()?,
                "shutdown_on" => model.lifecycle.shutdown = place.day()?,
                "replacement" => model.lifecycle.replacements = Vec::leak(vec![leak(place.text()?)]),
                "replacements" => model.lifecycle.replacements = place.words()?,
                "params" => params(&mut model, &place)?,
                "prices" => model.rates = prices(model.rates, &place)?,
                _ => return Err(place.error("is not a field that can be set")),
            }
        }
        if let (OutputTokens::Grid(grid), SizeRule::Flexible(rule)) = (&mut model.output_tokens, model.sizes)
            && model.sizes != base.sizes
        {
            let ranges = grid.factors.iter().map(|(_, factor)| grid::range(*factor, grid.formula, &rule));
            grid.ranges = Vec::leak(ranges.collect());
        }
        let taken = self.iter().filter(|other| other.id != model.id).any(|other| {
            model.snapshots.contains(&other.id)
                || other.snapshots.iter().any(|id| *id == model.id || model.snapshots.contains(id))
        });
        if taken {
            return Err(place.error("has an id or a snapshot that another entry has"));
        }
        Ok(Box::leak(Box::new(model)))
    }
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// A value of the entries, and how it was reached. Where it stands is only written out for an error.
#[derive(Clone, Copy)]
struct Place<'a> {
    value: &'a Value,
    step: Step<'a>,
    above: Option<&'a Place<'a>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    fn error(&self, message: &str) -> Mistake {
        let mut path = String::new();
        self.write(&mut path);
        Mistake(Box::new(ExtendError { path, message: message.to_owned() }))
    }

    fn write(&self, path: &mut String) {
        if let Some(above) = self.above {
            above.write(path);
        }
        match self.step {
            Step::Name(name) => {
                if self.above.is_some() {
                    path.push('.');
                }
                path.push_str(name);
            }
            Step::Index(index) => {
                path.push('[');
                push_integer(path, i64::try_from(index).unwrap_or(i64::MAX));
                path.push(']');
            }
        }
    }

    /// What stands under a name, `null` where nothing does.
    fn field(&'a self, name: &'a str) -> Place<'a> {
        let value = self.value.get(name).unwrap_or(&Value::Null);
        Place { value, step: Step::Name(name), above: Some(self) }
    }

    fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some()
    }

    fn fields(&self) -> Checked<&'a [(Text, Value)]> {
        self.value.as_object().ok_or_else(|| self.error("must be an object"))
    }

    fn text(&self) -> Checked<&'a str> {
        self.value.as_str().ok_or_else(|| self.error("must be a string"))
    }

    fn words(&self) -> Checked<&'static [&'static str]> {
        let Some(items) = self.value.as_array() else {
            return Err(self.error("must be an array of strings"));
        };
        let mut words = Vec::with_capacity(items.len());
        for item in items {
            words.push(leak(Place { value: item, ..*self }.text()?));
        }
        Ok(Vec::leak(words))
    }

    fn day(&self) -> Checked<Option<Date>> {
        let day = self.value.as_str().and_then(Date::parse);
        if day.is_none() && *self.value != Value::Null {
            return Err(self.error("must be a day such as \"2026-12-01\", or null"));
        }
        Ok(day)
    }

    fn count(&self) -> Checked<u32> {
        let number = self.value.as_integer().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| self.error("must be a whole number, 0 or more"))
    }

    /// The number under a name, or the one before where none stands there.
    fn count_or(&self, name: &str, before: u32) -> Checked<u32> {
        if self.has(name) { self.field(name).count() } else { Ok(before) }
    }
}

fn params(model: &mut Model, place: &Place<'_>) -> Checked<()> {
    for (name, _) in place.fields()? {
        let place = place.field(name);
        let choices = match name.as_ref() {
            "background" => &mut model.backgrounds,
            "output_format" => &mut model.output_formats,
            "moderation" => &mut model.moderation,
            "input_fidelity" => &mut model.input_fidelity,
            "complexity" => &mut model.complexity,
            "style" => &mut model.style,
            "response_format" => &mut model.response_format,
            other => {
                match other {
                    "prompt" => model.prompt_max_chars = place.field("max_characters").count()?,
                    "n" => model.n = integers(&place)?,
                    "size" => model.sizes = sizes(model.sizes, &place)?,
                    "quality" => model.qualities = choice(&place)?,
                    "output_compression" => model.output_compression = fact(&place, integers)?,
                    _ => return Err(place.error("is not a parameter that can be set")),
                }
                continue;
            }
        };
        *choices = fact(&place, choice)?;
    }
    Ok(())
}

/// `false` for a parameter the model refuses, `{published: false}` for one of which nothing is known, else its rule.
fn fact<T>(place: &Place<'_>, rule: fn(&Place<'_>) -> Checked<T>) -> Checked<Fact<T>> {
    if *place.value == Value::Bool(false) {
        return Ok(Fact::NotSupported);
    }
    if *place.field("published").value == Value::Bool(false) {
        return Ok(Fact::NotPublished);
    }
    rule(place).map(Fact::Known)
}

fn choice(place: &Place<'_>) -> Checked<Choice> {
    let list = place.field("values");
    let values = list.words()?;
    let word = place.field("default");
    let default = if *word.value == Value::Null { None } else { Some(leak(word.text()?)) };
    if values.is_empty() || default.is_some_and(|word| !values.contains(&word)) {
        return Err(list.error("must hold at least one word, and the default"));
    }
    Ok(Choice { values, default })
}

fn integers(place: &Place<'_>) -> Checked<IntRule> {
    let number = |name| place.field(name).count();
    let rule = IntRule { min: number("min")?, max: number("max")?, default: number("default")? };
    if rule.min <= rule.default && rule.default <= rule.max {
        return Ok(rule);
    }
    Err(place.error("must have min <= default <= max"))
}

fn pairs(place: &Place<'_>) -> Checked<&'static [(u32, u32)]> {
    let Some(items) = place.value.as_array() else { return Err(place.error("must be an array of sizes")) };
    let mut pairs = Vec::with_capacity(items.len());
    for item in items {
        match item.as_str().and_then(Size::parse) {
            Some(Size::Pixels { width, height }) => pairs.push((width, height)),
            _ => return Err(place.error("must hold sizes such as \"1024x1024\"")),
        }
    }
    Ok(Vec::leak(pairs))
}

fn sizes(before: SizeRule, place: &Place<'_>) -> Checked<SizeRule> {
    if place.has("presets") {
        let presets = place.field("presets");
        let sizes = pairs(&presets)?;
        if sizes.is_empty() {
            return Err(presets.error("must hold at least one size"));
        }
        let auto = place.field("auto").value.as_bool().unwrap_or(true);
        return Ok(SizeRule::Presets { sizes, auto });
    }
    let SizeRule::Flexible(rule) = before else {
        return Err(place.error("must have presets, for the model it is based on has no free sizes"));
    };
    let number = |name, before| place.count_or(name, before);
    let rule = FlexibleSize {
        multiple_of: number("multiple_of", rule.multiple_of)?,
        max_edge: number("max_edge", rule.max_edge)?,
        min_pixels: number("min_pixels", rule.min_pixels)?,
        max_pixels: number("max_pixels", rule.max_pixels)?,
        max_ratio: number("max_ratio", rule.max_ratio)?,
        experimental_above_pixels: number("experimental_above_pixels", rule.experimental_above_pixels)?,
        popular: if place.has("popular") { pairs(&place.field("popular"))? } else { rule.popular },
    };
    // Every search over sizes walks the grid of edges: a finer or larger one would take for ever.
    let bounded = (8..=1024).contains(&rule.multiple_of)
        && rule.max_edge <= 8192
        && (1..=100).contains(&rule.max_ratio);
    if bounded && rule.min_pixels <= rule.max_pixels {
        return Ok(SizeRule::Flexible(rule));
    }
    Err(place.error(
        "must have multiple_of from 8 to 1024, max_edge up to 8192, max_ratio from 1 to 100, min_pixels <= max_pixels",
    ))
}

fn prices(before: &'static [Rates], place: &Place<'_>) -> Checked<&'static [Rates]> {
    let Some(items) = place.value.as_array() else { return Err(place.error("must be an array of prices")) };
    let mut rows = before.to_vec();
    for (index, value) in items.iter().enumerate() {
        let place = Place { value, step: Step::Index(index), above: Some(place) };
        let from_place = place.field("from");
        let from = from_place.day()?;
        let standard = token_rates(&place.field("usd_per_million_tokens"))?;
        let batch = place.field("batch_usd_per_million_tokens");
        let batch =
            if *batch.value == Value::Null { Fact::NotPublished } else { Fact::Known(token_rates(&batch)?) };
        let source = place.field("source");
        let url = leak(source.field("url").text()?);
        let checked = source.field("checked");
        let Some(checked) = checked.day()? else {
            return Err(checked.error("is needed: the day the price was read"));
        };
        if from.is_some() && rows.last().is_some_and(|last| last.from >= from) {
            return Err(from_place.error("must be later than that of the price before"));
        }
        // Without a day the row replaces what stands: a correction, not a change.
        if from.is_none() {
            rows.clear();
        }
        rows.push(Rates { from, standard, batch, source: Source { url, checked } });
    }
    Ok(Vec::leak(rows))
}

fn token_rates(place: &Place<'_>) -> Checked<TokenRates> {
    let rate = |name| -> Checked<u32> {
        let place = place.field(name);
        // Dollars per million tokens are thousandths of nano-dollars per token the other way round.
        let nano = place.value.as_number().map(|usd| Value::Number((usd * 1_000_000.0).round() / 1000.0));
        let whole = nano.and_then(|nano| nano.as_integer()).and_then(|nano| u32::try_from(nano).ok());
        whole.ok_or_else(|| place.error("must be dollars per million tokens, with at most three decimals"))
    };
    Ok(TokenRates {
        text_input: rate("text_input")?,
        cached_text_input: rate("cached_text_input")?,
        image_input: rate("image_input")?,
        cached_image_input: rate("cached_image_input")?,
        image_output: rate("image_output")?,
        text_output: if place.has("text_output") {
            Fact::Known(rate("text_output")?)
        } else {
            Fact::NotSupported
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Code, Context, check};
    use crate::request::Operation;

    fn value(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    fn extended(json: &str) -> Result<Catalog, ExtendError> {
        let mut catalog = Catalog::default();
        catalog.extend(&value(json)).map(|()| catalog)
    }

    #[test]
    fn a_new_model_shares_the_rules_of_another_and_differs_where_it_says() {
        let catalog = extended(
            r#"[{"id":"gpt-image-3","based_on":"gpt-image-2","name":"GPT Image 3","snapshots":["gpt-image-3-2027-01-01"],
                "released_on":"2027-01-01","params":{"n":{"min":1,"max":4,"default":1},"quality":{"values":["auto","fine"],"default":"auto"},"background":false}}]"#,
        )
        .unwrap();
        let context = Context::new(Date::new(2027, 1, 2));
        let codes = |json: &str| {
            let report = check(Operation::Generate, &value(json), &context, &catalog);
            report.issues.iter().map(|issue| issue.code).collect::<Vec<_>>()
        };
        assert_eq!(
            codes(
                r#"{"model":"gpt-image-3-2027-01-01","prompt":"x","n":4,"quality":"fine","size":"1024x640"}"#
            ),
            []
        );
        assert_eq!(codes(r#"{"model":"gpt-image-3","prompt":"x","n":5}"#), [Code::TooBig]);
        assert_eq!(
            codes(r#"{"model":"gpt-image-3","prompt":"x","background":"opaque"}"#),
            [Code::UnsupportedParameter]
        );
        assert_eq!(catalog.find("gpt-image-2").unwrap().n.max, 10);
    }

    #[test]
    fn an_end_can_be_announced_and_a_price_changed_from_a_day_on() {
        let catalog = extended(
            r#"[{"id":"gpt-image-2","deprecated_on":"2027-01-01","shutdown_on":"2027-06-01","replacement":"gpt-image-2.5-flare",
                "prices":[{"from":"2027-01-01","usd_per_million_tokens":{"text_input":4,"cached_text_input":1,"image_input":6.4,"cached_image_input":1.6,"image_output":24},
                "source":{"url":"https://example.com/prices","checked":"2027-01-01"}}]}]"#,
        )
        .unwrap();
        let model = catalog.find("gpt-image-2").unwrap();
        let price = |date| crate::cost::estimate::rates_on(model, date).unwrap().standard.image_input;
        assert_eq!((price(Date::new(2026, 12, 31)), price(Date::new(2027, 1, 1))), (8_000, 6_400));
        assert_eq!(model.lifecycle.status(Date::new(2027, 6, 1)).name(), "retired");
    }

    #[test]
    fn other_sizes_have_other_extremes_of_tokens() {
        let catalog = extended(
            r#"[{"id":"gpt-image-3","based_on":"gpt-image-2","params":{"size":{"max_pixels":1048576,"max_ratio":1}}}]"#,
        )
        .unwrap();
        let range = |id| match catalog.find(id).unwrap().output_tokens {
            OutputTokens::Grid(grid) => grid.range("high"),
            _ => None,
        };
        // From 816x816 to 1024x1024.
        assert_eq!(range("gpt-image-3"), Some((6143, 7024)));
        assert_eq!(range("gpt-image-2").unwrap().1, 23_719);
    }

    #[test]
    fn mistakes_are_named_by_their_place_and_change_nothing() {
        for (json, path) in [
            ("{}", "entries"),
            ("[1]", "[0]"),
            (r#"[{"name":"x"}]"#, "[0].id"),
            (r#"[{"id":"new"}]"#, "[0].based_on"),
            (r#"[{"id":"new","based_on":"nobody"}]"#, "[0].based_on"),
            (r#"[{"id":"gpt-image-2","colour":"red"}]"#, "[0].colour"),
            (r#"[{"id":"gpt-image-2","shutdown_on":"soon"}]"#, "[0].shutdown_on"),
            (r#"[{"id":"gpt-image-2","params":{"n":{"min":1,"max":0,"default":1}}}]"#, "[0].params.n"),
            (r#"[{"id":"gpt-image-2","params":{"quality":{"values":[]}}}]"#, "[0].params.quality.values"),
            (r#"[{"id":"gpt-image-2","params":{"size":{"multiple_of":1}}}]"#, "[0].params.size"),
            (r#"[{"id":"gpt-image-2","snapshots":["gpt-image-1.5"]}]"#, "[0]"),
            (
                r#"[{"id":"gpt-image-2","prices":[{"usd_per_million_tokens":{"text_input":0.0001}}]}]"#,
                "[0].prices[0].usd_per_million_tokens.text_input",
            ),
        ] {
            assert_eq!(extended(json).unwrap_err().path, path, "{json}");
        }
    }
}
