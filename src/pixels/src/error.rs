//! Why a picture could not be worked with.

use core::fmt::{Display, Formatter, Result};

use gpt_image_edge::picture::Format;

/// Why a picture could not be worked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PixelsError {
    /// The bytes are no PNG, JPEG, WebP or GIF.
    NotAnImage,
    /// The format is known and not read here.
    UnsupportedFormat(Format),
    /// The file ends before its pixels do.
    Truncated(Format),
    /// The file contradicts its format.
    Corrupt(Format),
    /// More pixels than [`Limits`](crate::Limits) allows, or an edge longer than 65,535 pixels.
    TooLarge {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
        /// How many pixels are allowed.
        max_pixels: u32,
    },
    /// The picture cannot be written: WebP ends at 16,383 pixels an edge.
    Unwritable(Format),
}

impl PixelsError {
    /// The word that programs tell errors apart by.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAnImage => "not_an_image",
            Self::UnsupportedFormat(_) => "unsupported_format",
            Self::Truncated(_) => "truncated",
            Self::Corrupt(_) => "corrupt",
            Self::TooLarge { .. } => "too_large",
            Self::Unwritable(_) => "unwritable",
        }
    }
}

impl Display for PixelsError {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::NotAnImage => write!(out, "is not an image; expected png, jpeg or webp"),
            Self::UnsupportedFormat(format) => {
                write!(out, "is a {} file, which is not read here", format.name())
            }
            Self::Truncated(format) => {
                write!(out, "is a {} file that ends before its pixels do", format.name())
            }
            Self::Corrupt(format) => write!(out, "is a damaged {} file", format.name()),
            Self::TooLarge { width, height, max_pixels } => {
                write!(out, "is {width}x{height}; allowed are {max_pixels} pixels and edges up to 65535")
            }
            Self::Unwritable(format) => {
                write!(out, "has too many pixels on an edge to be written as {}", format.name())
            }
        }
    }
}

impl core::error::Error for PixelsError {}
