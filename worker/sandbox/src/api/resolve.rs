//! What `auto` comes to. The reply always names the resolved value.

use gpt_image_edge::catalog::Model;
use gpt_image_edge::catalog::model::{Choice, SizeRule};
use gpt_image_edge::request::{Field, Fields, Size};

/// What is drawn, with nothing left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Never `auto`.
    pub quality: &'static str,
    /// Whether the background is clear.
    pub transparent: bool,
    /// `png`, `jpeg` or `webp`.
    pub output_format: &'static str,
    /// 0 to 100.
    pub compression: u8,
}

impl Resolved {
    /// Reads a request that has been checked. `ratio` is that of the first input image, where there is one.
    pub fn of(model: &Model, fields: &Fields<'_>, ratio: Option<f32>) -> Self {
        let prompt = fields.text(Field::Prompt).unwrap_or_default().to_lowercase();
        let says =
            |words: &[&str]| prompt.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
        let (width, height) = match fields.text(Field::Size).and_then(Size::parse) {
            Some(Size::Pixels { width, height }) => (width, height),
            Some(Size::Auto) | None => {
                let wish = if says(&[
                    "portrait",
                    "poster",
                    "tall",
                    "vertical",
                    "phone",
                    "tower",
                    "lighthouse",
                    "rocket",
                ]) {
                    2.0 / 3.0
                } else if says(&[
                    "landscape",
                    "panorama",
                    "wide",
                    "skyline",
                    "banner",
                    "sea",
                    "desert",
                    "horizon",
                ]) {
                    1.5
                } else {
                    1.0
                };
                nearest(model, ratio.unwrap_or(wish))
            }
        };
        let choices = model.output_formats.known();
        let output_format = word(choices, fields.text(Field::OutputFormat)).unwrap_or("png");
        let clear = model.transparent_formats.contains(&output_format)
            && model.backgrounds.known().is_some_and(|choice| choice.accepts("transparent"));
        let transparent = match fields.text(Field::Background) {
            Some("transparent") => true,
            Some("opaque") => false,
            _ => clear && says(&["transparent", "sticker", "cutout", "logo", "icon", "emoji"]),
        };
        let compression = fields.integer(Field::OutputCompression).unwrap_or(100).clamp(0, 100);
        Self {
            width,
            height,
            quality: quality(model, fields.text(Field::Quality)),
            transparent,
            output_format,
            compression: u8::try_from(compression).unwrap_or(100),
        }
    }

    /// As the API writes it.
    pub fn size(&self) -> String {
        Size::Pixels { width: self.width, height: self.height }.to_string()
    }
}

fn word(choice: Option<Choice>, given: Option<&str>) -> Option<&'static str> {
    let choice = choice?;
    choice.values.iter().copied().find(|value| Some(*value) == given).or(choice.default)
}

/// Left to itself a model mostly takes a middle quality (recorded replies of gpt-image-1.5, `facts`: auto became medium).
fn quality(model: &Model, given: Option<&str>) -> &'static str {
    let real = |value: &&'static str| *value != "auto";
    let values = || model.qualities.values.iter().copied().filter(real);
    let asked = values().find(|value| Some(*value) == given);
    asked
        .or_else(|| values().find(|value| *value == "medium"))
        .or_else(|| values().next())
        .unwrap_or("medium")
}

/// The size the model offers whose shape is nearest; among those of one shape, the first.
fn nearest(model: &Model, ratio: f32) -> (u32, u32) {
    let sizes = match model.sizes {
        SizeRule::Presets { sizes, .. } => sizes,
        SizeRule::Flexible(_) => &[(1024, 1024), (1536, 1024), (1024, 1536)],
    };
    let distance = |size: &&(u32, u32)| (size.0 as f32 / size.1.max(1) as f32 / ratio.max(1e-3)).ln().abs();
    sizes.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).copied().unwrap_or((1024, 1024))
}
