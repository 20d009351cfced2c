//! What an estimate says beside its numbers.

/// Something that is unknown, or that was assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Note {
    /// The catalogue does not know the model.
    UnknownModel,
    /// No rule is published for the output tokens.
    NoOutputRule,
    /// The size or the quality is not one the model offers.
    NotOffered,
    /// `n` or `partial_images` is not a number the model accepts.
    InvalidCount,
    /// No rule is published for input images.
    NoInputRule,
    /// No rule is published for input images; that of the closest relative is expected.
    LikelyInput,
    /// The rule for input images is documented for a sibling, or was measured.
    AssumedInput,
    /// Whether masks and markup are billed as input images is not published.
    MaskMayBeBilled,
    /// The model may write text.
    TextOutput,
    /// The published price of an image differs from tokens times price.
    TableDiffers,
    /// No price is published for batches.
    NoBatchPrice,
    #[cfg(feature = "extras")]
    /// The language model's own tokens are not in the sums.
    LanguageModel,
    #[cfg(feature = "extras")]
    /// Earlier turns may bring input images with them.
    EarlierTurns,
    #[cfg(feature = "extras")]
    /// The language model decides whether and how often it draws.
    Draws,
    #[cfg(feature = "extras")]
    /// There is no image tool, so nothing is drawn.
    NoImageTool,
    #[cfg(feature = "extras")]
    /// Runware's price per image.
    Runware,
    #[cfg(feature = "extras")]
    /// A batch line without a url or a body that could be priced.
    NotABatchLine,
    /// The model has been shut down.
    Ended,
    /// The model that writes a vector image is billed too.
    SvgAuthor,
}

impl Note {
    /// Every note, in the order of their numbers: `src/js/packed/compact.rs` sends those.
    pub const ALL: &[Self] = &[
        Self::UnknownModel,
        Self::NoOutputRule,
        Self::NotOffered,
        Self::InvalidCount,
        Self::NoInputRule,
        Self::LikelyInput,
        Self::AssumedInput,
        Self::MaskMayBeBilled,
        Self::TextOutput,
        Self::TableDiffers,
        Self::NoBatchPrice,
        #[cfg(feature = "extras")]
        Self::LanguageModel,
        #[cfg(feature = "extras")]
        Self::EarlierTurns,
        #[cfg(feature = "extras")]
        Self::Draws,
        #[cfg(feature = "extras")]
        Self::NoImageTool,
        #[cfg(feature = "extras")]
        Self::Runware,
        #[cfg(feature = "extras")]
        Self::NotABatchLine,
        Self::Ended,
        Self::SvgAuthor,
    ];

    /// The note as a plain sentence, lower case and without its full stop.
    pub const fn text(self) -> &'static str {
        match self {
            Self::UnknownModel => "the catalogue does not know the model, so there are no prices",
            Self::NoOutputRule => {
                "no rule is published for the output tokens of this model: what the finished images cost is unknown"
            }
            Self::NotOffered => {
                "the size or the quality is not one the model offers: what the finished images cost is unknown"
            }
            Self::InvalidCount => {
                "n or partial_images is not a number the model accepts: what the images cost is unknown"
            }
            Self::NoInputRule => {
                "no rule is published for the input images of this model: what they cost is unknown"
            }
            Self::LikelyInput => {
                "no rule is published for the input images of this model: expected is that of its closest relative, and nothing bounds it"
            }
            Self::AssumedInput => {
                "the tokens of input images follow a rule that is documented for a sibling only, or was measured"
            }
            Self::MaskMayBeBilled => {
                "whether a mask or markup is billed as an input image is not published: max holds it"
            }
            Self::TextOutput => {
                "the model may write text, which is billed and not bounded: max holds more than was seen so far"
            }
            Self::TableDiffers => {
                "the published price of an image differs from its tokens times their price: the interval holds both"
            }
            Self::NoBatchPrice => {
                "no price is published for batches of this model: the standard price was taken"
            }
            #[cfg(feature = "extras")]
            Self::LanguageModel => {
                "the language model's own tokens come on top, at its own prices: nothing here bounds the whole"
            }
            #[cfg(feature = "extras")]
            Self::EarlierTurns => {
                "images of earlier turns may be billed as input again: their number is unknown"
            }
            #[cfg(feature = "extras")]
            Self::Draws => "the language model decides whether it draws and how often: one call is expected",
            #[cfg(feature = "extras")]
            Self::NoImageTool => "the response has no image tool, so nothing is drawn",
            #[cfg(feature = "extras")]
            Self::Runware => "Runware bills by the image: input images and the prompt cost nothing more",
            #[cfg(feature = "extras")]
            Self::NotABatchLine => "the batch line has no url and body that could be priced",
            Self::SvgAuthor => {
                "the model that writes the vector image is billed beside it, at its own prices: nothing here bounds the whole"
            }
            Self::Ended => "the model has been shut down: what is told here is what held until then",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Note;

    #[test]
    fn each_stands_at_its_number() {
        assert!(Note::ALL.iter().enumerate().all(|(at, note)| *note as usize == at));
    }

    #[test]
    fn notes_are_sentences_of_their_own() {
        for (at, note) in Note::ALL.iter().enumerate() {
            let text = note.text();
            assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
            assert!(Note::ALL.iter().skip(at + 1).all(|other| other.text() != text), "{text}");
        }
    }
}
