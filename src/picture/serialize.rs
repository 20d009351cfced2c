//! What a header tells, in the form of the JavaScript API.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Color, ImageInfo, Problem};

impl Color {
    /// The word the JavaScript API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gray => "gray",
            Self::Rgb => "rgb",
            Self::Palette => "palette",
            Self::Cmyk => "cmyk",
        }
    }
}

impl Problem {
    /// The word the JavaScript API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotAnImage => "not_an_image",
            Self::Truncated(_) => "truncated",
            Self::Corrupt(_) => "corrupt",
        }
    }
}

impl Serialize for ImageInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("ImageInfo", 9)?;
        out.serialize_field("format", self.format.name())?;
        out.serialize_field("width", &self.width)?;
        out.serialize_field("height", &self.height)?;
        out.serialize_field("bit_depth", &self.bit_depth)?;
        out.serialize_field("color", self.color.name())?;
        out.serialize_field("has_alpha", &self.has_alpha)?;
        out.serialize_field("animated", &self.animated)?;
        out.serialize_field("orientation", &self.orientation)?;
        out.serialize_field("complete", &self.complete)?;
        out.end()
    }
}
