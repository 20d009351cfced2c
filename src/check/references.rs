//! Pictures by reference: `{image_url}` or `{file_id}`, in the JSON body of an edit and in responses.

use super::checker::Checker;
use super::code::Code;
use super::context::ImageFacts;
use super::images::{count, image, item};
use super::message::{given, integer, join};
use super::report::PathItem;
use super::shape::typed;
use crate::catalog::model::EditRule;
use crate::picture::{HEAD_BYTES, Problem, inspect};
use crate::request::{DataUrl, Field, Value};

/// The longest `image_url` of models the catalogue does not know, in characters. Source: the published description,
/// `ImageRefParam` (2026-08-21).
const SHARED_MAX_CHARS: u32 = 20_971_520;

pub(super) fn check(checker: &mut Checker<'_>, rule: Option<EditRule>) {
    if checker.fields.get(Field::Images).is_none() {
        let message = "is needed: the pictures to edit, by image_url or file_id";
        checker.issue(Code::Required, Field::Images, message);
        return;
    }
    if rule.is_some_and(|rule| !rule.json_body) {
        let message = "this model takes pictures as files in a form only";
        checker.issue(Code::UnsupportedParameter, Field::Images, message);
        return;
    }
    if !typed(checker, Field::Images) {
        return;
    }
    let context = checker.context;
    let Some(items) = checker.fields.get(Field::Images).and_then(Value::as_array) else { return };
    count(checker, Field::Images, items.len(), rule);
    for (index, value) in items.iter().enumerate() {
        if checker.is_full() {
            break;
        }
        let path = item(Field::Images, index);
        if let Some((own, declared)) = reference(checker, &path, value, rule) {
            let known = context.images.get(index).copied().filter(|facts| facts.info.is_some());
            image(checker, &path, declared, known.unwrap_or(own), rule);
        }
    }
}

/// One reference. Answers what it tells of its picture and the media type it declares, where it is well formed.
pub(super) fn reference<'v>(
    checker: &mut Checker<'_>,
    path: &[PathItem],
    value: &'v Value,
    rule: Option<EditRule>,
) -> Option<(ImageFacts, &'v str)> {
    let text = |name| value.get(name).and_then(Value::as_str);
    let exact = value.as_object().is_some_and(|fields| fields.len() == 1);
    let (url, file) = (text("image_url"), text("file_id"));
    if !exact || url.is_some() == file.is_some() {
        let message = "must be an object with exactly one of image_url and file_id, as text";
        checker.at(Code::InvalidReference, path.to_vec(), Some(given(value)), message);
        return None;
    }
    let Some(url) = url else { return Some((ImageFacts::default(), "")) };
    let max = rule.map_or(SHARED_MAX_CHARS, |rule| rule.max_image_url_chars);
    address(checker, path, url, max).then(|| {
        let declared = DataUrl::parse(url).map_or("", |url| url.media_type);
        (facts(url), declared)
    })
}

/// An `image_url` at `path`. Tells whether the API can follow it.
pub(super) fn address(checker: &mut Checker<'_>, path: &[PathItem], url: &str, max_chars: u32) -> bool {
    let mut path = path.to_vec();
    path.push(PathItem::Key("image_url".into()));
    let shown = Some(Value::from(url.get(..url.len().min(200)).unwrap_or_default().to_owned()));
    // Bytes are never fewer than characters, so short addresses need no counting.
    if url.len() > max_chars as usize && url.chars().count() > max_chars as usize {
        let message =
            join(&["is too long; at most ", &integer(i64::from(max_chars)), " characters are accepted"]);
        checker.at(Code::UrlTooLong, path, shown, &message);
        return false;
    }
    let is_image = DataUrl::parse(url)
        .is_some_and(|url| url.media_type.get(..6).is_some_and(|kind| kind.eq_ignore_ascii_case("image/")));
    let is_https =
        url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) && url.len() > 8;
    if is_image || is_https {
        return true;
    }
    let message = "must be an https address or a data URL of an image (data:image/png;base64,…)";
    checker.at(Code::InvalidUrl, path, shown, message);
    false
}

/// What a data URL tells of its picture; nothing where the address is of another kind.
pub(super) fn facts(url: &str) -> ImageFacts {
    DataUrl::parse(url).map_or_else(ImageFacts::default, within)
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
