//! What JavaScript knows beside the request, as a [`Context`].

use super::failure::Failure;
use crate::check::{Context, ImageFacts, Transparency};
use crate::date::Date;
use crate::picture::{Color, Format, ImageInfo, Problem};
use crate::request::Value;
use crate::text::concat;

/// Reads `{ today, images, mask, markup, batch, text_tokens, json_body }`, all of it optional, over what the context has; the
/// `request` tells whether an edit is sent as JSON. Unknown fields are refused: a typo must not look like silence.
///
/// # Errors
/// [`Failure`] names the first field that is not understood.
pub(super) fn read(request: &Value, value: &Value, context: &mut Context) -> Result<(), Failure> {
    context.json_body = request.get("images").is_some() && request.get("image").is_none();
    let fields = match value {
        Value::Null => return Ok(()),
        Value::Object(fields) => fields,
        _ => return Err(expected("context", "an object")),
    };
    for (name, value) in fields {
        if matches!(value, Value::Null) {
            continue;
        }
        let name = name.as_ref();
        field(name, value, context).map_err(|what| expected(name, what))?;
    }
    Ok(())
}

/// What was expected in place of a value.
type Read = Result<(), &'static str>;

fn field(name: &str, value: &Value, context: &mut Context) -> Read {
    match name {
        "today" => context.today = day(value).ok_or("a day such as \"2026-11-20\"")?,
        "images" => {
            for item in value.as_array().ok_or("an array")? {
                let mut image = ImageFacts::default();
                facts(item, &mut image)?;
                context.images.push(image);
            }
        }
        "mask" => facts(value, context.mask.insert(ImageFacts::default()))?,
        "markup" => facts(value, context.markup.insert(ImageFacts::default()))?,
        "batch" => context.batch = flag(Some(value)).ok_or(A_FLAG)?,
        "json_body" => context.json_body = flag(Some(value)).ok_or(A_FLAG)?,
        "text_tokens" => {
            context.text_tokens = Some(natural(Some(value)).ok_or("a whole number, 0 or more")?);
        }
        _ => return Err(UNKNOWN),
    }
    Ok(())
}

/// `YYYY-MM-DD`, or the beginning of an ISO time.
fn day(value: &Value) -> Option<Date> {
    Date::parse(value.as_str()?.get(..10)?)
}

/// What is known of a picture, for facts of which nothing is known yet.
fn facts(value: &Value, facts: &mut ImageFacts) -> Read {
    if matches!(value, Value::Null) {
        return Ok(());
    }
    if value.as_object().is_none() {
        return Err("what inspectImage answers");
    }
    let word = |field| value.get(field).and_then(Value::as_str);
    let format = word("format").and_then(Format::from_name);
    facts.bytes = value.get("bytes").and_then(whole);
    facts.info = match (word("problem"), format) {
        (Some("truncated"), Some(format)) => Some(Err(Problem::Truncated(format))),
        (Some("corrupt"), Some(format)) => Some(Err(Problem::Corrupt(format))),
        (Some("not_an_image"), _) => Some(Err(Problem::NotAnImage)),
        (Some(_), _) => return Err("\"not_an_image\", \"truncated\" or \"corrupt\" as `problem`"),
        (None, Some(format)) => Some(Ok(info(format, value)?)),
        (None, None) => None,
    };
    facts.transparency = match word("transparency") {
        Some("none") => Some(Transparency::None),
        Some("some") => Some(Transparency::Some),
        Some("all") => Some(Transparency::All),
        Some(_) => return Err("\"none\", \"some\" or \"all\" as `transparency`"),
        None => None,
    };
    Ok(())
}

/// A header as `inspectImage` answers it. What a caller leaves out is taken as the API likes it, so that no rule speaks.
fn info(format: Format, value: &Value) -> Result<ImageInfo, &'static str> {
    let (Some(width), Some(height)) = (natural(value.get("width")), natural(value.get("height"))) else {
        return Err("`width` and `height` in pixels");
    };
    let small = |field, usual| {
        let number = natural(value.get(field)).and_then(|number| u8::try_from(number).ok());
        number.unwrap_or(usual)
    };
    let flag = |field, usual| flag(value.get(field)).unwrap_or(usual);
    let color = match value.get("color").and_then(Value::as_str) {
        Some("gray") => Color::Gray,
        Some("palette") => Color::Palette,
        Some("cmyk") => Color::Cmyk,
        Some("rgb") | None => Color::Rgb,
        Some(_) => return Err("\"gray\", \"rgb\", \"palette\" or \"cmyk\" as `color`"),
    };
    Ok(ImageInfo {
        format,
        width,
        height,
        bit_depth: small("bit_depth", 8),
        color,
        has_alpha: flag("has_alpha", true),
        animated: flag("animated", false),
        orientation: small("orientation", 1),
        complete: flag("complete", true),
    })
}

const A_FLAG: &str = "true or false";

#[inline(never)]
fn flag(value: Option<&Value>) -> Option<bool> {
    value?.as_bool()
}

/// A whole number that is neither negative nor large.
#[inline(never)]
fn natural(value: Option<&Value>) -> Option<u32> {
    whole(value?).and_then(|number| u32::try_from(number).ok())
}

/// A whole number that is not negative.
fn whole(value: &Value) -> Option<u64> {
    value.as_integer().and_then(|number| u64::try_from(number).ok())
}

/// What is expected where nothing is.
const UNKNOWN: &str = "";

fn expected(name: &str, what: &str) -> Failure {
    let message = if what == UNKNOWN {
        concat(&["context: unknown field \"", name, "\""])
    } else {
        concat(&["context.", name, ": expected ", what])
    };
    Failure::user(name, &message)
}
