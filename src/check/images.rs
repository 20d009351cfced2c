//! The files and references of an edit: how many, how large, and what their first bytes say.

use super::checker::Checker;
use super::code::Code;
use super::context::{ImageFacts, Transparency};
use super::message::{alternatives, integer, join, quoted};
use super::references;
use super::report::PathItem;
use super::shape::typed;
use crate::catalog::Fact;
use crate::catalog::model::{EditRule, MaskRule};
use crate::picture::{Color, ImageInfo, Problem};
use crate::request::{Field, File, Size, Value};

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
        references::check(checker, rule);
    } else {
        files(checker, rule);
    }
    mask(checker, rule);
    markup(checker, rule);
}

pub(super) fn key(field: Field) -> Vec<PathItem> {
    vec![PathItem::Key(field.name().into())]
}

pub(super) fn item(field: Field, index: usize) -> Vec<PathItem> {
    vec![PathItem::Key(field.name().into()), PathItem::at(index)]
}

impl ImageFacts {
    /// With the length that the request's own value tells, where no other is known.
    fn or_bytes(self, file: &File) -> Self {
        Self { bytes: self.bytes.or(file.bytes), ..self }
    }
}

fn files(checker: &mut Checker<'_>, rule: Option<EditRule>) {
    if checker.fields.get(Field::Image).is_none() {
        checker.issue(Code::Required, Field::Image, "is needed: the picture to edit, or several");
        return;
    }
    if !typed(checker, Field::Image) {
        return;
    }
    let context = checker.context;
    match checker.fields.get(Field::Image) {
        Some(Value::File(file)) => {
            let facts = context.images.first().copied().unwrap_or_default();
            image(checker, &key(Field::Image), &file.media_type, facts.or_bytes(file), rule);
        }
        Some(Value::Array(items)) => {
            count(checker, Field::Image, items.len(), rule);
            for (index, value) in items.iter().enumerate() {
                if let Value::File(file) = value {
                    let facts = context.images.get(index).copied().unwrap_or_default();
                    let path = item(Field::Image, index);
                    image(checker, &path, &file.media_type, facts.or_bytes(file), rule);
                } else if checker.is_full() {
                    break;
                } else {
                    let message = join(&["must be a file, not ", value.type_name()]);
                    checker.at(
                        Code::InvalidType,
                        item(Field::Image, index),
                        Some(super::message::given(value)),
                        &message,
                    );
                }
            }
        }
        _ => {}
    }
}

pub(super) fn count(checker: &mut Checker<'_>, field: Field, given: usize, rule: Option<EditRule>) {
    let max = rule.map_or(SHARED_MAX_IMAGES, |rule| rule.max_images);
    if given == 0 {
        checker.issue(Code::NoImages, field, "is empty; an edit needs at least one image");
    } else if given > max as usize {
        let given = i64::try_from(given).unwrap_or(i64::MAX);
        let message =
            join(&["has ", &integer(given), " images; at most ", &integer(i64::from(max)), " are accepted"]);
        let allowed = Value::Object(vec![("min".into(), Value::from(1)), ("max".into(), Value::from(max))]);
        checker.issue(Code::TooManyImages, field, &message).allowed(allowed);
    }
}

/// One input image. `declared` is the media type that came with it; empty where none did.
pub(super) fn image(
    checker: &mut Checker<'_>,
    path: &[PathItem],
    declared: &str,
    facts: ImageFacts,
    rule: Option<EditRule>,
) {
    let max = rule.map_or(SHARED_MAX_BYTES, |rule| rule.max_image_bytes);
    let formats = rule.map_or(FORM_FORMATS, |rule| rule.formats);
    let info = looked_at(checker, path, declared, facts, max, formats);
    if info.is_some_and(|info| info.width != info.height) && rule.is_some_and(|rule| rule.square_only) {
        checker.at(Code::ImageNotSquare, path.to_vec(), None, "must be square for this model");
    }
}

/// What is true of every picture the API looks at.
fn looked_at(
    checker: &mut Checker<'_>,
    path: &[PathItem],
    declared: &str,
    facts: ImageFacts,
    max_bytes: u64,
    formats: &[&'static str],
) -> Option<ImageInfo> {
    if !weight(checker, path, facts, max_bytes) {
        return None;
    }
    let info = header(checker, path, facts, formats)?;
    media_type(checker, path, declared, &info);
    let mut say = |code, message| {
        checker.at(code, path.to_vec(), None, message);
    };
    if info.animated {
        say(Code::AnimatedImage, "is animated; only its first frame can matter");
    }
    if info.color == Color::Cmyk {
        say(Code::ImageColorMode, "is stored as CMYK, which is refused; convert it to RGB");
    }
    if info.bit_depth > 8 {
        say(Code::ImageBitDepth, "has 16 bits a channel; convert it to 8");
    }
    if info.orientation > 1 {
        say(
            Code::ImageOrientation,
            "is to be turned before it is shown (EXIF orientation); turn its pixels to be safe",
        );
    }
    Some(info)
}

/// A picture of a response's input. GIFs that do not move are read there too.
pub(super) fn input_image(checker: &mut Checker<'_>, path: &[PathItem], declared: &str, facts: ImageFacts) {
    looked_at(checker, path, declared, facts, u64::MAX, &["png", "jpeg", "webp", "gif"]);
}

/// Empty and oversized files. Tells whether the content is worth a look.
fn weight(checker: &mut Checker<'_>, path: &[PathItem], facts: ImageFacts, max: u64) -> bool {
    let Some(bytes) = facts.bytes else { return true };
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
    facts: ImageFacts,
    formats: &[&'static str],
) -> Option<ImageInfo> {
    let (code, message) = match facts.info? {
        Ok(info) if formats.contains(&info.format.name()) => return Some(info),
        Ok(info) => (
            Code::UnsupportedImageFormat,
            join(&["is a ", info.format.name(), " file; accepted here are ", &alternatives(formats)]),
        ),
        Err(Problem::NotAnImage) => {
            (Code::NotAnImage, join(&["is no image by its content; accepted are ", &alternatives(formats)]))
        }
        Err(Problem::Truncated(format)) => {
            (Code::CorruptImage, join(&["is a ", format.name(), " file that is cut off"]))
        }
        Err(Problem::Corrupt(format)) => {
            (Code::CorruptImage, join(&["is a damaged ", format.name(), " file"]))
        }
    };
    let draft = checker.at(code, path.to_vec(), None, &message);
    if code != Code::CorruptImage {
        draft.allowed_words(formats);
    }
    None
}

fn media_type(checker: &mut Checker<'_>, path: &[PathItem], declared: &str, info: &ImageInfo) {
    let declared = declared.split(';').next().unwrap_or_default().trim();
    let is = |other: &str| declared.eq_ignore_ascii_case(other);
    // Nothing declared is nothing wrong, nor is what stands for nothing: the type is set from the bytes when the form is built.
    if declared.is_empty()
        || is(info.format.media_type())
        || is("image/jpg")
        || is("application/octet-stream")
    {
        return;
    }
    let message =
        join(&["is declared as ", &quoted(declared), " but holds ", &quoted(info.format.media_type())]);
    checker.at(Code::DeclaredType, path.to_vec(), Some(Value::from(declared.to_owned())), &message);
}

/// What is drawn over the first image: a PNG with transparent pixels and the same size.
struct Overlay {
    field: Field,
    max_bytes: u64,
    warn_above_bytes: u64,
    no_alpha: &'static str,
    opaque: &'static str,
    transparent: &'static str,
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
    let info = overlay(checker, checker.context.mask, &mask_rule(rule));
    if let (Some(info), Some(first)) = (info, first_image(checker))
        && first.format != info.format
    {
        let message = join(&[
            "is a png and the first image a ",
            first.format.name(),
            "; the guide asks for the same format",
        ]);
        checker.at(Code::MaskFormatDiffers, key(Field::Mask), None, &message);
    }
}

fn markup(checker: &mut Checker<'_>, rule: Option<EditRule>) {
    if checker.fields.raw(Field::Markup).is_none() || checker.json_body {
        return;
    }
    let Some(_) = super::choice::supported(checker, Field::Markup, rule.map(|rule| rule.markup)) else {
        return;
    };
    if !typed(checker, Field::Markup) {
        return;
    }
    overlay(
        checker,
        checker.context.markup,
        &Overlay {
            field: Field::Markup,
            max_bytes: SHARED_MAX_BYTES,
            warn_above_bytes: u64::MAX,
            no_alpha: "has no transparent pixels; draw on a transparent PNG",
            opaque: "has no transparent pixel, so it hides the whole image",
            transparent: "is transparent everywhere, so it says nothing",
        },
    );
}

/// The rules that masks and markup share. Answers the header where it is one of a PNG.
fn overlay(checker: &mut Checker<'_>, facts: Option<ImageFacts>, rule: &Overlay) -> Option<ImageInfo> {
    let path = key(rule.field);
    let mut facts = facts.unwrap_or_default();
    let mut declared = "";
    match checker.fields.get(rule.field) {
        Some(Value::File(file)) => {
            facts = facts.or_bytes(file);
            declared = &file.media_type;
        }
        Some(value) => {
            let edit = checker.model.and_then(|model| model.edit.known());
            let (own, kind) = references::reference(checker, &path, value, edit)?;
            facts = if facts.info.is_some() { facts } else { own };
            declared = kind;
        }
        None => {}
    }
    let info = stencil(checker, &path, declared, facts, rule)?;
    same_size(checker, &path, &info);
    Some(info)
}

/// What can be said of such a picture alone. Answers the header where it is one of a PNG.
fn stencil(
    checker: &mut Checker<'_>,
    path: &[PathItem],
    declared: &str,
    facts: ImageFacts,
    rule: &Overlay,
) -> Option<ImageInfo> {
    if !weight(checker, path, facts, rule.max_bytes) {
        return None;
    }
    if facts.bytes.is_some_and(|bytes| bytes > rule.warn_above_bytes && bytes < rule.max_bytes) {
        let message = "is above the 4 MB that the reference states for masks";
        checker.at(Code::FileLarge, path.to_vec(), None, message);
    }
    let info = header(checker, path, facts, &["png"])?;
    media_type(checker, path, declared, &info);
    let fault = match facts.transparency {
        _ if !info.has_alpha => Some((Code::MaskNoAlpha, rule.no_alpha)),
        Some(Transparency::None) => Some((Code::MaskOpaque, rule.opaque)),
        Some(Transparency::All) => Some((Code::MaskTransparent, rule.transparent)),
        Some(Transparency::Some) | None => None,
    };
    if let Some((code, message)) = fault {
        checker.at(code, path.to_vec(), None, message);
    }
    Some(info)
}

/// The mask of the Responses tool, of which only its own bytes are known.
pub(super) fn tool_mask(checker: &mut Checker<'_>, path: &[PathItem], facts: ImageFacts) {
    let rule = checker.model.and_then(|model| model.edit.known()).and_then(|rule| rule.mask.known());
    stencil(checker, path, "", facts, &mask_rule(rule));
}

const fn mask_rule(rule: Option<MaskRule>) -> Overlay {
    let (max_bytes, warn_above_bytes) = match rule {
        Some(rule) => (rule.max_bytes, rule.warn_above_bytes),
        None => (SHARED_MAX_BYTES, u64::MAX),
    };
    Overlay {
        field: Field::Mask,
        max_bytes,
        warn_above_bytes,
        no_alpha: "has no alpha channel; make the pixels transparent where the image may change",
        opaque: "has no transparent pixel, so nothing may change",
        transparent: "is transparent everywhere, which is the same as no mask",
    }
}

fn first_image(checker: &Checker<'_>) -> Option<ImageInfo> {
    match checker.context.images.first().and_then(|facts| facts.info) {
        Some(info) => info.ok(),
        None if checker.json_body => {
            let first = checker.fields.get(Field::Images)?.as_array()?.first()?;
            references::facts(first.get("image_url")?.as_str()?).info?.ok()
        }
        None => None,
    }
}

/// Masks and markup have the pixels of the first image, as it is seen after turning.
fn same_size(checker: &mut Checker<'_>, path: &[PathItem], info: &ImageInfo) {
    let Some(first) = first_image(checker) else { return };
    let (width, height) = first.upright_size();
    if (info.width, info.height) == (width, height) {
        return;
    }
    let size = |width: u32, height: u32| Size::Pixels { width, height }.to_string();
    let (own, other) = (size(info.width, info.height), size(width, height));
    let message = join(&["is ", &own, " and the first image ", &other, "; both must be the same"]);
    checker
        .at(Code::MaskSize, path.to_vec(), Some(Value::from(own)), &message)
        .allowed(Value::Array(vec![Value::from(other)]));
}
