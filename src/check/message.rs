//! The words of messages. Everything is built by a few plain functions on one `String`: formatting machinery is what
//! makes wasm modules large.

use crate::request::Value;

/// The longest piece of the caller's text that a message repeats, in characters.
const MAX_QUOTED_CHARS: usize = 60;

/// Text in quotes, cut when it is long.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(MAX_QUOTED_CHARS).saturating_add(2));
    out.push('"');
    let cut = text.char_indices().nth(MAX_QUOTED_CHARS).map(|(at, _)| at);
    for character in text.get(..cut.unwrap_or(text.len())).unwrap_or_default().chars() {
        out.push(if character.is_control() { '\u{fffd}' } else { character });
    }
    if cut.is_some() {
        out.push('…');
    }
    out.push('"');
    out
}

/// How a message shows a value.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Number(_) => value.as_integer().map_or_else(|| "a fraction".to_owned(), integer),
        Value::Bool(true) => "true".to_owned(),
        Value::Bool(false) => "false".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::File(_) => "a file".to_owned(),
    }
}

/// A whole number in digits.
pub(crate) fn integer(number: i64) -> String {
    number.to_string()
}

/// `"a", "b" or "c"`.
pub(crate) fn alternatives(words: &[&str]) -> String {
    let mut out = String::new();
    let last = words.len().saturating_sub(1);
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            out.push_str(if index == last { " or " } else { ", " });
        }
        out.push('"');
        out.push_str(word);
        out.push('"');
    }
    out
}

/// Pieces put together.
pub(crate) fn join(pieces: &[&str]) -> String {
    pieces.concat()
}

/// A copy of a value for `given`: long text is cut, so that a report stays small whatever was sent.
pub(crate) fn given(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.char_indices().nth(200) {
            Some((at, _)) => Value::String(join(&[text.get(..at).unwrap_or_default(), "…"])),
            None => value.clone(),
        },
        Value::Array(items) => Value::Array(items.iter().take(20).map(given).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().take(20).map(|(name, value)| (name.clone(), given(value))).collect())
        }
        other => other.clone(),
    }
}

/// The word of the list that the text was probably meant to be: alike but for case, separators or at most two typing
/// errors (one in short words). The text's length is bounded first, so the time is too.
pub(crate) fn similar<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if text.len() > 40 {
        return None;
    }
    let folded = fold(text);
    let mut best: Option<(usize, &str)> = None;
    for word in words {
        let distance = edit_distance(&folded, &fold(word));
        let tolerated = if word.len() <= 4 { 1 } else { 2 };
        if distance <= tolerated && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, word));
        }
    }
    best.map(|(_, word)| word)
}

/// Letters and digits only, in lower case: `outputFormat` and `output-format` fold to the same.
pub(crate) fn fold(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect()
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "indices run over rows of b.len() + 1 cells"
)]
fn edit_distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1; b.len() + 1];
        for j in 0..b.len() {
            let replaced = above[j] + usize::from(a[i] != b[j]);
            row[j + 1] = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                row[j + 1] = row[j + 1].min(before[j - 1] + 1);
            }
        }
        before = core::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{alternatives, quoted, similar};

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(quoted("abc"), "\"abc\"");
        assert_eq!(quoted(&"é".repeat(61)), format!("\"{}…\"", "é".repeat(60)));
        assert_eq!(quoted("a\nb"), "\"a\u{fffd}b\"");
    }

    #[test]
    fn words_are_listed_as_people_do() {
        assert_eq!(alternatives(&["a"]), "\"a\"");
        assert_eq!(alternatives(&["a", "b", "c"]), "\"a\", \"b\" or \"c\"");
    }

    #[test]
    fn misspellings_are_recognised_and_strangers_are_not() {
        let words = ["prompt", "size", "n", "quality", "output_format"];
        for (text, meant) in [
            ("outputFormat", Some("output_format")),
            ("promt", Some("prompt")),
            ("qualtiy", Some("quality")),
            ("siz", Some("size")),
            ("seed", None),
            ("width", None),
            ("", None),
        ] {
            assert_eq!(similar(text, words.into_iter().filter(|word| word.len() > 1)), meant, "{text}");
        }
    }
}
