//! Entries added or overridden at run time, in the shape that `models()` shows.

use core::fmt;

use super::Catalog;
use super::grid;
use super::model::{Choice, Fact, FlexibleSize, IntRule, Model, OutputTokens, SizeRule, Source};
use super::rates::{Rates, TokenRates};
use crate::date::Date;
use crate::request::{Size, Value};

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendError {
    /// Where, such as `[0].params.quality.values`.
    pub path: String,
    /// What was expected there.
    pub message: String,
}

impl fmt::Display for ExtendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        f.write_str(": ")?;
        f.write_str(&self.message)
    }
}

impl core::error::Error for ExtendError {}

type Checked<T> = Result<T, ExtendError>;

fn error<T>(path: &str, message: &str) -> Checked<T> {
    Err(ExtendError { path: path.to_owned(), message: message.to_owned() })
}

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
    pub fn extend(&mut self, entries: &Value) -> Checked<()> {
        let Some(entries) = entries.as_array() else {
            return error("entries", "must be an array of objects");
        };
        let mut extended = self.clone();
        for (index, entry) in entries.iter().enumerate() {
            let path = ["[", &index.to_string(), "]"].concat();
            let model = extended.entry(entry, &path)?;
            match extended.models.iter().position(|known| known.id == model.id) {
                Some(at) => {
                    if let Some(slot) = extended.models.get_mut(at) {
                        *slot = model;
                    }
                }
                None if extended.models.len() >= MAX_ENTRIES => return error(&path, "the catalogue is full"),
                None => extended.models.push(model),
            }
        }
        *self = extended;
        Ok(())
    }

    fn entry(&self, entry: &Value, path: &str) -> Checked<&'static Model> {
        let Some(fields) = entry.as_object() else { return error(path, "must be an object") };
        let id = match entry.get("id").and_then(Value::as_str) {
            Some(id) if !id.is_empty() => id,
            _ => return error(&at(path, "id"), "is needed: the model's id"),
        };
        let known = self.iter().find(|model| model.id == id);
        let base = match (known, entry.get("based_on").and_then(Value::as_str)) {
            (Some(known), None) => known,
            (_, Some(base)) => match self.find(base) {
                Some(base) => base,
                None => return error(&at(path, "based_on"), "is not in the catalogue"),
            },
            (None, None) => {
                return error(
                    &at(path, "based_on"),
                    "is needed for a new id: the model whose rules it shares",
                );
            }
        };
        let mut model = *base;
        model.id = leak(id);
        if known.is_none() {
            model.snapshots = &[];
            model.name = model.id;
        }
        for (name, value) in fields {
            let path = at(path, name);
            match name.as_ref() {
                "id" | "based_on" => {}
                "name" => model.name = leak(text(value, &path)?),
                "snapshots" => model.snapshots = words(value, &path)?,
                "released_on" => model.lifecycle.released = day(value, &path)?,
                "deprecated_on" => model.lifecycle.deprecated = day(value, &path)?,
                "shutdown_on" => model.lifecycle.shutdown = day(value, &path)?,
                "replacement" => model.lifecycle.replacements = Vec::leak(vec![leak(text(value, &path)?)]),
                "replacements" => model.lifecycle.replacements = words(value, &path)?,
                "params" => params(&mut model, value, &path)?,
                "prices" => model.rates = prices(model.rates, value, &path)?,
                _ => return error(&path, "is not a field that can be set"),
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
            return error(path, "has an id or a snapshot that another entry has");
        }
        Ok(Box::leak(Box::new(model)))
    }
}

fn at(path: &str, name: &str) -> String {
    [path, ".", name].concat()
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn text<'a>(value: &'a Value, path: &str) -> Checked<&'a str> {
    value.as_str().map_or_else(|| error(path, "must be a string"), Ok)
}

fn words(value: &Value, path: &str) -> Checked<&'static [&'static str]> {
    let Some(items) = value.as_array() else { return error(path, "must be an array of strings") };
    let words: Checked<Vec<&'static str>> = items.iter().map(|item| Ok(leak(text(item, path)?))).collect();
    Ok(Vec::leak(words?))
}

fn day(value: &Value, path: &str) -> Checked<Option<Date>> {
    match value {
        Value::Null => Ok(None),
        value => match value.as_str().and_then(Date::parse) {
            Some(date) => Ok(Some(date)),
            None => error(path, "must be a day such as \"2026-12-01\", or null"),
        },
    }
}

fn count(value: Option<&Value>, path: &str) -> Checked<u32> {
    let number = value.and_then(Value::as_integer).and_then(|number| u32::try_from(number).ok());
    number.map_or_else(|| error(path, "must be a whole number, 0 or more"), Ok)
}

fn params(model: &mut Model, value: &Value, path: &str) -> Checked<()> {
    let Some(fields) = value.as_object() else { return error(path, "must be an object") };
    for (name, value) in fields {
        let path = at(path, name);
        match name.as_ref() {
            "prompt" => {
                model.prompt_max_chars = count(value.get("max_characters"), &at(&path, "max_characters"))?;
            }
            "n" => model.n = integers(value, &path)?,
            "size" => model.sizes = sizes(model.sizes, value, &path)?,
            "quality" => model.qualities = choice(value, &path)?,
            "background" => model.backgrounds = fact(value, &path, choice)?,
            "output_format" => model.output_formats = fact(value, &path, choice)?,
            "output_compression" => model.output_compression = fact(value, &path, integers)?,
            "moderation" => model.moderation = fact(value, &path, choice)?,
            "input_fidelity" => model.input_fidelity = fact(value, &path, choice)?,
            "complexity" => model.complexity = fact(value, &path, choice)?,
            "style" => model.style = fact(value, &path, choice)?,
            "response_format" => model.response_format = fact(value, &path, choice)?,
            _ => return error(&path, "is not a parameter that can be set"),
        }
    }
    Ok(())
}

/// `false` for a parameter the model refuses, `{published: false}` for one of which nothing is known, else its rule.
fn fact<T>(value: &Value, path: &str, rule: impl Fn(&Value, &str) -> Checked<T>) -> Checked<Fact<T>> {
    if *value == Value::Bool(false) {
        return Ok(Fact::NotSupported);
    }
    if value.get("published") == Some(&Value::Bool(false)) {
        return Ok(Fact::NotPublished);
    }
    rule(value, path).map(Fact::Known)
}

fn choice(value: &Value, path: &str) -> Checked<Choice> {
    let list = at(path, "values");
    let values = words(value.get("values").unwrap_or(&Value::Null), &list)?;
    let default = match value.get("default") {
        None | Some(Value::Null) => None,
        Some(word) => Some(leak(text(word, &at(path, "default"))?)),
    };
    if values.is_empty() || default.is_some_and(|word| !values.contains(&word)) {
        return error(&list, "must hold at least one word, and the default");
    }
    Ok(Choice { values, default })
}

fn integers(value: &Value, path: &str) -> Checked<IntRule> {
    let number = |name: &str| count(value.get(name), &at(path, name));
    let rule = IntRule { min: number("min")?, max: number("max")?, default: number("default")? };
    if rule.min <= rule.default && rule.default <= rule.max {
        return Ok(rule);
    }
    error(path, "must have min <= default <= max")
}

fn sizes(before: SizeRule, value: &Value, path: &str) -> Checked<SizeRule> {
    let pairs = |name: &str| -> Checked<Option<&'static [(u32, u32)]>> {
        let Some(list) = value.get(name) else { return Ok(None) };
        let list_path = at(path, name);
        let Some(items) = list.as_array() else { return error(&list_path, "must be an array of sizes") };
        let mut pairs = Vec::with_capacity(items.len());
        for item in items {
            match item.as_str().and_then(Size::parse) {
                Some(Size::Pixels { width, height }) => pairs.push((width, height)),
                _ => return error(&list_path, "must hold sizes such as \"1024x1024\""),
            }
        }
        Ok(Some(Vec::leak(pairs)))
    };
    if let Some(sizes) = pairs("presets")? {
        if sizes.is_empty() {
            return error(&at(path, "presets"), "must hold at least one size");
        }
        let auto = value.get("auto").and_then(Value::as_bool).unwrap_or(true);
        return Ok(SizeRule::Presets { sizes, auto });
    }
    let SizeRule::Flexible(rule) = before else {
        return error(path, "must have presets, for the model it is based on has no free sizes");
    };
    let number = |name: &str, before: u32| match value.get(name) {
        None => Ok(before),
        found => count(found, &at(path, name)),
    };
    let rule = FlexibleSize {
        multiple_of: number("multiple_of", rule.multiple_of)?,
        max_edge: number("max_edge", rule.max_edge)?,
        min_pixels: number("min_pixels", rule.min_pixels)?,
        max_pixels: number("max_pixels", rule.max_pixels)?,
        max_ratio: number("max_ratio", rule.max_ratio)?,
        experimental_above_pixels: number("experimental_above_pixels", rule.experimental_above_pixels)?,
        popular: pairs("popular")?.unwrap_or(rule.popular),
    };
    // Every search over sizes walks the grid of edges: a finer or larger one would take for ever.
    let bounded = (8..=1024).contains(&rule.multiple_of)
        && rule.max_edge <= 8192
        && (1..=100).contains(&rule.max_ratio);
    if bounded && rule.min_pixels <= rule.max_pixels {
        return Ok(SizeRule::Flexible(rule));
    }
    error(
        path,
        "must have multiple_of from 8 to 1024, max_edge up to 8192, max_ratio from 1 to 100, min_pixels <= max_pixels",
    )
}

fn prices(before: &'static [Rates], value: &Value, path: &str) -> Checked<&'static [Rates]> {
    let Some(items) = value.as_array() else { return error(path, "must be an array of prices") };
    let mut rows = before.to_vec();
    for (index, item) in items.iter().enumerate() {
        let path = [path, "[", &index.to_string(), "]"].concat();
        let from = day(item.get("from").unwrap_or(&Value::Null), &at(&path, "from"))?;
        let name = "usd_per_million_tokens";
        let standard = token_rates(item.get(name).unwrap_or(&Value::Null), &at(&path, name))?;
        let name = "batch_usd_per_million_tokens";
        let batch = match item.get(name) {
            None | Some(Value::Null) => Fact::NotPublished,
            Some(batch) => Fact::Known(token_rates(batch, &at(&path, name))?),
        };
        let source_path = at(&path, "source");
        let source = item.get("source").unwrap_or(&Value::Null);
        let url = leak(text(source.get("url").unwrap_or(&Value::Null), &at(&source_path, "url"))?);
        let Some(checked) = day(source.get("checked").unwrap_or(&Value::Null), &at(&source_path, "checked"))?
        else {
            return error(&at(&source_path, "checked"), "is needed: the day the price was read");
        };
        if from.is_some() && rows.last().is_some_and(|last| last.from >= from) {
            return error(&at(&path, "from"), "must be later than that of the price before");
        }
        // Without a day the row replaces what stands: a correction, not a change.
        if from.is_none() {
            rows.clear();
        }
        rows.push(Rates { from, standard, batch, source: Source { url, checked } });
    }
    Ok(Vec::leak(rows))
}

fn token_rates(value: &Value, path: &str) -> Checked<TokenRates> {
    let rate = |name: &str| -> Checked<u32> {
        // Dollars per million tokens are thousandths of nano-dollars per token the other way round.
        let nano = value
            .get(name)
            .and_then(Value::as_number)
            .map(|usd| Value::Number((usd * 1_000_000.0).round() / 1000.0));
        let whole = nano.and_then(|nano| nano.as_integer()).and_then(|nano| u32::try_from(nano).ok());
        whole.map_or_else(
            || error(&at(path, name), "must be dollars per million tokens, with at most three decimals"),
            Ok,
        )
    };
    let text_output = if value.get("text_output").is_some() {
        Fact::Known(rate("text_output")?)
    } else {
        Fact::NotSupported
    };
    Ok(TokenRates {
        text_input: rate("text_input")?,
        cached_text_input: rate("cached_text_input")?,
        image_input: rate("image_input")?,
        cached_image_input: rate("cached_image_input")?,
        image_output: rate("image_output")?,
        text_output,
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

    fn extended(json: &str) -> Checked<Catalog> {
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
