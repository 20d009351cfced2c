//! The slow, obvious reading of a reply, which the scanner must equal. It has all bytes at once and copies freely.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::format_collect,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gpt_image_edge::request::Value;

use super::Said;

/// What was found: as [`Said`], but with each image whole and each text as a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Found {
    Image(u32, &'static str, Vec<u8>),
    /// Event name, data, last id, images, kind, error.
    Message(String, Data, String, (u32, u32), String, bool),
    Comment(String),
    Retry(u64),
    Done,
    Document(Data, (u32, u32)),
}

impl Found {
    /// Whether it may stand between the lines of an event.
    pub(super) const fn is_aside(&self) -> bool {
        matches!(self, Self::Comment(_) | Self::Retry(_))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    Json(Value),
    Text(String),
}

/// The pieces of each image as one, and the texts as values.
pub(super) fn join_pieces(said: &[Said]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut open: Vec<u8> = Vec::new();
    for said in said {
        match said.clone() {
            Said::Piece(image, field, bytes, last) => {
                assert!(last || !bytes.is_empty(), "only a last piece may be empty");
                open.extend(bytes);
                if last {
                    found.push(Found::Image(image, field, std::mem::take(&mut open)));
                }
            }
            Said::Message(event, data, id, images, no_json, kind, error) => {
                let data = if no_json.is_some() { Data::Text(data) } else { json(&data) };
                found.push(Found::Message(event, data, id, images, kind, error));
            }
            Said::Comment(text) => found.push(Found::Comment(text)),
            Said::Retry(ms) => found.push(Found::Retry(ms)),
            Said::Done => found.push(Found::Done),
            Said::Document(data, images) => found.push(Found::Document(json(&data), images)),
        }
    }
    found
}

/// The images of each message before its comments and retries: between them the order is that of the bytes, which the
/// slow reading does not know.
pub(super) fn images_first(found: Vec<Found>) -> Vec<Found> {
    let (mut sorted, mut asides) = (Vec::new(), Vec::new());
    for found in found {
        if found.is_aside() {
            asides.push(found);
            continue;
        }
        let ends = !matches!(found, Found::Image(..));
        if ends {
            sorted.append(&mut asides);
        }
        sorted.push(found);
    }
    sorted.append(&mut asides);
    sorted
}

fn json(text: &str) -> Data {
    Data::Json(parse(text).unwrap_or_else(|| panic!("the rest is JSON: {text}")))
}

/// What was found, less the images of a message that never came.
pub(super) fn without_images(found: &[Found]) -> Vec<Found> {
    let mut promised = 0;
    for found in found {
        if let Found::Message(.., (_, end), _, _) = found {
            promised = *end;
        }
    }
    found
        .iter()
        .filter(|found| !matches!(found, Found::Image(index, ..) if *index >= promised))
        .cloned()
        .collect()
}

/// Parses JSON as JavaScript would: numbers of any length, and surrogates that stand alone.
fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(&lone_surrogates_replaced(&infinities_replaced(text))).ok()
}

/// `serde_json` refuses escapes of lone surrogates and numbers beyond the doubles, which JSON allows.
fn lone_surrogates_replaced(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let unit = |text: &str| {
            text.strip_prefix("\\u")
                .and_then(|hex| hex.get(..4))
                .and_then(|hex| u16::from_str_radix(hex, 16).ok())
        };
        let here = &rest[at..];
        let taken = match (unit(here), here.get(6..).and_then(unit)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => {
                out.push_str(&here[..12]);
                12
            }
            (Some(0xd800..0xe000), _) => {
                out.push_str("\\ufffd");
                6
            }
            _ => {
                let length = 1 + here[1..].chars().next().map_or(0, char::len_utf8);
                out.push_str(&here[..length]);
                length
            }
        };
        rest = &here[taken..];
    }
    out + rest
}

fn infinities_replaced(text: &str) -> String {
    text.replace("1e400", "1e300")
}

/// The images of a value, and the value with an index in place of each; `None` when one is no base64.
fn take_images(value: &mut Value, next: &mut u32, images: &mut Vec<Found>) -> Option<()> {
    fn image(text: &mut Value, field: &'static str, next: &mut u32, images: &mut Vec<Found>) -> Option<()> {
        let bytes = STANDARD.decode(text.as_str().unwrap()).ok()?;
        images.push(Found::Image(*next, field, bytes));
        *text = Value::from(next.to_string());
        *next += 1;
        Some(())
    }
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| take_images(item, next, images)),
        Value::Object(fields) => {
            let mut is_call = None;
            let mut held: Option<usize> = None;
            for at in 0..fields.len() {
                let (key, value) = &mut fields[at];
                let is_text = value.as_str().is_some();
                match key.as_ref() {
                    "b64_json" if is_text => image(value, "b64_json", next, images)?,
                    "partial_image_b64" if is_text => image(value, "partial_image_b64", next, images)?,
                    "imageBase64Data" if is_text => image(value, "imageBase64Data", next, images)?,
                    "result" if is_text => match is_call {
                        None => held = Some(at),
                        Some(true) => image(value, "result", next, images)?,
                        Some(false) => {}
                    },
                    "type" if is_text => {
                        let call = value.as_str() == Some("image_generation_call");
                        is_call = Some(call);
                        if let Some(held) = held.take()
                            && call
                        {
                            image(&mut fields[held].1, "result", next, images)?;
                        }
                    }
                    _ => take_images(value, next, images)?,
                }
            }
            Some(())
        }
        _ => Some(()),
    }
}

/// Reads a JSON body; an error when it is none, with what came before it: nothing.
pub(super) fn json_body(input: &[u8]) -> Result<Vec<Found>, Vec<Found>> {
    let text = String::from_utf8_lossy(input);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut value = parse(text).ok_or_else(Vec::new)?;
    let mut found = Vec::new();
    let mut next = 0;
    take_images(&mut value, &mut next, &mut found).ok_or_else(Vec::new)?;
    found.push(Found::Document(Data::Json(value), (0, next)));
    Ok(found)
}

/// Reads an event stream; an error at the first damage, with what came before it.
pub(super) fn event_stream(input: &[u8]) -> Result<Vec<Found>, Vec<Found>> {
    let text = String::from_utf8_lossy(input);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<&str> = unified.split('\n').collect();
    let last = lines.pop().unwrap_or("");
    let mut stream = Stream::default();
    for line in lines {
        if stream.line(line).is_none() {
            return Err(stream.found);
        }
        if stream.found.last() == Some(&Found::Done) {
            return Ok(stream.found);
        }
    }
    // The end: a line without its end counts only as data, and data only when it is closed JSON.
    let unfinished = last.strip_prefix("data:").map(|data| data.strip_prefix(' ').unwrap_or(data));
    if let Some(data) = unfinished {
        stream.data.get_or_insert_default().push(data.to_owned());
    }
    let Some(data) = stream.data.clone() else { return Ok(stream.found) };
    let data = data.join("\n");
    let closed =
        data == "[DONE]" || (parse(&data).is_some() && !data.ends_with(|last: char| last.is_ascii_digit()));
    if closed && stream.dispatch().is_some() { Ok(stream.found) } else { Err(stream.found) }
}

#[derive(Default)]
struct Stream {
    event: String,
    data: Option<Vec<String>>,
    id: String,
    next: u32,
    found: Vec<Found>,
}

impl Stream {
    fn line(&mut self, line: &str) -> Option<()> {
        if line.is_empty() {
            return self.dispatch();
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
        match name {
            "" => self.found.push(Found::Comment(value)),
            "event" => self.event = value,
            "data" => self.data.get_or_insert_default().push(value),
            "id" if !value.contains('\0') => self.id = value,
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.found.push(Found::Retry(value.parse().unwrap()));
            }
            _ => {}
        }
        Some(())
    }

    fn dispatch(&mut self) -> Option<()> {
        let event = std::mem::take(&mut self.event);
        let Some(data) = self.data.take() else { return Some(()) };
        let text = data.join("\n");
        if text == "[DONE]" {
            self.found.push(Found::Done);
            return Some(());
        }
        let first = self.next;
        let Some(mut value) = parse(&text) else {
            // Text that is no JSON, unless an image had begun in it: then it is damage.
            if began_an_image(&text) {
                return None;
            }
            self.found.push(Found::Message(
                event,
                Data::Text(text),
                self.id.clone(),
                (first, first),
                String::new(),
                false,
            ));
            return Some(());
        };
        let mut images = Vec::new();
        take_images(&mut value, &mut self.next, &mut images)?;
        self.found.extend(images);
        let fields = value.as_object().unwrap_or(&[]);
        let kind =
            fields.iter().rev().find_map(|(key, value)| (key == "type").then(|| value.as_str()).flatten());
        let error =
            fields.iter().rev().find(|(key, _)| key == "error").is_some_and(|(_, value)| match value {
                Value::Null | Value::Bool(false) => false,
                Value::Number(number) => *number != 0.0,
                Value::String(text) => !text.is_empty(),
                _ => true,
            });
        let kind = kind.unwrap_or("").to_owned();
        self.found.push(Found::Message(
            event,
            Data::Json(value),
            self.id.clone(),
            (first, self.next),
            kind,
            error,
        ));
        Some(())
    }
}

/// Whether text that is no JSON holds the beginning of an image before the damage.
fn began_an_image(text: &str) -> bool {
    text.char_indices().any(|(at, character)| {
        let mut value = closed(&text[..at + character.len_utf8()]);
        value.as_mut().is_some_and(|value| {
            let mut next = 0;
            take_images(value, &mut next, &mut Vec::new()).is_none() || next > 0
        })
    })
}

/// The value of a text that ends too early: strings and brackets that are open are closed.
fn closed(text: &str) -> Option<Value> {
    let mut open = Vec::new();
    let mut in_string = false;
    let mut escaped = false;
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '{' if !in_string => open.push('}'),
            '[' if !in_string => open.push(']'),
            '}' | ']' if !in_string && open.pop() != Some(character) => return None,
            _ => {}
        }
    }
    // The mark makes an unfinished string another one than it would be if it ended here.
    let mark = if in_string { "!\"" } else { "" };
    let brackets: String = open.iter().rev().collect();
    parse(&format!("{text}{mark}{brackets}"))
}

/// A recorded exchange; `None`, said aloud, where there is none.
pub(super) fn recorded(name: &str) -> Option<serde_json::Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/recorded/").to_owned() + name;
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: there is no ../shared/recorded/{name}");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}
