//! The files and references of an edit: how many, how large, and what their first bytes say.

use super::checker::Checker;
use super::code::Code;
use super::context::{ImageFacts, Transparency};
use super::message::{alternatives, integer, join, quoted};
use super::report::PathItem;
use super::shape::typed;
use crate::catalog::Fact;
use crate::catalog::model::{EditRule, MaskRule};
use crate::picture::{Color, ImageInfo, Problem};
use crate::request::{Field, File, Value};

/// The rules of models the catalogue does not know: those of every GPT Image model.
const SHARED_MAX_IMAGES: u32 = 16;
const SHARED_MAX_BYTES: u64 = 50 * 1024 * 1024;

const FORM_FORMATS: &[&str] = &["png", "jpeg", "webp"];

pub(super) fn check(checker: &mut Checker<'_>) {
    let rule = match checker.model.map(|model| model.edit) {
        Some(Fact::Known(rule)) => Some(rule),
        // The model's endpoint is what is wrong then, and that is said already.
        Some(Fact::NotSupported) => return,
        Some(Fact::NotPublished) | None => None,
    };
    if checker.json_body {
        references(checker, rule);
    } else {
        files(checker, rule);
    }
    mask(checker, rule);
    markup(checker, rule);
}

fn key(field: Field) -> Vec<PathItem> {
    vec![PathItem::Key(field.name().to_owned())]
}

fn item(field: Field, index: Option<usize>) -> Vec<PathItem> {
    let mut path = key(field);
    path.extend(index.map(|index| PathItem::Index(u32::try_from(index).unwrap_or(u32::MAX))));
    path
}

fn files(checker: &mut Checker<'_>, rule: Option<EditRule>) {
    if checker.fields.raw(Field::Image).is_none() {
        checker.issue(Code::Required, Field::Image, "is needed: the picture to edit, or several");
        return;
    }
    if !typed(checker, Field::Image) {
        return;
    }
    let context = checker.context;
    match checker.fields.get(Field::Image) {
        Some(Value::File(file)) => {
            image(checker, Field::Image, None, Some(file), context.images.first(), rule);
        }
        Some(Value::Array(items)) => {
            count(checker, Field::Image, items.len(), rule);
            for (index, value) in items.iter().enumerate() {
                if let Value::File(file) = value {
                    image(checker, Field::Image, Some(index), Some(file), context.images.get(index), rule);
                } else {
                    let message = join(&["must be a file, not ", value.type_name()]);
                    checker.at(
                        Code::InvalidType,
                        item(Field::Image, Some(index)),
                        Some(super::message::given(value)),
                        &message,
                    );
                }
            }
        }
        _ => {}
    }
}

fn count(checker: &mut Checker<'_>, field: Field, given: usize, rule: Option<EditRule>) {
    let max = rule.map_or(SHARED_MAX_IMAGES, |rule| rule.max_images);
    if given == 0 {
        checker.issue(Code::NoImages, field, "is empty; an edit needs at least one image");
    } else if given > max as usize {
        let given = i64::try_from(given).unwrap_or(i64::MAX);
        let message =
            join(&["has ", &integer(given), " images; at most ", &integer(i64::from(max)), " are accepted"]);
        let allowed =
            Value::Object(vec![("min".to_owned(), Value::from(1)), ("max".to_owned(), Value::from(max))]);
        checker.issue(Code::TooManyImages, field, &message).allowed(allowed);
    }
}

fn references(checker: &mut Checker<'_>, rule: Option<EditRule>) {
    if checker.fields.raw(Field::Images).is_none() {
        checker.issue(
            Code::Required,
            Field::Images,
            "is needed: the pictures to edit, by image_url or file_id",
        );
        return;
    }
    if !typed(checker, Field::Images) {
        return;
    }
    let context = checker.context;
    let Some(items) = checker.fields.get(Field::Images).and_then(Value::as_array) else { return };
    count(checker, Field::Images, items.len(), rule);
    for (index, value) in items.iter().enumerate() {
        let path = item(Field::Images, Some(index));
        if reference(checker, &path, value, rule)
            && let Some(facts) = context.images.get(index)
        {
            image(checker, Field::Images, Some(index), None, Some(facts), rule);
        }
    }
}

/// One `{image_url}` or `{file_id}`. Tells whether it is well formed.
pub(super) fn reference(
    checker: &mut Checker<'_>,
    path: &[PathItem],
    value: &Value,
    rule: Option<EditRule>,
) -> bool {
    let given = || Some(super::message::given(value));
    let text = |name| value.get(name).and_then(Value::as_str);
    let exact = value.as_object().is_some_and(|fields| fields.len() == 1);
    let (url, file) = (text("image_url"), text("file_id"));
    if !exact || url.is_some() == file.is_some() {
        let message = "must be an object with exactly one of image_url and file_id, as text";
        checker.at(Code::InvalidReference, path.to_vec(), given(), message);
        return false;
    }
    let Some(url) = url else { return true };
    let mut path = path.to_vec();
    path.push(PathItem::Key("image_url".to_owned()));
    let max = rule.map_or(20_971_520, |rule| rule.max_image_url_chars);
    if url.len() > max as usize {
        let message = join(&["is too long; at most ", &integer(i64::from(max)), " characters are accepted"]);
        checker.at(
            Code::UrlTooLong,
            path,
            Some(super::message::given(&Value::from(url.get(..200).unwrap_or("")))),
            &message,
        );
        return false;
    }
    let media_type =
        url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")).map(|(kind, _)| kind);
    let image = media_type.is_some_and(|kind| kind.starts_with("image/"));
    if !image && !url.starts_with("https://") {
        let message = "must be an https address or a data URL of an image (data:image/png;base64,…)";
        checker.at(Code::InvalidUrl, path, Some(super::message::given(&Value::from(url))), message);
        return false;
    }
    true
}

fn image(
    checker: &mut Checker<'_>,
    field: Field,
    index: Option<usize>,
    file: Option<&File>,
    facts: Option<&ImageFacts>,
    rule: Option<EditRule>,
) {
    let path = item(field, index);
    let max = rule.map_or(SHARED_MAX_BYTES, |rule| rule.max_image_bytes);
    if !weight(checker, &path, file, facts, max) {
        return;
    }
    let formats = rule.map_or(FORM_FORMATS, |rule| rule.formats);
    let Some(info) = header(checker, &path, facts, formats) else { return };
    declared(checker, &path, file, &info);
    if info.animated {
        checker.at(Code::AnimatedImage, path.clone(), None, "is animated; only its first frame can matter");
    }
    if info.color == Color::Cmyk {
        checker.at(
            Code::ImageColorMode,
            path.clone(),
            None,
            "is stored as CMYK, which is refused; convert it to RGB",
        );
    }
    if info.bit_depth > 8 {
        checker.at(Code::ImageBitDepth, path.clone(), None, "has 16 bits a channel; convert it to 8");
    }
    if info.orientation > 1 {
        let message = "is to be turned before it is shown (EXIF orientation); turn its pixels to be safe";
        checker.at(Code::ImageOrientation, path.clone(), None, message);
    }
    if rule.is_some_and(|rule| rule.square_only) && info.width != info.height {
        checker.at(Code::ImageNotSquare, path, None, "must be square for this model");
    }
}

/// Empty and oversized files. Tells whether the content is worth a look.
fn weight(
    checker: &mut Checker<'_>,
    path: &[PathItem],
    file: Option<&File>,
    facts: Option<&ImageFacts>,
    max: u64,
) -> bool {
    let Some(bytes) = facts.and_then(|facts| facts.bytes).or_else(|| file.and_then(|file| file.bytes)) else {
        return true;
    };
    let digits = |bytes: u64| integer(i64::try_from(bytes).unwrap_or(i64::MAX));
    if bytes == 0 {
        checker.at(Code::EmptyFile, path.to_vec(), None, "has no bytes");
        return false;
    }
    if bytes >= max {
        let message = join(&["has ", &digits(bytes), " bytes; it must have fewer than ", &digits(max)]);
        checker.at(Code::FileTooLarge, path.to_vec(), None, &message);
    }
    true
}

/// What the first bytes say, or why they say nothing.
fn header(
    checker: &mut Checker<'_>,
    path: &[PathItem],
    facts: Option<&ImageFacts>,
    formats: &[&str],
) -> Option<ImageInfo> {
    match facts?.info? {
        Ok(info) => {
            if formats.contains(&info.format.name()) {
                return Some(info);
            }
            let message =
                join(&["is a ", info.format.name(), " file; accepted here are ", &alternatives(formats)]);
            checker.at(Code::UnsupportedImageFormat, path.to_vec(), None, &message).allowed_words(formats);
        }
        Err(Problem::NotAnImage) => {
            let message = join(&["is no image by its content; accepted are ", &alternatives(formats)]);
            checker.at(Code::NotAnImage, path.to_vec(), None, &message).allowed_words(formats);
        }
        Err(Problem::Truncated(format)) => {
            let message = join(&["is a ", format.name(), " file that is cut off within its header"]);
            checker.at(Code::CorruptImage, path.to_vec(), None, &message);
        }
        Err(Problem::Corrupt(format)) => {
            let message = join(&["is a ", format.name(), " file with a broken header"]);
            checker.at(Code::CorruptImage, path.to_vec(), None, &message);
        }
    }
    None
}

fn declared(checker: &mut Checker<'_>, path: &[PathItem], file: Option<&File>, info: &ImageInfo) {
    let Some(file) = file else { return };
    let declared = file.media_type.split(';').next().unwrap_or_default().trim();
    // Nothing declared is nothing wrong: the type is set from the bytes when the form is built.
    if declared.is_empty() || declared.eq_ignore_ascii_case(info.format.media_type()) {
        return;
    }
    if declared.eq_ignore_ascii_case("image/jpg") || declared.eq_ignore_ascii_case("application/octet-stream")
    {
        return;
    }
    let message =
        join(&["is declared as ", &quoted(declared), " but holds ", &quoted(info.format.media_type())]);
    checker.at(Code::DeclaredType, path.to_vec(), Some(Value::from(declared)), &message);
}

fn mask(checker: &mut Checker<'_>, rule: Option<EditRule>) {
    if checker.fields.raw(Field::Mask).is_none() || !typed(checker, Field::Mask) {
        return;
    }
    let rule = match rule.map(|rule| rule.mask) {
        Some(Fact::NotSupported) => {
            let id = checker.model.map_or("", |model| model.id);
            return super::choice::unsupported(checker, Field::Mask, id);
        }
        Some(Fact::Known(rule)) => Some(rule),
        Some(Fact::NotPublished) | None => None,
    };
    let context = checker.context;
    let path = key(Field::Mask);
    let file = match checker.fields.get(Field::Mask) {
        Some(Value::File(file)) => Some(file),
        Some(value) => {
            let value = value.clone();
            reference(checker, &path, &value, None);
            None
        }
        None => None,
    };
    let facts = context.mask.as_ref();
    let max = rule.map_or(SHARED_MAX_BYTES, |rule| rule.max_bytes);
    if !weight(checker, &path, file, facts, max) {
        return;
    }
    large(checker, &path, file, facts, rule, max);
    let Some(info) = header(checker, &path, facts, &["png"]) else { return };
    declared(checker, &path, file, &info);
    if !info.has_alpha {
        let message = "has no alpha channel; make the pixels transparent where the image may change";
        checker.at(Code::MaskNoAlpha, path.clone(), None, message);
    } else if let Some(facts) = facts {
        match facts.transparency {
            Some(Transparency::None) => {
                checker.at(
                    Code::MaskOpaque,
                    path.clone(),
                    None,
                    "has no transparent pixel, so nothing may change",
                );
            }
            Some(Transparency::All) => {
                let message = "is transparent everywhere, which is the same as no mask";
                checker.at(Code::MaskTransparent, path.clone(), None, message);
            }
            Some(Transparency::Some) | None => {}
        }
    }
    same_size(checker, &path, &info);
    if let Some(first) = first_image(checker)
        && first.format != info.format
    {
        let message = join(&[
            "is a png and the first image a ",
            first.format.name(),
            "; the guide asks for the same format",
        ]);
        checker.at(Code::MaskFormatDiffers, path, None, &message);
    }
}

fn large(
    checker: &mut Checker<'_>,
    path: &[PathItem],
    file: Option<&File>,
    facts: Option<&ImageFacts>,
    rule: Option<MaskRule>,
    max: u64,
) {
    let bytes = facts.and_then(|facts| facts.bytes).or_else(|| file.and_then(|file| file.bytes));
    if let (Some(bytes), Some(rule)) = (bytes, rule)
        && bytes > rule.warn_above_bytes
        && bytes < max
    {
        checker.at(
            Code::FileLarge,
            path.to_vec(),
            None,
            "is above the 4 MB that the reference states for masks",
        );
    }
}

fn first_image(checker: &Checker<'_>) -> Option<ImageInfo> {
    checker.context.images.first()?.info?.ok()
}

/// Masks and markup have the pixels of the first image, as it is seen after turning.
fn same_size(checker: &mut Checker<'_>, path: &[PathItem], info: &ImageInfo) {
    let Some(first) = first_image(checker) else { return };
    let (width, height) = first.upright_size();
    if (info.width, info.height) == (width, height) {
        return;
    }
    let size = |width: u32, height: u32| crate::request::Size::Pixels { width, height }.to_string();
    let message = join(&[
        "is ",
        &size(info.width, info.height),
        " and the first image ",
        &size(width, height),
        "; both must be the same",
    ]);
    checker
        .at(Code::MaskSize, path.to_vec(), Some(Value::from(size(info.width, info.height))), &message)
        .allowed_words(&[&size(width, height)]);
}

fn markup(checker: &mut Checker<'_>, rule: Option<EditRule>) {
    if checker.fields.raw(Field::Markup).is_none() {
        return;
    }
    let Some(_) = super::choice::supported(checker, Field::Markup, rule.map(|rule| rule.markup)) else {
        return;
    };
    if !typed(checker, Field::Markup) {
        return;
    }
    let path = key(Field::Markup);
    let facts = checker.context.markup.as_ref();
    let file =
        if let Some(Value::File(file)) = checker.fields.get(Field::Markup) { Some(file) } else { None };
    if !weight(checker, &path, file, facts, SHARED_MAX_BYTES) {
        return;
    }
    let Some(info) = header(checker, &path, facts, &["png"]) else { return };
    if !info.has_alpha {
        checker.at(
            Code::MaskNoAlpha,
            path.clone(),
            None,
            "has no transparent pixels; draw on a transparent PNG",
        );
    }
    same_size(checker, &path, &info);
}
