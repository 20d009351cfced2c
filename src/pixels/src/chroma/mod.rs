//! A flat background becomes transparency.
//!
//! Models without transparent output draw a subject before a flat colour when the prompt asks for it. What is left is to
//! find that colour ([`border`]), to tell how much of it every pixel has ([`matte`]), and to take that share out again.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::many_single_char_names,
    reason = "`as` saturates, counts of pixels are small, and r, g, b, a are what they are called"
)]

mod border;
mod matte;

use crate::decode::Picture;
use matte::Matte;

pub use matte::Method;

/// How a background is keyed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ChromaKey {
    /// The background's colour; `None` finds it on the border.
    pub color: Option<[u8; 3]>,
    /// How far from the colour a pixel is still background, 0 to 255. Default 16.
    pub tolerance: Option<f32>,
    /// Over how many further levels a pixel goes from background to subject, 0 to 255. The default depends on the
    /// [`Method`].
    pub softness: Option<f32>,
    /// Whether half-transparent pixels keep the background's share of their colour.
    pub keep_spill: bool,
}

/// What was found and done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// The background's colour; `None` when the whole border is transparent already, and nothing was changed.
    pub color: Option<[u8; 3]>,
    /// How pixels were compared with it.
    pub method: Method,
    /// The tolerance that was used.
    pub tolerance: f32,
    /// The softness that was used.
    pub softness: f32,
    /// Pixels that became transparent.
    pub keyed: u32,
    /// Pixels that became half-transparent.
    pub softened: u32,
    /// The share of the border's pixels that are background, 0 to 1.
    pub border_share: f32,
}

/// From this share of the border on, the background may be called flat: a subject that leaves a square picture at one of its
/// four edges still lets it.
pub const FLAT_SHARE: f32 = 0.7;

impl Report {
    /// Whether the border was of one colour enough to trust the result.
    pub fn is_flat(&self) -> bool {
        self.border_share >= FLAT_SHARE
    }
}

/// Makes the background of a picture transparent. Pixels that stay opaque keep their exact colour; the alpha that a picture
/// has already is multiplied with the new one.
pub fn chroma_key(picture: &mut Picture, key: ChromaKey) -> Report {
    let border = border::pixels(picture);
    let color = key.color.or_else(|| border::color(&border));
    let matte = Matte::new(color.unwrap_or_default(), key);
    let mut report = Report {
        color,
        method: matte.method,
        tolerance: matte.tolerance,
        softness: matte.softness,
        keyed: 0,
        softened: 0,
        border_share: 0.0,
    };
    if color.is_none() {
        return report;
    }
    report.border_share = border::share(&border, &matte);
    (report.keyed, report.softened) = matte.apply(&mut picture.rgba);
    report
}

#[cfg(test)]
mod tests;
