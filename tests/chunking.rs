//! The scanner gives the same items for every way to cut a reply into chunks, and the same as a slow reading does.
//!
//! The slow reading has the whole reply at once: it splits it into lines, parses each text with `serde_json`, and
//! decodes each image with the `base64` crate.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::format_collect,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod slow;

use gpt_image_edge::wire::scan::{Item, Limits, ScanError, ScanErrorKind, Scanner};
use proptest::prelude::*;

/// What a scanner said, in a form that can be kept.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    /// Bytes of an image: number, field, bytes, whether it was the last piece.
    Piece(u32, &'static str, Vec<u8>, bool),
    /// An event: name, data, last id, first and next image, why it is no JSON, kind, error.
    Message(String, String, String, (u32, u32), Option<ScanError>, String, bool),
    /// A comment line.
    Comment(String),
    /// A retry line.
    Retry(u64),
    /// `[DONE]`.
    Done,
    /// The whole body.
    Document(String, (u32, u32)),
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Json,
    Events,
}

fn note(item: &Item<'_>) -> Said {
    match item {
        Item::Piece(piece) => Said::Piece(piece.image, piece.field.name(), piece.bytes.to_vec(), piece.last),
        Item::Message(message) => Said::Message(
            message.event.into(),
            message.data.into(),
            message.last_event_id.into(),
            (message.images.start, message.images.end),
            message.no_json,
            message.kind.into(),
            message.error,
        ),
        Item::Comment(text) => Said::Comment((*text).into()),
        Item::Retry(ms) => Said::Retry(*ms),
        Item::Done => Said::Done,
        Item::Document(document) => {
            Said::Document(document.data.into(), (document.images.start, document.images.end))
        }
    }
}

fn scan<'a>(
    kind: Kind,
    limits: &Limits,
    chunks: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Said>, Option<ScanError>) {
    let mut scanner = match kind {
        Kind::Json => Scanner::json(limits),
        Kind::Events => Scanner::event_stream(limits),
    };
    let mut said = Vec::new();
    for mut chunk in chunks {
        loop {
            match scanner.feed(&mut chunk) {
                Ok(Some(item)) => said.push(note(&item)),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(scanner.feed(&mut chunk), Err(error), "an error is the last word");
                    return (said, Some(error));
                }
            }
        }
        assert!(chunk.is_empty(), "nothing is left behind");
    }
    loop {
        match scanner.finish() {
            Ok(Some(item)) => said.push(note(&item)),
            Ok(None) => return (said, None),
            Err(error) => return (said, Some(error)),
        }
    }
}

/// Small pieces, so that short images have several.
fn small() -> Limits {
    Limits { piece_bytes: 21, ..Limits::default() }
}

/// Scans whole, at every single cut, and byte by byte; answers what all of them said.
fn every_cut(kind: Kind, limits: &Limits, input: &[u8]) -> (Vec<Said>, Option<ScanError>) {
    let whole = scan(kind, limits, [input]);
    assert_eq!(scan(kind, limits, input.chunks(1)), whole, "byte by byte");
    for cut in 0..=input.len() {
        let (head, tail) = input.split_at(cut);
        assert_eq!(scan(kind, limits, [head, tail]), whole, "cut at {cut}");
    }
    whole
}

fn agrees_with_slow_reading(kind: Kind, input: &[u8], found: &(Vec<Said>, Option<ScanError>)) {
    let expected = match kind {
        Kind::Json => slow::json_body(input),
        Kind::Events => slow::event_stream(input),
    };
    let found_items = slow::join_pieces(&found.0);
    match expected {
        Ok(expected) => {
            assert_eq!(found.1, None, "{:?}", String::from_utf8_lossy(input));
            assert_eq!(
                slow::images_first(found_items),
                slow::images_first(expected),
                "{:?}",
                String::from_utf8_lossy(input)
            );
        }
        Err(before) => {
            assert!(found.1.is_some(), "accepted {:?}", String::from_utf8_lossy(input));
            // The scanner stops at the damage, the slow reading at the end of the event that holds it.
            let found_items = slow::images_first(slow::without_images(&found_items));
            let before = slow::images_first(before);
            let (same, later) = before.split_at(found_items.len().min(before.len()));
            assert_eq!(found_items, same, "{:?}", String::from_utf8_lossy(input));
            assert!(later.iter().all(slow::Found::is_aside), "{:?}", String::from_utf8_lossy(input));
        }
    }
}

/// Bodies that each hold one difficulty.
const BODIES: &[&str] = &[
    r#"{"created":1,"data":[{"b64_json":"aGVsbG8gd29ybGQsIHRoaXMgaXMgYW4gaW1hZ2U="}],"usage":{"total_tokens":7}}"#,
    r#"{"data":[{"b64_json":"aGVsbG8="},{"b64_json":"d29ybGQh"},{"b64_json":""}]}"#,
    "{\r\n  \"data\" : [ {\t\"b64_json\" :\n\"aGVs\" } ]\n}\n ",
    r#"{"b64\u005fjson":"aGVsbG8\u003d","b64_json2":"x","\u0062":"\"b64_json\":\"aGVs\""}"#,
    r#"{"b64_json":"\/\/\/\/\u002b\u002F\u002B+\u0061GVs"}"#,
    r#"{"b64_json":null,"partial_image_b64":["aGVs"],"imageBase64Data":{"b64_json":"aGVs"}}"#,
    r#"[{"taskType":"imageInference","imageBase64Data":"aGVsbG8h"},{"errors":[]}]"#,
    r#"{"type":"image_generation_call","result":"aGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8="}"#,
    r#"{"result":"aGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8=","n":1,"type":"image_generation_call","x":"y"}"#,
    r#"{"result":"\/\u002f\/\/","type":"image_generation\u005fcall"}"#,
    r#"{"result":"no base64 at all","type":"mcp_call"}"#,
    r#"{"result":"no base64 at all, and no type","x":{"result":"aGVs","type":"image_generation_call"}}"#,
    r#"{"type":"mcp_call","result":"plain \ud83e\udd80 \ud83e text"}"#,
    r#"{"output":[{"result":"aGVs","id":"a","type":"image_generation_call"},{"result":"aGVs"},{"type":"image_generation_call","result":null}]}"#,
    r#"{"a":{"result":"aGVs","b":{"result":"d29y","type":"image_generation_call"},"type":"image_generation_call"}}"#,
    r#"{"n":12345678901234567890123,"m":1e400,"k":-0.0e-5,"a":1,"a":2,"b64_json":"aGVs","b64_json":"d29y"}"#,
    "{\"text\":\"héllo € 🦀\",\"b64_json\":\"aGVs\"}",
    "\u{feff}{\"b64_json\":\"aGVs\"}",
    r#"{"error":{"message":"no","type":"invalid_request_error","param":null,"code":null}}"#,
    "[]",
    " true ",
    "-12.5e+3",
    r#""just text""#,
    // What is wrong.
    "",
    "{",
    r#"{"b64_json":"aGVsbG8"}"#,
    r#"{"b64_json":"aGVsbG8=="}"#,
    r#"{"b64_json":"aGVsbG9="}"#,
    r#"{"b64_json":"aGVs bG8="}"#,
    r#"{"b64_json":"aGVs=bG8"}"#,
    r#"{"b64_json":"aGVs\nbG8="}"#,
    r#"{"b64_json":"aGVs\u0141AAA"}"#,
    r#"{"b64_json":"aGVs\q"}"#,
    "{\"b64_json\":\"aGVs\nAAAA\"}",
    "{\"b64_json\":\"aGVs\u{e9}\"}",
    r#"{"result":"not base64","type":"image_generation_call"}"#,
    r#"{"b64_json":"aGVs""#,
    r#"{"b64_json":"aGVs"#,
    r#"{"a":1}x"#,
    r#"{"a":1,}"#,
    r#"{"a" 1}"#,
    "[1,]",
    "[01]",
    "[1.]",
    "[+1]",
    "[.5]",
    "[1e]",
    "[nul]",
    "[\"\u{1}\"]",
    "tru",
    "\u{feff}\u{feff}{}",
];

/// Event streams that each hold one difficulty.
const STREAMS: &[&str] = &[
    "event: image_generation.partial_image\ndata: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"aGVsbG8gd29ybGQh\",\"partial_image_index\":0}\n\nevent: image_generation.completed\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"aGVsbG8gd29ybGQsIHRoaXMgaXMgYW4gaW1hZ2U=\",\"usage\":{\"total_tokens\":1}}\n\n",
    "data: {\"b64_json\":\"aGVs\"}\r\n\r\ndata: [DONE]\r\n\r\ndata: ignored\r\n\r\n",
    "data: {\"b64_json\":\r\rdata: x\r\r",
    "data: {\"a\":1}\r\rdata: {\"b64_json\":\"aGVs\"}\r\r",
    "data: {\"a\":\ndata: 1,\ndata:\"b64_json\":\ndata:  \"aGVs\"}\n\n",
    "\u{feff}: hello\nretry: 1500\nretry: x1\nid: 1\ndata: {}\n\nid\ndata: {}\n\n:\n:x\n\n",
    "\u{feff}\u{feff}data: {}\n\ndata: 1\n\n",
    "\u{feff}data\n\n",
    "data: hello\n\ndata\n\ndata\ndata\n\nevent: x\n\nevent: y\ndata: {\"a\":\n\ndatax: 1\n dat: 2\n\n",
    "data: {\"error\":{\"message\":\"no\"}}\n\ndata: {\"error\":null}\n\ndata: {\"error\":\"\"}\n\ndata: {\"x\":{\"error\":1}}\n\ndata: {\"error\":0.0}\n\ndata: {\"error\":0.5}\n\ndata: {\"error\":false}\n\n",
    "event: error\ndata: {\"error\":{\"message\":\"late\"}}\n\n",
    "data: {\"type\":\"response.output_item.done\",\"item\":{\"result\":\"aGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8=\",\"type\":\"image_generation_call\"}}\n\n",
    "data: {\"result\":\"aGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8gaGVsbG8=\",\"type\":\"image_generation_call\"\n\n",
    // At the end, without a blank line.
    "data: {\"b64_json\":\"aGVs\"}",
    "data: {\"b64_json\":\"aGVs\"}\n",
    "data: {\"b64_json\":\"aGVs\"}\nid: 7",
    "data: {\"b64_json\":\"aGVs\"",
    "data: {\"b64_json\":\"aGV",
    "data: 12",
    "data: 12\ndata\n",
    "data: [DONE]",
    "data: hello",
    "event: x",
    ": hb",
    "",
    // Damage inside an image.
    "data: {\"b64_json\":\"aGVs\n\n",
    "data: {\"b64_json\":\"aGVs\ndata: aGVs\"}\n\n",
    "data: {\"b64_json\":\"aGVs!\"}\n\n",
    "data: {\"b64_json\":\"aGVs\"} x\n\n",
    "data: {\"a\":\"b\"} {\"b64_json\":\"aGVs\"}\n\n",
    "data: \"\\q\"\n\ndata: \"\\u12\n\ndata: {\"result\":\"a\\x\"\n\n",
];

#[test]
fn bodies_at_every_cut() {
    for body in BODIES {
        for limits in [small(), Limits { piece_bytes: 3, ..Limits::default() }, Limits::default()] {
            let found = every_cut(Kind::Json, &limits, body.as_bytes());
            agrees_with_slow_reading(Kind::Json, body.as_bytes(), &found);
        }
    }
}

#[test]
fn streams_at_every_cut() {
    for stream in STREAMS {
        for line_end in ["\n", "\r\n", "\r"] {
            let stream = stream.replace("\r\n", "\n").replace('\r', "\n").replace('\n', line_end);
            for limits in [small(), Limits { piece_bytes: 3, ..Limits::default() }, Limits::default()] {
                let found = every_cut(Kind::Events, &limits, stream.as_bytes());
                agrees_with_slow_reading(Kind::Events, stream.as_bytes(), &found);
            }
        }
        agrees_with_slow_reading(
            Kind::Events,
            stream.as_bytes(),
            &every_cut(Kind::Events, &small(), stream.as_bytes()),
        );
    }
}

#[test]
fn bytes_that_are_no_text_at_every_cut() {
    for input in [
        &b"data: {\"a\":\"\xff\xe2\x82\",\"b64_json\":\"aGVs\"}\n\nevent: \xf0\x9f\ndata: \xc0\xaf\n\n"[..],
        b"\xef\xbbdata: {}\n\ndata: {}\n\n",
        b"\xef\xbb\xbf\xefdata: {}\n\nid: a\x00b\ndata: {}\n\n",
        b": \xff\n",
    ] {
        let found = every_cut(Kind::Events, &small(), input);
        agrees_with_slow_reading(Kind::Events, input, &found);
    }
    for input in
        [&b"{\"a\":\"\xff\xe2\x82\",\"b64_json\":\"aGVs\"}"[..], b"{\"b64_json\":\"aG\xffs\"}", b"\xef\xbb{}"]
    {
        let found = every_cut(Kind::Json, &small(), input);
        agrees_with_slow_reading(Kind::Json, input, &found);
    }
}

#[test]
fn a_bare_carriage_return_ends_an_event_at_once() {
    let mut scanner = Scanner::event_stream(&Limits::default());
    let mut chunk = &b"data: {}\r\r"[..];
    assert!(matches!(scanner.feed(&mut chunk), Ok(Some(Item::Message(_)))));
}

#[test]
fn every_limit_is_an_error_of_its_name_at_the_same_byte() {
    let base = || Limits { piece_bytes: 6, ..Limits::default() };
    let image = r#"{"b64_json":"aGVsbG8gd29ybGQh"}"#;
    let held = r#"{"result":"aGVsbG8gd29ybGQh","type":"image_generation_call"}"#;
    for (kind, limits, input, expected) in [
        (Kind::Json, Limits { image_bytes: 12, ..base() }, image, None),
        (Kind::Json, Limits { image_bytes: 11, ..base() }, image, Some((ScanErrorKind::ImageTooLarge, 25))),
        (Kind::Json, Limits { image_bytes: 12, ..base() }, held, None),
        (Kind::Json, Limits { image_bytes: 6, ..base() }, held, Some((ScanErrorKind::ImageTooLarge, 23))),
        (Kind::Json, Limits { rest_bytes: 16, ..base() }, image, None),
        (Kind::Json, Limits { rest_bytes: 15, ..base() }, image, Some((ScanErrorKind::RestTooLarge, 30))),
        (
            Kind::Json,
            Limits { rest_bytes: 5, ..base() },
            "[\"abcdef\"]",
            Some((ScanErrorKind::RestTooLarge, 5)),
        ),
        (Kind::Json, Limits { event_bytes: 31, ..base() }, image, None),
        (Kind::Json, Limits { event_bytes: 30, ..base() }, image, Some((ScanErrorKind::EventTooLarge, 30))),
        (Kind::Json, Limits { depth: 2, ..base() }, "[[]]", None),
        (Kind::Json, Limits { depth: 1, ..base() }, "[[]]", Some((ScanErrorKind::TooDeep, 1))),
        (Kind::Events, Limits { event_bytes: 10, ..base() }, "data: {}\n\ndata: {}\n\n\n\n:123456\n\n", None),
        (
            Kind::Events,
            Limits { event_bytes: 10, ..base() },
            "data: {}\n\ndata: {} \n\n",
            Some((ScanErrorKind::EventTooLarge, 20)),
        ),
        (Kind::Events, Limits { line_bytes: 3, ..base() }, ":123\n\nevent: 123\ndata: {}\n\n", None),
        (Kind::Events, Limits { line_bytes: 3, ..base() }, ": 1234\n", Some((ScanErrorKind::LineTooLong, 5))),
        (Kind::Events, Limits { line_bytes: 3, ..base() }, "unknown: 1234\n\n", None),
        (
            Kind::Events,
            Limits { rest_bytes: 3, ..base() },
            "data: {} \n\ndata: 12\ndata: 1\n\n",
            Some((ScanErrorKind::RestTooLarge, 26)),
        ),
    ] {
        let (_, error) = every_cut(kind, &limits, input.as_bytes());
        assert_eq!(error.map(|error| (error.kind, error.offset)), expected, "{input} under {limits:?}");
    }
}

#[test]
fn errors_name_the_byte() {
    for (body, kind, offset) in [
        (r#"{"b64_json":"aGVs bG8="}"#, "base64_bad_character", 17),
        (r#"{"b64_json":"aGVsbG8"}"#, "base64_unpadded", 20),
        (r#"{"b64_json":"aGVsbG9="}"#, "base64_trailing_bits", 20),
        (r#"{"b64_json":"aGVsbG8=="}"#, "base64_bad_padding", 21),
        (r#"{"b64_json":"aGVsbG8=","a":tru!}"#, "invalid_json", 30),
        (r#"{"b64_json":"aGVsbG8=""#, "truncated", 22),
    ] {
        let (_, error) = every_cut(Kind::Json, &Limits::default(), body.as_bytes());
        let error = error.unwrap();
        assert_eq!((error.kind.name(), error.offset), (kind, offset), "{body}");
    }
}

#[test]
fn recorded_replies_at_many_cuts() {
    let Some(generation) = slow::recorded("generations-gpt-image-1.json") else { return };
    let body = serde_json::to_string_pretty(&generation["body"]).unwrap();
    let limits = Limits::default();
    let whole = scan(Kind::Json, &limits, [body.as_bytes()]);
    agrees_with_slow_reading(Kind::Json, body.as_bytes(), &whole);
    for size in [1, 1000, 1 << 16] {
        assert_eq!(scan(Kind::Json, &limits, body.as_bytes().chunks(size)), whole, "chunks of {size}");
    }
    // The same with most of the picture left out, at every single cut.
    let start = body.find("b64_json").unwrap() + 1000;
    let end = body.rfind("output_format").unwrap() - 1000;
    let short = body[..start].to_owned() + &body[end - (end - start) % 4..];
    let found = every_cut(Kind::Json, &small(), short.as_bytes());
    agrees_with_slow_reading(Kind::Json, short.as_bytes(), &found);
    assert!(found.1.is_none(), "whole groups were left out");

    let Some(stream) = slow::recorded("responses-stream-events.json") else { return };
    let text: String = stream["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let event = event.to_string();
            // The base64 in the recording is cut by an ellipsis, which no decoder should take: without it and what
            // follows up to a whole group, it is the beginning and the end of a picture.
            let whole = event.split("...").map(str::to_owned).reduce(|head, tail| {
                let start = head.rfind('"').unwrap() + 1;
                let excess = (head.len() - start + tail.find('"').unwrap()) % 4;
                head + &tail[excess..]
            });
            format!("event: x\ndata: {}\n\n", whole.unwrap())
        })
        .collect();
    let found = every_cut(Kind::Events, &small(), text.as_bytes());
    agrees_with_slow_reading(Kind::Events, text.as_bytes(), &found);
    assert!(
        found.0.iter().filter(|said| matches!(said, Said::Piece(.., true))).count() >= 3,
        "images were found"
    );
}

/// JSON in which everything that matters is likely.
fn any_json() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[a-z\\\\\"/\u{20ac}\u{1f980}\u{0}\n]{0,6}",
        Just("image_generation_call".to_owned()),
        "([A-Za-z0-9+/]{4}){0,30}",
        "([A-Za-z0-9+/]{4}){0,3}[A-Za-z0-9+/][AQgw]==",
    ];
    let string = (text, 0..3_u8).prop_map(|(text, style)| {
        let plain = serde_json::to_string(&text).unwrap();
        match style {
            0 => plain,
            1 => plain.replace('/', "\\/"),
            _ => {
                let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
                format!("\"{escaped}\"")
            }
        }
    });
    let scalar = prop_oneof![
        4 => string,
        1 => prop_oneof![Just("null"), Just("true"), Just("false"), Just("-0.5e3"), Just("98765432109876543210")]
            .prop_map(str::to_owned),
    ];
    let key = prop_oneof![
        4 => prop_oneof![
            Just("b64_json"),
            Just("result"),
            Just("type"),
            Just("partial_image_b64"),
            Just("imageBase64Data"),
            Just("error"),
        ]
        .prop_map(str::to_owned),
        1 => "[a-z]{0,3}",
    ];
    scalar.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(" , "))),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|fields| {
                let fields: Vec<_> =
                    fields.iter().map(|(key, value)| format!("\"{key}\" :\t{value}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

/// A stream of lines in which everything that matters is likely.
fn any_stream() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        6 => any_json().prop_map(|json| format!("data: {json}")),
        2 => Just(String::new()),
        1 => prop_oneof![
            Just("data"),
            Just("data:"),
            Just("data: hello"),
            Just("event: error"),
            Just("event:x"),
            Just("id: 7"),
            Just("id"),
            Just("retry: 10"),
            Just(": heartbeat"),
            Just("foo: bar"),
            Just("data: {"),
            Just("data: }"),
        ]
        .prop_map(str::to_owned),
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\n\n"), Just("\r\n\r\n"), Just("\r\r")];
    prop::collection::vec((line, end), 0..8)
        .prop_map(|lines| lines.into_iter().flat_map(|(line, end)| (line + end).into_bytes()).collect())
}

/// The input in chunks that end at these fractions of it.
fn cut_at<'a>(input: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
    places.sort_unstable();
    let mut chunks = Vec::new();
    let mut start = 0;
    for place in places.into_iter().chain([input.len()]) {
        chunks.push(&input[start..place]);
        start = place;
    }
    chunks
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_body_at_any_cuts(json in any_json(), piece in 1..40_usize, cuts: [prop::sample::Index; 6]) {
        let limits = Limits { piece_bytes: piece, ..Limits::default() };
        let whole = scan(Kind::Json, &limits, [json.as_bytes()]);
        agrees_with_slow_reading(Kind::Json, json.as_bytes(), &whole);
        prop_assert_eq!(scan(Kind::Json, &limits, cut_at(json.as_bytes(), &cuts)), whole.clone());
        prop_assert_eq!(scan(Kind::Json, &limits, json.as_bytes().chunks(1)), whole);
    }

    #[test]
    fn any_stream_at_any_cuts(stream in any_stream(), piece in 1..40_usize, cuts: [prop::sample::Index; 6]) {
        let limits = Limits { piece_bytes: piece, ..Limits::default() };
        let whole = scan(Kind::Events, &limits, [stream.as_slice()]);
        agrees_with_slow_reading(Kind::Events, &stream, &whole);
        prop_assert_eq!(scan(Kind::Events, &limits, cut_at(&stream, &cuts)), whole.clone());
        prop_assert_eq!(scan(Kind::Events, &limits, stream.chunks(1)), whole);
    }

    #[test]
    fn damaged_bytes_at_any_cuts(
        json in any_json(),
        damage: [(prop::sample::Index, u8); 2],
        cuts: [prop::sample::Index; 3],
        tight in 0..4_u8,
    ) {
        let mut bytes = format!("data: {json}\n\n").into_bytes();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let limits = match tight {
            0 => Limits { image_bytes: 9, piece_bytes: 6, ..Limits::default() },
            1 => Limits { rest_bytes: 40, event_bytes: 90, ..Limits::default() },
            2 => Limits { depth: 2, line_bytes: 4, ..Limits::default() },
            _ => Limits::default(),
        };
        for (kind, bytes) in [(Kind::Events, bytes.as_slice()), (Kind::Json, &bytes[6..])] {
            let whole = scan(kind, &limits, [bytes]);
            prop_assert_eq!(scan(kind, &limits, cut_at(bytes, &cuts)), whole.clone());
            prop_assert_eq!(scan(kind, &limits, bytes.chunks(1)), whole);
        }
    }

    #[test]
    fn any_soup_at_any_cuts(
        soup in "(\\{|\\}|\\[|\\]|\"|:|,|b64_json|result|type|image_generation_call|\\\\|u00|4|1|=|A{4}| |\n|\r|data|event|id|-|e|\\.|0|null|true|\u{feff}|é){0,24}",
        cuts: [prop::sample::Index; 3],
    ) {
        for kind in [Kind::Json, Kind::Events] {
            let whole = scan(kind, &small(), [soup.as_bytes()]);
            agrees_with_slow_reading(kind, soup.as_bytes(), &whole);
            prop_assert_eq!(scan(kind, &small(), cut_at(soup.as_bytes(), &cuts)), whole.clone());
            prop_assert_eq!(scan(kind, &small(), soup.as_bytes().chunks(1)), whole);
        }
    }
}
