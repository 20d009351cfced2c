//! Vectors that others made for the formats we read and write, from `../shared/vectors`. Where the folder is absent the
//! tests say so and pass. Where a vector asks for what its standard leaves open, the test says which way we go and why.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gpt_image_edge::wire::base64::decode;
use gpt_image_edge::wire::multipart::{Encoded, Form, Segment};
use gpt_image_edge::wire::scan::{Item, Limits, ScanError, ScanErrorKind, Scanner};
use serde_json::Value;

fn vectors(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors").join(folder);
    if !path.is_dir() {
        eprintln!("skipped: there is no ../shared/vectors/{folder}");
        return None;
    }
    Some(path)
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().unwrap()).unwrap()
}

/// Events as a browser would see them: type, data, last event id; and the last retry.
type Events = (Vec<(String, String, String)>, Option<u64>);

fn event_stream<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Events {
    let mut scanner = Scanner::event_stream(&Limits::default());
    let (mut events, mut retry) = (Vec::new(), None);
    let mut note = |item: Item<'_>| match item {
        Item::Message(message) => {
            let event = if message.event.is_empty() { "message" } else { message.event };
            events.push((event.into(), message.data.into(), message.last_event_id.into()));
        }
        Item::Retry(ms) => retry = Some(ms),
        Item::Comment(_) => {}
        item => panic!("{item:?}"),
    };
    for mut chunk in chunks {
        while let Some(item) = scanner.feed(&mut chunk).unwrap() {
            note(item);
        }
    }
    loop {
        match scanner.finish() {
            Ok(Some(item)) => note(item),
            // The standard drops an event without its blank line silently; we drop it and say so.
            Ok(None) | Err(ScanError { kind: ScanErrorKind::Truncated, .. }) => return (events, retry),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn event_streams() {
    let Some(folder) = vectors("sse-contract") else { return };
    let file = read_json(&folder.join("vectors.json"));
    let all = file["vectors"].as_array().unwrap();
    for vector in all {
        let name = &vector["name"];
        let expected: Vec<_> = vector["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| {
                ["type", "data", "lastEventId"].map(|key| event[key].as_str().unwrap().to_owned()).into()
            })
            .collect();
        let expected = (expected, vector["retry"].as_u64());
        let input = bytes(&vector["input_b64"]);
        let chunks: Vec<_> = vector["chunks_b64"].as_array().unwrap().iter().map(bytes).collect();
        assert_eq!(event_stream(chunks.iter().map(Vec::as_slice)), expected, "{name} as it is cut there");
        assert_eq!(event_stream(input.chunks(1)), expected, "{name} byte by byte");
        for cut in 0..=input.len() {
            let (head, tail) = input.split_at(cut);
            assert_eq!(event_stream([head, tail]), expected, "{name} cut at {cut}");
        }
    }
    assert_eq!(all.len(), 51);
}

#[test]
fn base64() {
    let Some(folder) = vectors("base64-test262") else { return };
    let file = read_json(&folder.join("vectors.json"));
    let all = file["vectors"].as_array().unwrap();
    let mut tested = 0;
    for vector in all {
        // The URL-safe alphabet is another encoding; the API does not use it.
        if vector["alphabet"] != "base64" {
            continue;
        }
        let input = vector["input"].as_str().unwrap();
        let has_space = input.bytes().any(|byte| byte.is_ascii_whitespace());
        // ECMAScript skips white space. RFC 4648, section 3.3, has a decoder refuse it unless its format says
        // otherwise, and JSON says nothing of the kind: in a picture it is damage.
        let expected: Option<Vec<u8>> = if has_space {
            None
        } else {
            vector["strict"]
                .as_array()
                .map(|bytes| bytes.iter().map(|byte| byte.as_u64().unwrap().try_into().unwrap()).collect())
        };
        assert_eq!(decode(input.as_bytes()).ok(), expected, "{input:?}");
        // The same through the scanner.
        let body = serde_json::to_string(&serde_json::json!({ "b64_json": input })).unwrap();
        assert_eq!(image_of(body.as_bytes()), expected, "{body}");
        tested += 1;
    }
    assert_eq!(tested, 57);
}

/// The one image of a body; `None` when the body is refused.
fn image_of(body: &[u8]) -> Option<Vec<u8>> {
    let mut scanner = Scanner::json(&Limits::default());
    let mut image = Vec::new();
    let mut chunk = body;
    while let Some(item) = scanner.feed(&mut chunk).ok()? {
        let Item::Piece(piece) = item else { panic!("{item:?}") };
        image.extend_from_slice(piece.bytes);
    }
    matches!(scanner.finish().ok()?, Some(Item::Document(_))).then_some(image)
}

/// Whether the scanner takes a body, and that it gives its text back unchanged.
fn is_json(body: &[u8], chunk_bytes: usize) -> bool {
    let mut scanner = Scanner::json(&Limits { depth: 500, ..Limits::default() });
    for mut chunk in body.chunks(chunk_bytes) {
        match scanner.feed(&mut chunk) {
            Ok(None) => {}
            Ok(item) => panic!("{item:?}"),
            Err(_) => return false,
        }
    }
    match scanner.finish() {
        Ok(Some(Item::Document(document))) => {
            let text = String::from_utf8_lossy(body);
            assert_eq!(document.data, text.strip_prefix('\u{feff}').unwrap_or(&text));
            true
        }
        Ok(item) => panic!("{item:?}"),
        Err(_) => false,
    }
}

#[test]
fn strict_json() {
    // What RFC 8259 leaves open, by the words in the names of the files: numbers beyond the doubles are numbers, as the
    // text is not evaluated; escapes of lone surrogates are strings, as in JavaScript; bytes that are no UTF-8 become
    // U+FFFD, as `Response.json()` has it; one byte order mark is skipped, as there; and 500 levels are within the limit.
    // UTF-16 is no JSON text that may be sent (section 8.1).
    const REFUSED: [&str; 3] =
        ["i_string_UTF-16LE_with_BOM.json", "i_string_utf16BE_no_BOM.json", "i_string_utf16LE_no_BOM.json"];
    let Some(folder) = vectors("json-JSONTestSuite/test_parsing") else { return };
    let mut tested = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let body = fs::read(&path).unwrap();
        let expected = match name.as_bytes()[0] {
            b'y' => true,
            b'n' => false,
            _ => !REFUSED.contains(&name),
        };
        for chunk_bytes in [1, 7, body.len().max(1)] {
            assert_eq!(is_json(&body, chunk_bytes), expected, "{name} in chunks of {chunk_bytes}");
        }
        tested += 1;
    }
    assert_eq!(tested, 318);
}

/// A part of a form: name, file name, content type, bytes.
type Part = (String, Option<String>, Option<String>, Vec<u8>);

/// The parts of a form, read by a parser that is not ours; `None` when it refuses the form.
fn parse(content_type: &str, body: Vec<u8>) -> Option<Vec<Part>> {
    let boundary = multer::parse_boundary(content_type).unwrap();
    let stream = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(bytes::Bytes::from(body))]);
    let mut form = multer::Multipart::new(stream, boundary);
    pollster::block_on(async {
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await.ok()? {
            let name = field.name()?.to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let content_type = field.content_type().map(ToString::to_string);
            parts.push((name, file_name, content_type, field.bytes().await.ok()?.to_vec()));
        }
        Some(parts)
    })
}

fn assemble(encoded: &Encoded, files: &[&[u8]]) -> Vec<u8> {
    let segments = encoded.segments.iter().map(|segment| match segment {
        Segment::Text(text) => text.as_bytes(),
        Segment::File(number) => files[*number],
    });
    segments.collect::<Vec<_>>().concat()
}

/// Writes the parts with our encoder and reads them back.
fn round_trip(parts: &[Part]) -> Vec<Part> {
    let mut form = Form::new([0x5a; 16]);
    let mut files: Vec<&[u8]> = Vec::new();
    for (name, file_name, content_type, bytes) in parts {
        match file_name {
            Some(file_name) => {
                form.file(name, file_name, content_type.as_deref().unwrap_or(""), files.len());
                files.push(bytes);
            }
            None => form.text(name, core::str::from_utf8(bytes).unwrap()),
        }
    }
    let encoded = form.finish();
    let body = assemble(&encoded, &files);
    assert_eq!(encoded.length(|number| Some(files[number].len() as u64)), Some(body.len() as u64));
    parse(&encoded.content_type, body).unwrap_or_else(|| panic!("our own form is a form: {parts:?}"))
}

#[test]
fn forms_that_others_wrote_are_written_again() {
    let (Some(python), Some(busboy)) =
        (vectors("multipart-python-multipart"), vectors("multipart-busboy-fixtures"))
    else {
        return;
    };
    let mut bodies = Vec::new();
    for entry in fs::read_dir(python).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "http") {
            let head = fs::read_to_string(path.with_extension("yaml")).unwrap();
            let boundary = head.lines().find_map(|line| line.strip_prefix("boundary: ")).unwrap();
            bodies.push((path.clone(), boundary.trim_matches(['\'', '"']).to_owned()));
        }
    }
    for folder in ["many", "many-noend"] {
        let path = busboy.join(folder).join("original");
        let body = fs::read(&path).unwrap();
        let line = body.split(|byte| *byte == b'\r').next().unwrap();
        let boundary = String::from_utf8_lossy(&line[2..]).into_owned();
        bodies.push((path, boundary));
    }
    let mut tested = 0;
    for (path, boundary) in bodies {
        let content_type = format!("multipart/form-data; boundary=\"{boundary}\"");
        // What the parser refuses or cannot name has no parts to write again.
        let Some(parts) = parse(&content_type, fs::read(&path).unwrap()).filter(|parts| !parts.is_empty())
        else {
            continue;
        };
        let expected: Vec<Part> = parts
            .iter()
            .cloned()
            .map(|(name, file_name, content_type, bytes)| match file_name {
                // A text field has no type of its own in a form of the standard.
                None => (name, None, None, bytes),
                Some(file_name) => {
                    let content_type = content_type.or_else(|| Some("application/octet-stream".into()));
                    // An empty name is no name, as it is for a `Blob`.
                    let file_name = if file_name.is_empty() { "blob".into() } else { file_name };
                    (name, Some(file_name), content_type, bytes)
                }
            })
            .collect();
        assert_eq!(round_trip(&parts), expected, "{}", path.display());
        tested += 1;
    }
    assert!(tested >= 15, "only {tested} forms could be read");
}

/// What the standard makes of a name, and of a file name.
fn escaped(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

/// Whether the parser reads a quoted name as a browser writes it: it takes a backslash before any character as an
/// escape, and refuses control characters, which the standard has sent as they are ("must not perform any other
/// escapes"). Such names are compared in the bytes instead.
fn is_readable(name: &str) -> bool {
    !name.contains(|character: char| {
        character == '\\' || (character.is_ascii_control() && !"\r\n\t".contains(character))
    })
}

#[test]
fn naughty_texts_survive_a_form() {
    let Some(folder) = vectors("strings-blns") else { return };
    let texts = read_json(&folder.join("blns.json"));
    let mut texts: Vec<String> =
        texts.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect();
    texts.extend(
        ["a\rb\nc\r\nd\n\re", "\"", "\r\n\r\n--", "%22%0A", "ü\u{1f980}", " x ", ""].map(str::to_owned),
    );
    for text in &texts {
        let name = format!("f{text}");
        let parts: [Part; 2] = [
            (name.clone(), None, None, text.clone().into_bytes()),
            ("image".into(), Some(name.clone()), Some("image/png".into()), text.clone().into_bytes()),
        ];
        if is_readable(&name) {
            let read = round_trip(&parts);
            assert_eq!(read[0], (escaped(&crlf(&name)), None, None, crlf(text).into_bytes()), "{text:?}");
            assert_eq!(
                read[1],
                ("image".into(), Some(escaped(&name)), Some("image/png".into()), text.clone().into_bytes()),
                "{text:?}"
            );
        }
        let mut form = Form::new([1; 16]);
        form.file("image", &name, "image/png", 0);
        let body = String::from_utf8(assemble(&form.finish(), &[b""])).unwrap();
        assert!(
            body.contains(&format!("; filename=\"{}\"\r\nContent-Type: image/png\r\n\r\n", escaped(&name)))
        );
    }
    assert!(texts.len() > 400);
}

proptest::proptest! {
    #[test]
    fn any_form_is_read_back(
        parts in proptest::collection::vec(
            ("[a-z\\[\\]\r\n\"é]{1,8}", proptest::option::of("[ -\\[\\]-~\r\né]{1,8}"), ".{0,20}|[\r\n-]{0,9}"),
            1..5,
        ),
    ) {
        let parts: Vec<Part> = parts
            .into_iter()
            .map(|(name, file_name, text)| {
                let content_type = file_name.as_ref().map(|_| "image/webp".to_owned());
                (name, file_name, content_type, text.into_bytes())
            })
            .collect();
        let expected: Vec<Part> = parts
            .iter()
            .map(|(name, file_name, content_type, bytes)| {
                let bytes = match file_name {
                    Some(_) => bytes.clone(),
                    None => crlf(core::str::from_utf8(bytes).unwrap()).into_bytes(),
                };
                (escaped(&crlf(name)), file_name.as_deref().map(escaped), content_type.clone(), bytes)
            })
            .collect();
        proptest::prop_assert_eq!(round_trip(&parts), expected);
    }
}
