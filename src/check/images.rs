//! The files and references of an edit: how many, how large, and what their first bytes say.

use super::checker::Checker;
use super::choice::{readable, unsupported};
use super::code::Code;
use super::context::{ImageFacts, Transparency};
use super::message::Part;
use super::nested::wrong_type_at;
use super::references;
use super::report::PathItem;
use super::shape::typed;
use crate::catalog::Fact;
use crate::catalog::model::{EditRule, MaskRule, Model};
use crate::picture::{Color, Format, ImageInfo, Problem};
use crate::request::{Field, Size, Value};

/// The rules of models the catalogue does not know: those of every GPT Image model. Source of the longest address: the
/// published description, `ImageRefParam` (2026-08-21).
pub(super) const SHARED: EditRule = EditRule {
    max_images: 16,
    max_image_bytes: SHARED_MASK.max_bytes,
    formats: &["png", "jpeg", "webp"],
    square_only: false,
    mask: Fact::Known(SHARED_MASK),
    markup: Fact::Known(()),
    json_body: true,
    max_image_url_chars: 20_971_520,
    high_fidelity_images: 0,
};

const SHARED_MASK: MaskRule =
    MaskRule { max_bytes: 50 * 1024 * 1024, warn_above_bytes: u64::MAX, excluded_formats: &[] };

/// A picture of a request, and what is known of it.
pub(super) struct Picture<'p> {
    /// Where it stands.
    pub(super) path: &'p [PathItem],
    /// The media type that came with it; empty where none did.
    pub(super) declared: &'p str,
    pub(super) facts: ImageFacts,
}

impl<'p> Picture<'p> {
    /// What stands at a path, before a look at it. `known` is what is known beside the request.
    pub(super) fn new(path: &'p [PathItem], known: Option<&ImageFacts>) -> Self {
        let mut picture = Self { path, declared: "", facts: ImageFacts::default() };
        if let Some(known) = known {
            picture.facts = *known;
        }
        picture
    }
}

pub(super) fn check(checker: &mut Checker<'_>) {
    // Where there is none the model's endpoint is what is wrong, and that is said already.
    let Some(rule) = rule(checker.model) else { return };
    inputs(checker, rule);
    mask(checker, rule);
    markup(checker, rule);
}

/// What an edit by the model may bring; nothing where the model makes none.
pub(super) fn rule(model: Option<&'static Model>) -> Option<&'static EditRule> {
    match model.map(|model| &model.edit) {
        Some(Fact::Known(rule)) => Some(rule),
        Some(Fact::NotSupported) => None,
        Some(Fact::NotPublished) | None => Some(&SHARED),
    }
}

/// The pictures to edit: files in a form, references in JSON.
fn inputs(checker: &mut Checker<'_>, rule: &EditRule) {
    let (field, needed) = if checker.json_body {
        (Field::Images, "is needed: the pictures to edit, by image_url or file_id")
    } else {
        (Field::Image, "is needed: the picture to edit, or several")
    };
    let Some(value) = checker.fields.get(field) else {
        checker.issue(Code::Required, field, needed);
        return;
    };
    if checker.json_body && !rule.json_body {
        let message = "this model takes pictures as files in a form only";
        checker.issue(Code::UnsupportedParameter, field, message);
        return;
    }
    if !typed(checker, field) {
        return;
    }
    let (items, steps) = match value {
        Value::Array(items) => (items.as_slice(), 2),
        one => (core::slice::from_ref(one), 1),
    };
    count(checker, field, items.len(), rule.max_images);
    for (index, value) in items.iter().enumerate() {
        if checker.is_full() {
            break;
        }
        let path = [PathItem::Key(field.name().into()), PathItem::at(index)];
        let path = path.get(..steps).unwrap_or_default();
        let mut picture = Picture::new(path, checker.context.images.get(index));
        if look(checker, &mut picture, value, rule, checker.json_body) {
            image(checker, &picture, rule);
        }
    }
}

fn count(checker: &mut Checker<'_>, field: Field, given: usize, max: u32) {
    if given == 0 {
        checker.issue(Code::NoImages, field, "is empty; an edit needs at least one image");
    } else if given > max as usize {
        let parts = [Part::Number(i64::try_from(given).unwrap_or(i64::MAX)), Part::Number(i64::from(max))];
        checker
            .issue_with(Code::TooManyImages, field, "has {} images; at most {} are accepted", &parts)
            .allowed_numbers(&[("min", 1), ("max", max)]);
    }
}

/// Looks at a file or a reference. Tells whether it is one.
fn look<'p>(
    checker: &mut Checker<'_>,
    picture: &mut Picture<'p>,
    value: &'p Value,
    rule: &EditRule,
    by_reference: bool,
) -> bool {
    if by_reference {
        return references::reference(checker, picture, value, rule.max_image_url_chars);
    }
    let Value::File(file) = value else {
        wrong_type_at(checker, picture.path, value, "a file");
        return false;
    };
    picture.declared = &file.media_type;
    picture.facts.bytes = picture.facts.bytes.or(file.bytes);
    true
}

/// One input image.
pub(super) fn image(checker: &mut Checker<'_>, picture: &Picture<'_>, rule: &EditRule) {
    let Some(info) = header(checker, picture, rule.max_image_bytes, u64::MAX, rule.formats) else { return };
    let mut say = |code, message| {
        checker.issue_at(code, picture.path, message);
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
        let message = "is to be turned before it is shown (EXIF orientation); turn its pixels to be safe";
        say(Code::ImageOrientation, message);
    }
    if rule.square_only && info.width != info.height {
        say(Code::ImageNotSquare, "must be square for this model");
    }
}

/// What is true of every picture the API looks at. Answers its header where that is one of an accepted format.
fn header<'i>(
    checker: &mut Checker<'_>,
    picture: &'i Picture<'_>,
    max_bytes: u64,
    warn_above_bytes: u64,
    formats: &[&'static str],
) -> Option<&'i ImageInfo> {
    let Picture { path, facts, .. } = picture;
    match facts.bytes {
        Some(0) => {
            checker.issue_at(Code::EmptyFile, path, "has no bytes");
            return None;
        }
        Some(bytes) if bytes >= max_bytes => {
            let parts =
                [bytes, max_bytes].map(|bytes| Part::Number(i64::try_from(bytes).unwrap_or(i64::MAX)));
            let template = "has {} bytes; it must have fewer than {}";
            checker.issue_at_with(Code::FileTooLarge, path, None, template, &parts);
        }
        Some(bytes) if bytes > warn_above_bytes => {
            checker.issue_at(Code::FileLarge, path, "is above the 4 MB that the reference states for masks");
        }
        _ => {}
    }
    let (code, template, format) = match facts.info.as_ref()? {
        Ok(info) if formats.contains(&info.format.name()) => {
            media_type(checker, picture, info.format.media_type());
            return Some(info);
        }
        Ok(info) => (Code::UnsupportedImageFormat, "is a {} file; accepted here are ", info.format.name()),
        Err(Problem::NotAnImage) => (Code::NotAnImage, "is no image by its content{}; accepted are ", ""),
        Err(Problem::Truncated(format)) => {
            (Code::CorruptImage, "is a {} file that is cut off", format.name())
        }
        Err(Problem::Corrupt(format)) => (Code::CorruptImage, "is a damaged {} file", format.name()),
    };
    let draft = checker.issue_at_with(code, path, None, template, &[Part::Text(format)]);
    if code != Code::CorruptImage {
        draft.one_of(Value::words(formats));
    }
    None
}

fn media_type(checker: &mut Checker<'_>, picture: &Picture<'_>, actual: &str) {
    let declared = picture.declared;
    let end = declared.bytes().position(|byte| byte == b';').unwrap_or(declared.len());
    let declared = declared.get(..end).unwrap_or_default().trim();
    // Nothing declared is nothing wrong, nor is what stands for nothing: the type is set from the bytes when the form is built.
    let fine = ["", actual, "image/jpg", "application/octet-stream"];
    if fine.iter().any(|other| declared.eq_ignore_ascii_case(other)) {
        return;
    }
    let parts = [Part::Quoted(declared), Part::Quoted(actual)];
    checker
        .issue_at_with(Code::DeclaredType, picture.path, None, "is declared as {} but holds {}", &parts)
        .given_text(declared);
}

/// What is said of a picture over the first image whose transparency is not as it must be.
struct Faults {
    no_alpha: &'static str,
    opaque: &'static str,
    transparent: &'static str,
}

const MASK_FAULTS: Faults = Faults {
    no_alpha: "has no alpha channel; make the pixels transparent where the image may change",
    opaque: "has no transparent pixel, so nothing may change",
    transparent: "is transparent everywhere, which is the same as no mask",
};

const MARKUP_FAULTS: Faults = Faults {
    no_alpha: "has no transparent pixels; draw on a transparent PNG",
    opaque: "has no transparent pixel, so it hides the whole image",
    transparent: "is transparent everywhere, so it says nothing",
};

fn mask(checker: &mut Checker<'_>, rule: &EditRule) {
    if checker.fields.raw(Field::Mask).is_none() || !typed(checker, Field::Mask) {
        return;
    }
    let Some(mask) = mask_rule(rule) else {
        return unsupported(checker, Field::Mask);
    };
    let known = checker.context.mask.as_ref();
    let first = overlay(checker, Field::Mask, known, rule, mask, &MASK_FAULTS);
    if let Some(format) = first.map(|first| first.format).filter(|format| *format != Format::Png) {
        let key = PathItem::Key(Field::Mask.name().into());
        let template = "is a png and the first image a {}; the guide asks for the same format";
        checker.issue_at_with(Code::MaskFormatDiffers, &[key], None, template, &[Part::Text(format.name())]);
    }
}

/// What a mask must be; nothing where there must be none.
const fn mask_rule(rule: &EditRule) -> Option<&MaskRule> {
    match &rule.mask {
        Fact::Known(rule) => Some(rule),
        Fact::NotSupported => None,
        Fact::NotPublished => Some(&SHARED_MASK),
    }
}

fn markup(checker: &mut Checker<'_>, rule: &EditRule) {
    if checker.json_body || readable(checker, Field::Markup).is_none() {
        return;
    }
    let known = checker.context.markup.as_ref();
    overlay(checker, Field::Markup, known, rule, &SHARED_MASK, &MARKUP_FAULTS);
}

/// What is drawn over the first image: a PNG with transparent pixels and the size of that image as it is seen after
/// turning. Answers the header of the first image where both are known.
fn overlay(
    checker: &mut Checker<'_>,
    field: Field,
    known: Option<&ImageFacts>,
    edit: &EditRule,
    rule: &MaskRule,
    faults: &Faults,
) -> Option<ImageInfo> {
    let path = [PathItem::Key(field.name().into())];
    let value = checker.fields.get(field)?;
    let by_reference = !matches!(value, Value::File(_));
    let mut picture = Picture::new(&path, known);
    if !look(checker, &mut picture, value, edit, by_reference) {
        return None;
    }
    let info = stencil(checker, &picture, rule, faults)?;
    let first = first_image(checker)?;
    if (info.width, info.height) != first.upright_size() {
        let size = |(width, height)| Size::Pixels { width, height }.spelled();
        let (own, other) = (size((info.width, info.height)), size(first.upright_size()));
        let template = "is {} and the first image {}; both must be the same";
        checker
            .issue_at_with(Code::MaskSize, &path, None, template, &[Part::Text(&own), Part::Text(&other)])
            .given_text(&own)
            .allowed(Value::Array(vec![Value::from(other)]));
    }
    Some(first)
}

/// What can be said of such a picture alone. Answers its header where it is one of a PNG.
fn stencil<'i>(
    checker: &mut Checker<'_>,
    picture: &'i Picture<'_>,
    rule: &MaskRule,
    faults: &Faults,
) -> Option<&'i ImageInfo> {
    let info = header(checker, picture, rule.max_bytes, rule.warn_above_bytes, &["png"])?;
    let (code, message) = match picture.facts.transparency {
        _ if !info.has_alpha => (Code::MaskNoAlpha, faults.no_alpha),
        Some(Transparency::None) => (Code::MaskOpaque, faults.opaque),
        Some(Transparency::All) => (Code::MaskTransparent, faults.transparent),
        Some(Transparency::Some) | None => return Some(info),
    };
    checker.issue_at(code, picture.path, message);
    Some(info)
}

/// The mask of the Responses tool, of which only its own bytes are known.
#[cfg(feature = "extras")]
pub(super) fn tool_mask(checker: &mut Checker<'_>, picture: &Picture<'_>) {
    let rule = rule(checker.model).and_then(mask_rule).unwrap_or(&SHARED_MASK);
    stencil(checker, picture, rule, &MASK_FAULTS);
}

fn first_image(checker: &Checker<'_>) -> Option<ImageInfo> {
    match checker.context.images.first().and_then(|facts| facts.info) {
        Some(info) => info.ok(),
        None if checker.json_body => {
            let first = checker.fields.get(Field::Images)?.as_array()?.first()?;
            let mut picture = Picture::new(&[], None);
            references::told(&mut picture, first.get("image_url")?.as_str()?);
            picture.facts.info?.ok()
        }
        None => None,
    }
}
