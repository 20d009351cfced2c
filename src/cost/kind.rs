//! The parts of a bill.

/// What part of a bill an amount belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The prompt.
    TextInput,
    /// The input images and the mask.
    ImageInput,
    /// The finished images.
    ImageOutput,
    /// The partial images of a stream.
    PartialImages,
    /// Text the model writes.
    TextOutput,
    /// The part of the prompt that was read from the cache.
    CachedTextInput,
    /// The part of the input images that was read from the cache.
    CachedImageInput,
}

impl Kind {
    /// Every kind, in the order of their numbers: `src/js/packed/compact.rs` sends those.
    pub const ALL: [Self; 7] = [
        Self::TextInput,
        Self::ImageInput,
        Self::ImageOutput,
        Self::PartialImages,
        Self::TextOutput,
        Self::CachedTextInput,
        Self::CachedImageInput,
    ];

    /// The word the JavaScript API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TextInput => "text_input",
            Self::ImageInput => "image_input",
            Self::ImageOutput => "image_output",
            Self::PartialImages => "partial_images",
            Self::TextOutput => "text_output",
            Self::CachedTextInput => "cached_text_input",
            Self::CachedImageInput => "cached_image_input",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn each_stands_at_its_number() {
        assert!(Kind::ALL.iter().enumerate().all(|(at, kind)| *kind as usize == at));
    }
}
