//! A request's form on the wire: where it goes and what its body is.
//!
//! | operation | path | body |
//! | --- | --- | --- |
//! | generate | `/images/generations` | JSON |
//! | edit | `/images/edits` | a form when it holds files, else JSON (`images` by reference) |
//! | respond | `/responses` | JSON |
//! | runware | none: the base URL is the address | JSON, a list of tasks |
//! | batch | none: a line of a file | JSON |
//!
//! A form holds the scalar fields in their order, then the images, then mask and markup: a server that reads the form
//! as it arrives knows what is asked before the first byte of a picture. One image is `image`, several are `image[]`,
//! each as the official SDKs send them (openai-node 7.55.0, captured 2026-11-20).

use super::body::{self, BodyError};
use super::multipart::{Encoded, Form, media_type};
use crate::picture::Format;
use crate::repeats::last_places;
use crate::request::{Operation, Value};

/// A body and where to send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// What to append to the base URL.
    pub path: &'static str,
    /// The body.
    pub body: Body,
}

/// The two kinds of body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// JSON text, to be sent as `application/json`.
    Json(String),
    /// A form. Files are numbered in the order of [`files`].
    Form(Encoded),
}

/// The body of a request.
///
/// `formats` says what the first bytes of each file told ([`crate::picture::sniff`]), in the order of [`files`]; where
/// it says nothing, the declared type is sent. `random` is 16 fresh random bytes for the boundary of a form.
///
/// In a form, a `null` field is left out (a form has no null; the official Python SDK does the same), `true`, `false`
/// and numbers are their text, and nested fields are spelled `svg[reasoning][effort]`.
///
/// # Errors
/// [`BodyError`] when JSON cannot carry the request, or a number in it is not finite.
pub fn build(
    operation: Operation,
    request: &Value,
    formats: &[Option<Format>],
    random: [u8; 16],
) -> Result<Outgoing, BodyError> {
    let path = match operation {
        Operation::Generate => "/images/generations",
        Operation::Edit => "/images/edits",
        #[cfg(feature = "extras")]
        Operation::Respond => "/responses",
        #[cfg(feature = "extras")]
        Operation::Runware | Operation::Batch => "",
    };
    if operation == Operation::Edit && count(request) > 0 {
        return Ok(Outgoing { path, body: Body::Form(form(request, formats, random)?) });
    }
    #[cfg_attr(not(feature = "extras"), expect(unused_mut, reason = "only Runware's tasks stand in a list"))]
    let mut json = body::to_json(request)?;
    #[cfg(feature = "extras")]
    if operation == Operation::Runware && !matches!(request, Value::Array(_)) {
        json.insert(0, '[');
        json.push(']');
    }
    Ok(Outgoing { path, body: Body::Json(json) })
}

/// Calls `visit` with every file of a request, in the order in which [`Body::Form`] numbers them: as they stand in the
/// request, a repeated field counting at each place.
pub fn files<'a>(value: &'a Value, visit: &mut impl FnMut(&'a crate::request::File)) {
    match value {
        Value::File(file) => visit(file),
        Value::Array(items) => items.iter().for_each(|item| files(item, visit)),
        Value::Object(fields) => fields.iter().for_each(|(_, field)| files(field, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn count(value: &Value) -> usize {
    let mut count = 0_usize;
    files(value, &mut |_| count = count.saturating_add(1));
    count
}

fn form(request: &Value, formats: &[Option<Format>], random: [u8; 16]) -> Result<Encoded, BodyError> {
    let fields = request.as_object().unwrap_or_default();
    // Files are numbered as they stand, before any reordering.
    let mut next = 0_usize;
    let mut first = Vec::new();
    for (_, value) in fields {
        first.extend(Some(next));
        next = next.saturating_add(count(value));
    }
    let last = last_places(fields);
    let mut writer = Writer { form: Form::new(random), formats, name: String::new(), next: 0 };
    for wanted in SCALARS..=OVERLAYS {
        for at in last.iter().flatten() {
            let (Some((name, value)), Some(first)) = (fields.get(*at), first.get(*at)) else { continue };
            if group(name, value) == wanted {
                writer.name = name.to_string();
                writer.next = *first;
                if let Err(NotFinite) = writer.value(value) {
                    return Err(BodyError::NotFinite { param: writer.name });
                }
            }
        }
    }
    Ok(writer.form.finish())
}

/// Fields stand in a form by these groups, in this order.
const SCALARS: u8 = 0;
const IMAGES: u8 = 1;
const OVERLAYS: u8 = 2;

fn group(name: &str, value: &Value) -> u8 {
    match name {
        "mask" | "markup" => OVERLAYS,
        _ if count(value) > 0 => IMAGES,
        _ => SCALARS,
    }
}

/// A number that no text stands for; the name of the [`Writer`] is then that of its part.
struct NotFinite;

struct Writer<'a> {
    form: Form,
    formats: &'a [Option<Format>],
    /// What the part is called that is written next.
    name: String,
    /// The number of the file that is written next.
    next: usize,
}

impl Writer<'_> {
    /// Writes what stands inside of a value: the name goes on with the key, which items of a list do not have.
    fn within(&mut self, key: &str, value: &Value) -> Result<(), NotFinite> {
        let length = self.name.len();
        self.name.push('[');
        self.name.push_str(key);
        self.name.push(']');
        self.value(value)?;
        self.name.truncate(length);
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<(), NotFinite> {
        let mut word = String::new();
        let text = match value {
            Value::Null => return Ok(()),
            Value::Bool(_) | Value::Number(_) if body::write_word(value, &mut word) => word.as_str(),
            Value::Bool(_) | Value::Number(_) => return Err(NotFinite),
            Value::String(text) => text,
            Value::File(file) => {
                let format = self.formats.get(self.next).copied().flatten();
                self.form.file(&self.name, &file.name, media_type(format, file), self.next);
                self.next = self.next.saturating_add(1);
                return Ok(());
            }
            Value::Array(items) => {
                return match items.as_slice() {
                    // A list of one picture is sent as the one picture it is.
                    [picture @ Value::File(_)] => self.value(picture),
                    items => items.iter().try_for_each(|item| self.within("", item)),
                };
            }
            Value::Object(fields) => {
                return fields.iter().try_for_each(|(key, value)| self.within(key, value));
            }
        };
        self.form.text(&self.name, text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Outgoing, build};
    use crate::picture::Format;
    use crate::request::{File, Operation, Value};
    use crate::wire::body::BodyError;
    use crate::wire::multipart::Segment;

    fn file(name: &str) -> Value {
        Value::File(File { name: name.into(), ..File::default() })
    }

    fn object(fields: &[(&str, Value)]) -> Value {
        Value::Object(fields.iter().map(|(key, value)| ((*key).to_owned().into(), value.clone())).collect())
    }

    /// The names of the parts, with the number of the file or the text; and the type of each file.
    fn parts(outgoing: Outgoing) -> Vec<String> {
        let Body::Form(encoded) = outgoing.body else { panic!("not a form") };
        let mut whole = String::new();
        for segment in encoded.segments {
            match segment {
                Segment::Text(text) => whole.push_str(&text),
                Segment::File(number) => whole.extend(["file ".to_owned(), number.to_string()]),
            }
        }
        let boundary = encoded.content_type.split_once("boundary=").unwrap().1;
        whole
            .split(&format!("--{boundary}"))
            .filter(|part| part.contains("form-data"))
            .map(|part| {
                let (head, body) = part.split_once("\r\n\r\n").unwrap();
                let name = head.split("name=\"").nth(1).unwrap().split('"').next().unwrap();
                let kind =
                    head.split("Content-Type: ").nth(1).map(|kind| format!(" {kind}")).unwrap_or_default();
                format!("{name}={}{kind}", body.trim_end())
            })
            .collect()
    }

    #[test]
    fn scalars_come_first_then_images_then_the_mask() {
        let request = object(&[
            ("mask", file("m.png")),
            ("image", Value::Array(vec![file("a"), file("b")])),
            ("prompt", "hi".into()),
            ("n", 2.into()),
            ("stream", false.into()),
            ("user", Value::Null),
            ("svg", object(&[("model", "x".into()), ("reasoning", object(&[("effort", "low".into())]))])),
        ]);
        let formats = [Some(Format::Png), None, Some(Format::Webp)];
        assert_eq!(
            parts(build(Operation::Edit, &request, &formats, [1; 16]).unwrap()),
            [
                "prompt=hi",
                "n=2",
                "stream=false",
                "svg[model]=x",
                "svg[reasoning][effort]=low",
                "image[]=file 1 application/octet-stream",
                "image[]=file 2 image/webp",
                "mask=file 0 image/png",
            ]
        );
    }

    #[test]
    fn one_image_is_image_even_in_a_list() {
        for image in [file("a"), Value::Array(vec![file("a")])] {
            let request = object(&[("image", image), ("prompt", "hi".into())]);
            assert_eq!(
                parts(build(Operation::Edit, &request, &[Some(Format::Jpeg)], [1; 16]).unwrap()),
                ["prompt=hi", "image=file 0 image/jpeg"]
            );
        }
    }

    #[test]
    fn a_repeated_field_counts_last_and_keeps_the_numbers_of_its_files() {
        let request = object(&[("image", file("a")), ("n", 1.into()), ("image", file("b")), ("n", 3.into())]);
        assert_eq!(
            parts(build(Operation::Edit, &request, &[], [1; 16]).unwrap()),
            ["n=3", "image=file 1 application/octet-stream"]
        );
    }

    #[test]
    fn without_files_an_edit_is_json() {
        let request = object(&[("images", Value::Array(vec![object(&[("file_id", "f".into())])]))]);
        let outgoing = build(Operation::Edit, &request, &[], [0; 16]).unwrap();
        assert_eq!(outgoing.path, "/images/edits");
        assert_eq!(outgoing.body, Body::Json(r#"{"images":[{"file_id":"f"}]}"#.into()));
    }

    #[test]
    fn each_operation_has_its_path() {
        let request = object(&[("prompt", "x".into())]);
        for (operation, path, json) in [
            (Operation::Generate, "/images/generations", r#"{"prompt":"x"}"#),
            (Operation::Respond, "/responses", r#"{"prompt":"x"}"#),
            (Operation::Runware, "", r#"[{"prompt":"x"}]"#),
            (Operation::Batch, "", r#"{"prompt":"x"}"#),
        ] {
            let outgoing = build(operation, &request, &[], [0; 16]).unwrap();
            assert_eq!((outgoing.path, outgoing.body), (path, Body::Json(json.into())));
        }
    }

    #[test]
    fn a_file_where_only_json_goes_is_named() {
        let request = object(&[("image", file("a"))]);
        assert_eq!(
            build(Operation::Generate, &request, &[], [0; 16]),
            Err(BodyError::FileInJson { param: "image".into() })
        );
    }
}
