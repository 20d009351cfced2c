//! The words of messages. Everything is built by a few plain functions on one `String`: formatting machinery is what
//! makes wasm modules large.

use crate::digits::push_integer;
use crate::request::data_url::cut;
use crate::request::{Size, Value};

/// What fills a hole of a message.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    /// Text as it is.
    Text(&'a str),
    /// Text in quotes, cut when it is long.
    Quoted(&'a str),
    /// A whole number.
    Number(i64),
    /// A size in quotes.
    Size(Size),
    /// A value: text in quotes, a whole number, or what else it is.
    Value(&'a Value),
    /// `"a", "b" or "c"`.
    Words(&'a [&'a str]),
}

/// What holes of a message are called that need no part of their own.
pub(crate) type Names<'a> = [(&'static str, Part<'a>)];

/// Writes a message: each `{}` of the template is filled by the next part, and each other hole by what has its name. Parts
/// beyond the last hole are not told, and from braces around anything else on the text is taken as it is.
pub(crate) fn fill(out: &mut String, template: &str, parts: &[Part<'_>], names: &Names<'_>) {
    let mut parts = parts.iter();
    let mut rest = template;
    while let Some((before, behind)) = cut(rest, b'{')
        && let Some((hole, after)) = cut(behind, b'}')
    {
        let part = if hole.is_empty() {
            parts.next()
        } else {
            names.iter().find(|(name, _)| *name == hole).map(|(_, part)| part)
        };
        let Some(part) = part else { break };
        out.push_str(before);
        rest = after;
        push(out, *part);
    }
    out.push_str(rest);
}

fn push(out: &mut String, part: Part<'_>) {
    match part {
        Part::Text(text) => out.push_str(text),
        Part::Quoted(text) => push_quoted(out, text),
        Part::Number(number) => push_integer(out, number),
        Part::Size(size) => {
            out.push('"');
            size.push_to(out);
            out.push('"');
        }
        Part::Value(Value::String(text)) => push_quoted(out, text),
        Part::Value(value) => match value.as_integer() {
            Some(number) => push_integer(out, number),
            None => out.push_str(kind(value)),
        },
        Part::Words(words) => push_alternatives(out, words),
    }
}

/// The longest piece of the caller's text that a message repeats, in characters.
const MAX_QUOTED_CHARS: usize = 60;

/// Text in quotes, cut when it is long.
fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    // Most are short words, of which nothing is to be cut or replaced.
    if text.len() <= MAX_QUOTED_CHARS && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        out.push_str(text);
        out.push('"');
        return;
    }
    let cut = text.char_indices().nth(MAX_QUOTED_CHARS).map(|(at, _)| at);
    for character in text.get(..cut.unwrap_or(text.len())).unwrap_or_default().chars() {
        out.push(if character.is_control() { '\u{fffd}' } else { character });
    }
    if cut.is_some() {
        out.push('…');
    }
    out.push('"');
}

/// What a message calls a value that it does not repeat.
const fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Number(_) => "a fraction",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Null => "null",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
        Value::File(_) => "a file",
    }
}

/// `"a", "b" or "c"`.
fn push_alternatives(out: &mut String, words: &[&str]) {
    let last = words.len().saturating_sub(1);
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            out.push_str(if index == last { " or " } else { ", " });
        }
        out.push('"');
        out.push_str(word);
        out.push('"');
    }
}

/// The longest text that `given` repeats, in characters.
const MAX_GIVEN_CHARS: usize = 200;

/// A copy of a value for `given`: long text is cut, so that a report stays small whatever was sent.
pub(crate) fn given(value: &Value) -> Value {
    match value {
        // Bytes are never fewer than characters, so most need no counting.
        Value::String(text) if text.len() > MAX_GIVEN_CHARS => match text.char_indices().nth(MAX_GIVEN_CHARS)
        {
            Some((at, _)) => {
                let mut cut = text.get(..at).unwrap_or_default().to_owned();
                cut.push('…');
                Value::from(cut)
            }
            None => value.clone(),
        },
        Value::Array(items) => Value::Array(items.iter().take(20).map(given).collect()),
        Value::Object(fields) => {
            Value::Object(fields.iter().take(20).map(|(name, value)| (name.clone(), given(value))).collect())
        }
        other => other.clone(),
    }
}

/// The longest word that is compared, in letters and digits.
const LONGEST_WORD: usize = 40;

/// The word of the list that the text was probably meant to be: alike but for case, separators or at most two typing
/// errors (one in short words). The text's length is bounded first, so the time is too.
pub(crate) fn similar<'a>(text: &str, words: &[&'a str]) -> Option<&'a str> {
    meant(text, words).map(|(word, _)| word)
}

/// The same, and the number of typing errors: with none, as in `outputFormat` for `output_format`, there is no doubt.
pub(crate) fn meant<'a>(text: &str, words: &[&'a str]) -> Option<(&'a str, u32)> {
    let (mut of_text, mut of_word) = ([0; LONGEST_WORD], [0; LONGEST_WORD]);
    let letters = folded(text, &mut of_text)?;
    let mut best = None;
    // With so many errors a word is nearer than the best so far.
    let mut nearer = MAX_ERRORS;
    for &word in words {
        let tolerated = if word.len() <= 4 { 1 } else { MAX_ERRORS };
        let Some(other) = folded(word, &mut of_word) else { continue };
        let mut errors = nearer.min(tolerated);
        if !alike(letters, other, errors) {
            continue;
        }
        while errors > 0 && alike(letters, other, errors.saturating_sub(1)) {
            errors = errors.saturating_sub(1);
        }
        best = Some((word, errors));
        let Some(fewer) = errors.checked_sub(1) else { break };
        nearer = fewer;
    }
    best
}

/// The typing errors that leave a word recognisable.
const MAX_ERRORS: u32 = 2;

/// Room for the letters of a word; lent, so that no word is moved around.
type Buffer = [u8; LONGEST_WORD];

/// Letters and digits only, in lower case; `None` of what is longer than any word.
fn folded<'b>(text: &str, letters: &'b mut Buffer) -> Option<&'b [u8]> {
    if text.len() > LONGEST_WORD {
        return None;
    }
    let mut length = 0_usize;
    for byte in text.bytes().filter(u8::is_ascii_alphanumeric) {
        *letters.get_mut(length)? = byte.to_ascii_lowercase();
        length = length.saturating_add(1);
    }
    letters.get(..length)
}

/// Whether so many insertions, deletions, replacements and swaps of neighbours, or fewer, turn one word into the other.
/// What both begin with stays as it is: no way with fewer changes touches it.
fn alike(a: &[u8], b: &[u8], changes: u32) -> bool {
    if a.len().abs_diff(b.len()) > changes as usize {
        return false;
    }
    let (Some((first, a_rest)), Some((other, b_rest))) = (a.split_first(), b.split_first()) else {
        return true;
    };
    if first == other {
        return alike(a_rest, b_rest, changes);
    }
    let Some(left) = changes.checked_sub(1) else { return false };
    let swapped = match (a_rest, b_rest) {
        ([second, a @ ..], [next, b @ ..]) => second == other && first == next && alike(a, b, left),
        _ => false,
    };
    swapped || alike(a_rest, b, left) || alike(a, b_rest, left) || alike(a_rest, b_rest, left)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::{Part, alike, fill, similar};

    fn filled(part: Part<'_>) -> String {
        let mut out = String::new();
        fill(&mut out, "{}", &[part], &[]);
        out
    }

    /// The fewest changes, by a table of the distances between all beginnings of the two words.
    #[allow(clippy::arithmetic_side_effects, reason = "indices of short words")]
    fn distance(a: &[u8], b: &[u8]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1)
                };
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    table[i][j] = table[i][j].min(table[i - 2][j - 2] + 1);
                }
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn words_are_alike_when_their_distance_is_small(a in "[a-c]{0,9}", b in "[a-c]{0,9}") {
            let (a, b) = (a.as_bytes(), b.as_bytes());
            for changes in 0..=2 {
                prop_assert_eq!(alike(a, b, changes), distance(a, b) <= changes as usize);
            }
        }
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(filled(Part::Quoted("abc")), "\"abc\"");
        assert_eq!(filled(Part::Quoted(&"é".repeat(61))), format!("\"{}…\"", "é".repeat(60)));
        assert_eq!(filled(Part::Quoted("a\nb")), "\"a\u{fffd}b\"");
    }

    #[test]
    fn words_are_listed_as_people_do() {
        assert_eq!(filled(Part::Words(&["a"])), "\"a\"");
        assert_eq!(filled(Part::Words(&["a", "b", "c"])), "\"a\", \"b\" or \"c\"");
    }

    #[test]
    fn the_nearest_word_is_meant_and_the_first_of_those_as_near() {
        for (text, words, meant) in [
            ("quality", ["qualXXy", "qualXty", "Qual-ity"], Some("Qual-ity")),
            ("quality", ["qualXXy", "qualXty", "Xuality"], Some("qualXty")),
            ("quality", ["qualXXy", "XXality", "XXXlity"], Some("qualXXy")),
            // Two errors are too many for a word of four letters.
            ("sXXe", ["size", "sXze", "sizX"], Some("sXze")),
            ("sXXe", ["size", "sine", "site"], None),
        ] {
            assert_eq!(similar(text, &words), meant, "{text} {words:?}");
        }
    }

    #[test]
    fn misspellings_are_recognised_and_strangers_are_not() {
        let words = ["prompt", "size", "quality", "output_format"];
        for (text, meant) in [
            ("outputFormat", Some("output_format")),
            ("promt", Some("prompt")),
            ("qualtiy", Some("quality")),
            ("siz", Some("size")),
            ("seed", None),
            ("width", None),
            ("", None),
        ] {
            assert_eq!(similar(text, &words), meant, "{text}");
        }
    }
}
