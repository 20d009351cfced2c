//! Objects field by field.

use super::write::{Pack, Writer};
use super::{END, OBJECT};
use crate::picture::ImageInfo;

/// An object that is being written.
pub(super) struct Fields<'w> {
    out: &'w mut Writer,
}

impl<'w> Fields<'w> {
    pub(super) fn begin(out: &'w mut Writer) -> Self {
        out.tag(OBJECT);
        Self { out }
    }

    /// Begins a field, whose value is to follow.
    pub(super) fn name(&mut self, name: &str) -> &mut Writer {
        self.out.text(name);
        self.out
    }

    pub(super) fn text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.name(name).text(text);
        }
    }

    pub(super) fn number(&mut self, name: &str, number: Option<f64>) {
        if let Some(number) = number {
            self.name(name).number(number);
        }
    }

    pub(super) fn flag(&mut self, name: &str, flag: bool) {
        self.name(name).flag(flag);
    }

    pub(super) fn end(self) {
        self.out.tag(END);
    }
}

/// As it serializes.
impl Pack for ImageInfo {
    fn pack(&self, out: &mut Writer) {
        let mut fields = Fields::begin(out);
        fields.text("format", Some(self.format.name()));
        fields.number("width", Some(self.width.into()));
        fields.number("height", Some(self.height.into()));
        fields.number("bit_depth", Some(self.bit_depth.into()));
        fields.text("color", Some(self.color.name()));
        fields.flag("has_alpha", self.has_alpha);
        fields.flag("animated", self.animated);
        fields.number("orientation", Some(self.orientation.into()));
        fields.flag("complete", self.complete);
        fields.end();
    }
}
