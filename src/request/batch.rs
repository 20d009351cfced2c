//! The input file of the Batch API: one request a line, as JSON.
//!
//! Source: <https://developers.openai.com/api/docs/guides/batch> (checked 2026-11-20).

use core::fmt;

use super::Value;
use crate::digits::integer;
use crate::repeats::last_places_of;
use crate::text::concat;
use crate::wire::body::to_json;

/// The most lines of one file.
pub const MAX_LINES: usize = 50_000;
/// The most bytes of one file.
pub const MAX_BYTES: usize = 200 * 1000 * 1000;

/// Why lines are no file. Lines are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchError {
    /// There is no line.
    Empty,
    /// There are more than [`MAX_LINES`].
    TooManyLines(usize),
    /// The file would be larger than [`MAX_BYTES`]; the line that is too much.
    TooLarge(usize),
    /// A line has no `custom_id`.
    NoCustomId(usize),
    /// A line has the `custom_id` of an earlier one.
    DuplicateCustomId(usize),
    /// A line goes to another endpoint than the first: a batch has one.
    MixedUrls(usize),
    /// A line holds what JSON cannot carry: files, or a number that is none.
    NotJson(usize),
}

impl BatchError {
    /// What it says.
    pub(crate) fn text(&self) -> String {
        let (line, text) = match *self {
            Self::Empty => return "lines: a batch needs at least one line".to_owned(),
            Self::TooManyLines(count) => {
                let [count, most] = [count, MAX_LINES].map(digits);
                return concat(&["lines: ", &count, " lines are too many; at most ", &most, " are accepted"]);
            }
            Self::TooLarge(line) => {
                (line, "makes the file larger than 200,000,000 bytes; start another file with it")
            }
            Self::NoCustomId(line) => (line, "has no custom_id"),
            Self::DuplicateCustomId(line) => (line, "has the custom_id of an earlier line"),
            Self::MixedUrls(line) => (line, "goes to another url than the first line; a batch has one"),
            Self::NotJson(line) => (
                line,
                "holds a file or a number that JSON cannot carry; give pictures by image_url or file_id",
            ),
        };
        concat(&["lines[", &digits(line), "]: ", text])
    }
}

fn digits(count: usize) -> String {
    integer(i64::try_from(count).unwrap_or(i64::MAX))
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl core::error::Error for BatchError {}

/// Writes the lines as a file. Each should pass [`crate::check::check`] as [`super::Operation::Batch`] first: here only what
/// concerns the file as a whole is looked at.
///
/// # Errors
/// The first thing that makes the lines no file.
pub fn write(lines: &[Value]) -> Result<String, BatchError> {
    if lines.is_empty() {
        return Err(BatchError::Empty);
    }
    if lines.len() > MAX_LINES {
        return Err(BatchError::TooManyLines(lines.len()));
    }
    let names = lines.iter().enumerate().map(|(index, line)| {
        let name = line.get("custom_id").and_then(Value::as_str);
        (name.unwrap_or_default(), index)
    });
    let places = last_places_of(names.collect());
    let url = lines.first().and_then(|line| line.get("url"));
    let mut file = String::new();
    for ((index, line), last) in lines.iter().enumerate().zip(places) {
        line.get("custom_id").and_then(Value::as_str).ok_or(BatchError::NoCustomId(index))?;
        if last.is_none() {
            return Err(BatchError::DuplicateCustomId(index));
        }
        if line.get("url") != url {
            return Err(BatchError::MixedUrls(index));
        }
        let text = to_json(line).map_err(|_| BatchError::NotJson(index))?;
        if file.len().saturating_add(text.len()).saturating_add(1) > MAX_BYTES {
            return Err(BatchError::TooLarge(index));
        }
        file.push_str(&text);
        file.push('\n');
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::{BatchError, MAX_LINES, write};
    use crate::request::Value;

    fn line(id: &str) -> Value {
        let text = format!(
            r#"{{"custom_id":"{id}","method":"POST","url":"/v1/images/generations","body":{{"prompt":"a\nb"}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn each_request_is_one_line() {
        let file = write(&[line("a"), line("b")]).unwrap();
        assert_eq!(file.lines().count(), 2);
        assert!(file.ends_with("}}\n"));
        for (text, value) in file.lines().zip([line("a"), line("b")]) {
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value);
        }
    }

    #[test]
    fn files_that_the_api_refuses_are_not_written() {
        let mut other = line("b");
        other.set("url", "/v1/images/edits".into());
        let large = |id: &str| {
            let mut value = line(id);
            value.set("body", "x".repeat(120_000_000).into());
            value
        };
        let mut nameless = line("b");
        nameless.remove("custom_id");
        for (lines, error) in [
            (vec![], BatchError::Empty),
            (vec![line("a"), line("a")], BatchError::DuplicateCustomId(1)),
            (vec![line("a"), other], BatchError::MixedUrls(1)),
            (vec![line("a"), nameless], BatchError::NoCustomId(1)),
            (vec![large("a"), large("b")], BatchError::TooLarge(1)),
        ] {
            assert_eq!(write(&lines), Err(error));
        }
        let many: Vec<_> = (0..=MAX_LINES).map(|index| line(&index.to_string())).collect();
        assert_eq!(write(&many), Err(BatchError::TooManyLines(MAX_LINES + 1)));
        assert!(write(&many[..MAX_LINES]).is_ok());
    }
}
