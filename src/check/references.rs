//! Pictures by reference: `{image_url}` or `{file_id}`, in the JSON body of an edit and in responses.

use super::checker::Checker;
use super::code::Code;
use super::context::ImageFacts;
use super::images::Picture;
use super::message::Part;
use super::prompt::characters;
use super::report::{PathItem, joined};
use crate::picture::{HEAD_BYTES, Problem, inspect};
use crate::request::data_url::begins;
use crate::request::{DataUrl, Value};

/// Looks at a reference. Tells whether it is well formed.
pub(super) fn reference<'p>(
    checker: &mut Checker<'_>,
    picture: &mut Picture<'p>,
    value: &'p Value,
    max_chars: u32,
) -> bool {
    // A length alone is that of a file; what stands behind a reference is known by its header or not at all.
    if picture.facts.info.is_none() {
        picture.facts = ImageFacts::default();
    }
    let text = |name| value.get(name).and_then(Value::as_str);
    let fields = value.as_object().map_or(0, <[_]>::len);
    match (text("image_url"), text("file_id")) {
        (Some(url), None) if fields == 1 => address(checker, picture, url, max_chars),
        (None, Some(_)) if fields == 1 => true,
        _ => {
            let message = "must be an object with exactly one of image_url and file_id, as text";
            checker.issue_at_with(Code::InvalidReference, picture.path, Some(value), message, &[]);
            false
        }
    }
}

/// Looks at an `image_url`. Tells whether the API can follow it.
pub(super) fn address<'p>(
    checker: &mut Checker<'_>,
    picture: &mut Picture<'p>,
    url: &'p str,
    max_chars: u32,
) -> bool {
    let limit = [Part::Number(i64::from(max_chars))];
    // Bytes are never fewer than characters, so short addresses need no counting.
    let (code, template, parts) = if url.len() > max_chars as usize && characters(url) > max_chars as usize {
        (Code::UrlTooLong, "is too long; at most {} characters are accepted", limit.as_slice())
    } else {
        told(picture, url);
        if begins(picture.declared, "image/") || (begins(url, "https://") && url.len() > 8) {
            return true;
        }
        let message = "must be an https address or a data URL of an image (data:image/png;base64,…)";
        (Code::InvalidUrl, message, [].as_slice())
    };
    let path = joined(picture.path, &[PathItem::Key("image_url".into())]);
    checker
        .issue_at_with(code, &path, None, template, parts)
        .given_text(url.get(..url.len().min(200)).unwrap_or_default());
    false
}

/// Adds what a data URL tells of its picture; nothing where the address is of another kind.
pub(super) fn told<'p>(picture: &mut Picture<'p>, url: &'p str) {
    if let Some(url) = DataUrl::parse(url) {
        picture.declared = url.media_type;
        if picture.facts.info.is_none() {
            picture.facts = within(url);
        }
    }
}

/// What a data URL tells of its picture.
pub(super) fn within(url: DataUrl<'_>) -> ImageFacts {
    let bytes = url.bytes();
    let mut info = None;
    for near in NEAR_BYTES {
        let found = inspect(&url.head(near));
        let whole = bytes <= near as u64;
        if whole || !matches!(found, Err(Problem::Truncated(_))) {
            info = Some(found);
            break;
        }
    }
    ImageFacts { bytes: Some(bytes), info, transparency: None }
}

/// So far a header is looked for, and then further: a photograph with a large thumbnail or profile has its size behind
/// them. What is looked at is held in memory.
const NEAR_BYTES: [usize; 3] = [4 * 1024, HEAD_BYTES, 1024 * 1024];
