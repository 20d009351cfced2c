//! What an error reply says, whatever its shape.
//!
//! | who answers | shape |
//! | --- | --- |
//! | `OpenAI` | `{"error":{"message","type","param","code","moderation_details":{"moderation_stage","categories"}}}` |
//! | its event streams | the same under `event: error`, or flat: `{"type":"error","code","message","param"}` |
//! | its Responses API | `{"response":{"error":{"code","message"}}}`, or the `error` of an item |
//! | the same, cut short | `{"response":{"incomplete_details":{"reason"}}}` |
//! | Runware | `{"errors":[{"code","message","parameter","taskUUID"}]}`, or `{"error":{…},"taskUUID"}` |
//! | gateways | `{"error":"text"}`, `{"message"}`, `{"detail"}`, RFC 9457 `{"title","detail"}`, a list of one of these |
//! | proxies | an HTML page, plain text, or nothing |

use serde::Serialize;

use super::headers::trim;
use super::json;
use crate::digits::{integer, push_integer};
use crate::request::Value;
use crate::text::concat;

/// An error of the API. What the reply does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ApiProblem {
    /// What went wrong, for a person. Never empty; cut after 2,000 characters.
    pub message: String,
    /// The family: `invalid_request_error`, `image_generation_user_error`, …
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The field that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// The word to branch on: `rate_limit_exceeded`, `moderation_blocked`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why a prompt or picture was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderation: Option<Moderation>,
}

/// Why a prompt or picture was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Moderation {
    /// `input`, `output` or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// What it was refused for: `violence`, `sexual`, …
    pub categories: Vec<String>,
}

/// Characters of a message that are kept: a proxy may answer with a book.
const MESSAGE_CHARACTERS: usize = 2000;
/// Characters of every other text.
const WORD_CHARACTERS: usize = 200;
/// Bytes of the body that are looked at.
const BODY_BYTES: usize = 256 << 10;

/// Reads the body of an error reply. It always has something to say, if only the status.
pub fn read(status: u16, body: &[u8]) -> ApiProblem {
    let text = super::utf8::lossy(body.get(..BODY_BYTES).unwrap_or(body));
    let text = trim(text.trim_start_matches('\u{feff}'));
    of_reply(status, json::parse(text).as_ref(), text)
}

/// The same of a body that somebody else has decoded and parsed; `value` is `None` where its text is no JSON.
pub fn of_reply(status: u16, value: Option<&Value>, text: &str) -> ApiProblem {
    let mut problem = ApiProblem::default();
    if value.is_some_and(|value| tells(value, &mut problem)) {
        return problem;
    }
    let text = trim(text);
    let page;
    let said = if text.starts_with('<') {
        page = page_text(text);
        &page
    } else {
        text
    };
    let mut message = "the server answered ".to_owned();
    push_integer(&mut message, i64::from(status));
    message.push_str(if said.is_empty() { " and said nothing about it" } else { ": " });
    message.push_str(said);
    problem.message = cut(&message, MESSAGE_CHARACTERS);
    problem
}

/// Reads an error out of JSON text, such as the data of an event; `None` when there is none in it.
pub fn from_json(text: &str) -> Option<ApiProblem> {
    from_value(&json::parse(text)?)
}

/// Reads an error out of a value; `None` when there is none in it.
pub fn from_value(value: &Value) -> Option<ApiProblem> {
    let mut problem = ApiProblem::default();
    if tells(value, &mut problem) { Some(problem) } else { None }
}

/// Fills in what a value tells of an error, and answers whether it tells of one.
pub(crate) fn tells(value: &Value, problem: &mut ApiProblem) -> bool {
    // A few levels of wrapping are unwrapped by these calls; whoever parsed it bounds how deep they go.
    if let Value::Array(items) = value {
        return items.iter().any(|item| tells(item, problem));
    }
    let text = value.get("error").and_then(Value::as_str).unwrap_or_default();
    if !text.is_empty() {
        // `{"error":"invalid_token","error_description":"…"}`: the first is then the code.
        problem.message = match word(value, &["error_description", "message", "detail"]) {
            Some(described) => {
                problem.code = Some(cut(text, WORD_CHARACTERS));
                described
            }
            None => cut(text, MESSAGE_CHARACTERS),
        };
        return true;
    }
    if ["error", "errors", "response"]
        .iter()
        .filter_map(|key| value.get(key))
        .any(|inner| tells(inner, problem))
    {
        return true;
    }
    // A response that ended early says only why.
    let incomplete = value.get("incomplete_details").and_then(|details| word(details, &["reason"]));
    if let Some(reason) = &incomplete {
        problem.message = concat(&["the response is incomplete: ", reason]);
        problem.code = incomplete;
        return true;
    }
    let code = word(value, &["code"]);
    let Some(message) = message(value).or_else(|| code.clone()) else { return false };
    *problem = ApiProblem {
        message,
        kind: word(value, &["type"]).filter(|kind| kind != "error"),
        param: words(value, &["param", "parameter"]),
        code,
        moderation: value.get("moderation_details").and_then(moderation),
    };
    true
}

/// What an error object says to a person.
fn message(value: &Value) -> Option<String> {
    ["message", "detail", "msg", "title"].iter().find_map(|key| match value.get(key)? {
        Value::String(text) => {
            let text = trim(text);
            if text.is_empty() { None } else { Some(cut(text, MESSAGE_CHARACTERS)) }
        }
        // FastAPI: a list of what is wrong.
        Value::Array(items) => items.iter().find_map(|item| word(item, &["msg", "message"])),
        _ => None,
    })
}

fn moderation(details: &Value) -> Option<Moderation> {
    details.as_object()?;
    let mut categories = Vec::new();
    for category in texts(details.get("categories")).take(50) {
        crate::text::add(&mut categories, cut(category, WORD_CHARACTERS));
    }
    Some(Moderation { stage: word(details, &["moderation_stage"]), categories })
}

/// The first of these fields that says something; whole numbers as their digits.
fn word(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match value.get(key)? {
        Value::String(text) if !text.is_empty() => Some(cut(text, WORD_CHARACTERS)),
        other => other.as_integer().map(integer),
    })
}

/// As [`word`], but a list is its items with commas.
fn words(value: &Value, keys: &[&str]) -> Option<String> {
    let list = keys.iter().filter_map(|key| value.get(key)).find(|value| value.as_array().is_some());
    let mut names = String::new();
    for (index, name) in texts(list).take(20).enumerate() {
        if index > 0 {
            names.push_str(", ");
        }
        names.push_str(name);
    }
    if names.is_empty() { word(value, keys) } else { Some(cut(&names, WORD_CHARACTERS)) }
}

/// The texts of a list.
fn texts(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).unwrap_or_default().iter().filter_map(Value::as_str)
}

fn cut(text: &str, characters: usize) -> String {
    let first = first(text, characters);
    let mut kept = first.to_owned();
    if first.len() < text.len() {
        kept.push('…');
    }
    kept
}

/// So many characters of a text; each begins with a byte that goes on with none.
fn first(text: &str, characters: usize) -> &str {
    let mut begun = 0_usize;
    let end = text.bytes().position(|byte| {
        begun = begun.saturating_add(usize::from(byte & 0xc0 != 0x80));
        begun > characters
    });
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// What the title of a page says; the text of the page where it has none.
fn page_text(page: &str) -> String {
    let title = without_tags(title(page).unwrap_or_default());
    if title.is_empty() { without_tags(first(page, MESSAGE_CHARACTERS)) } else { title }
}

fn title(page: &str) -> Option<&str> {
    // By bytes: the search for a text in a text brings three times its weight in code.
    let start = page.as_bytes().windows(6).position(|window| window.eq_ignore_ascii_case(b"<title"))?;
    let tag = page.get(start..)?;
    let title = tag.get(tag.bytes().position(|byte| byte == b'>')?.saturating_add(1)..)?;
    title.get(..title.bytes().position(|byte| byte == b'<')?)
}

/// The words of a page on one line.
fn without_tags(page: &str) -> String {
    let mut line = String::new();
    let mut inside_tag = false;
    let mut after_space = false;
    for character in page.chars() {
        if character == '<' {
            inside_tag = true;
        } else if inside_tag {
            inside_tag = character != '>';
            after_space = true;
        } else if character.is_whitespace() {
            after_space = true;
        } else {
            if after_space && !line.is_empty() {
                line.push(' ');
            }
            after_space = false;
            line.push(character);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{ApiProblem, Moderation, read};

    fn problem(message: &str, kind: &str, param: &str, code: &str) -> ApiProblem {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        ApiProblem {
            message: message.into(),
            kind: some(kind),
            param: some(param),
            code: some(code),
            moderation: None,
        }
    }

    #[test]
    fn every_shape_is_read() {
        for (body, expected) in [
            (
                r#"{"error":{"message":"Unknown parameter: 'response_format'.","type":"invalid_request_error","param":"response_format","code":"unknown_parameter"}}"#,
                problem(
                    "Unknown parameter: 'response_format'.",
                    "invalid_request_error",
                    "response_format",
                    "unknown_parameter",
                ),
            ),
            (r#"{"error":{"message":"no","type":null,"param":null,"code":null}}"#, problem("no", "", "", "")),
            (
                r#"{"type":"error","code":"server_error","message":"late","param":null,"sequence_number":3}"#,
                problem("late", "", "", "server_error"),
            ),
            (
                r#"{"type":"response.failed","response":{"id":"x","error":{"code":"server_error","message":"broke"}}}"#,
                problem("broke", "", "", "server_error"),
            ),
            (
                r#"{"type":"response.incomplete","response":{"error":null,"incomplete_details":{"reason":"max_output_tokens"}}}"#,
                problem("the response is incomplete: max_output_tokens", "", "", "max_output_tokens"),
            ),
            (
                r#"{"errors":[{"code":"invalidApiKey","message":"bad key","parameter":"apiKey","taskUUID":"u"}]}"#,
                problem("bad key", "", "apiKey", "invalidApiKey"),
            ),
            (
                r#"{"errors":[{"code":"missing","message":"both","parameter":["width","height"]}]}"#,
                problem("both", "", "width, height", "missing"),
            ),
            (r#"{"error":{"code":429,"message":"slow"}}"#, problem("slow", "", "", "429")),
            (r#"{"error":"nope"}"#, problem("nope", "", "", "")),
            (
                r#"{"error":"invalid_token","error_description":"expired"}"#,
                problem("expired", "", "", "invalid_token"),
            ),
            (r#"{"message":"Not Found","code":404}"#, problem("Not Found", "", "", "404")),
            (r#"{"detail":"Method Not Allowed"}"#, problem("Method Not Allowed", "", "", "")),
            (
                r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#,
                problem("field required", "", "", ""),
            ),
            (
                r#"{"type":"about:blank","title":"Bad Gateway","status":502}"#,
                problem("Bad Gateway", "about:blank", "", ""),
            ),
            (r#"[{"error":{"message":"listed"}}]"#, problem("listed", "", "", "")),
            (r#"{"error":{"code":"only_a_code"}}"#, problem("only_a_code", "", "", "only_a_code")),
            ("", problem("the server answered 502 and said nothing about it", "", "", "")),
            ("upstream timed out", problem("the server answered 502: upstream timed out", "", "", "")),
            (
                "\u{feff}<!DOCTYPE html><html><head><Title lang=en> 502\n Bad   Gateway</title></head><body>x",
                problem("the server answered 502: 502 Bad Gateway", "", "", ""),
            ),
            (
                "<html><body><h1>No title</h1><p>here</p>",
                problem("the server answered 502: No title here", "", "", ""),
            ),
            ("<title", problem("the server answered 502 and said nothing about it", "", "", "")),
            (r#"{"error":null}"#, problem(r#"the server answered 502: {"error":null}"#, "", "", "")),
            ("{\"error\":{", problem("the server answered 502: {\"error\":{", "", "", "")),
        ] {
            assert_eq!(read(502, body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn moderation_says_where_and_why() {
        let body = r#"{"error":{"message":"blocked","type":"image_generation_user_error","code":"moderation_blocked",
            "moderation_details":{"moderation_stage":"output","categories":["violence",7,"sexual"]}}}"#;
        assert_eq!(
            read(400, body.as_bytes()).moderation,
            Some(Moderation {
                stage: Some("output".into()),
                categories: vec!["violence".into(), "sexual".into()]
            })
        );
    }

    #[test]
    fn long_texts_are_cut() {
        let long = "é".repeat(5000);
        assert_eq!(read(500, long.as_bytes()).message.chars().count(), 2001);
        let body = format!(r#"{{"error":{{"message":"{long}","code":"{long}"}}}}"#);
        let problem = read(500, body.as_bytes());
        assert_eq!(problem.message.chars().count(), 2001);
        assert_eq!(problem.code.unwrap().chars().count(), 201);
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn any_bytes_have_a_message(status: u16, body: Vec<u8>) {
            proptest::prop_assert!(!read(status, &body).message.is_empty());
        }

        #[test]
        fn any_page_has_a_message(body in "(<|>|title|TITLE|/| |a|é|\u{130}){0,30}") {
            proptest::prop_assert!(!read(502, body.as_bytes()).message.is_empty());
        }
    }
}
