//! The shape of a catalogue entry. Every field is written in every entry, so that a new rule makes the compiler
//! ask the question for each model; absence always has a name.

use crate::date::Date;

pub use super::grid::{Formula, Grid, Rounding};
use super::rates::Rates;

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The address of the page, package or thread.
    pub url: &'static str,
    /// The day it was last read.
    pub checked: Date,
}

/// What is known of one ability of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact<T> {
    /// The model has it, with this rule.
    Known(T),
    /// The API refuses it for this model.
    NotSupported,
    /// No source says whether the model has it: sending it is a risk, not an error.
    NotPublished,
}

impl<T> Fact<T> {
    /// The same of the rule where it stands.
    pub const fn as_ref(&self) -> Fact<&T> {
        match self {
            Self::Known(rule) => Fact::Known(rule),
            Self::NotSupported => Fact::NotSupported,
            Self::NotPublished => Fact::NotPublished,
        }
    }

    /// The same of something else about the rule.
    pub fn map<U>(self, about: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(rule) => Fact::Known(about(rule)),
            Self::NotSupported => Fact::NotSupported,
            Self::NotPublished => Fact::NotPublished,
        }
    }
}

impl<T: Copy> Fact<T> {
    /// The rule, where there is one.
    pub const fn known(self) -> Option<T> {
        match self {
            Self::Known(rule) => Some(rule),
            Self::NotSupported | Self::NotPublished => None,
        }
    }

    /// Whether the API is known to refuse it.
    pub const fn is_refused(self) -> bool {
        matches!(self, Self::NotSupported)
    }
}

/// One image model, or several ids that differ in nothing a request can tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// The id that requests name. Matched exactly.
    pub id: &'static str,
    /// Further ids of the same model, dated snapshots for example. Matched exactly, never by prefix.
    pub snapshots: &'static [&'static str],
    /// What people call it.
    pub name: &'static str,
    /// When it came and when it goes.
    pub lifecycle: Lifecycle,
    /// The ways in.
    pub endpoints: Endpoints,
    /// Its id at Runware, where it is offered there.
    pub runware: Fact<RunwareRule>,

    /// The longest `prompt`, in Unicode characters (code points).
    pub prompt_max_chars: u32,
    /// `n`, images in one call.
    pub n: IntRule,
    /// `size`.
    pub sizes: SizeRule,
    /// `quality`.
    pub qualities: Choice,
    /// `background`.
    pub backgrounds: Fact<Choice>,
    /// `output_format`.
    pub output_formats: Fact<Choice>,
    /// `output_compression`, in percent; which formats take it is [`Model::compressible_formats`].
    pub output_compression: Fact<IntRule>,
    /// The output formats that `output_compression` applies to.
    pub compressible_formats: &'static [&'static str],
    /// The output formats that can hold transparent pixels.
    pub transparent_formats: &'static [&'static str],
    /// The output formats that only projects with preview access get.
    pub preview_formats: &'static [&'static str],
    /// Whether `background: "transparent"` is a preview that some accounts do not have yet.
    pub transparent_is_preview: bool,
    /// `moderation`.
    pub moderation: Fact<Choice>,
    /// `input_fidelity`, on edits.
    pub input_fidelity: Fact<Choice>,
    /// `stream` and `partial_images`.
    pub streaming: Fact<StreamRule>,
    /// `complexity`, how much the model plans.
    pub complexity: Fact<Choice>,
    /// `frame_count` and `frame_duration_ms`, with `output_format: "gif"`.
    pub animation: Fact<AnimationRule>,
    /// `output_format: "svg"` and its `svg` object.
    pub svg: Fact<SvgRule>,
    /// `style`, which only dall-e-3 had.
    pub style: Fact<Choice>,
    /// `response_format`, which GPT Image models refuse: they always answer base64.
    pub response_format: Fact<Choice>,
    /// Input images, masks and markup.
    pub edit: Fact<EditRule>,

    /// How many tokens a finished image has.
    pub output_tokens: OutputTokens,
    /// How many tokens each partial image adds.
    pub partial_image_tokens: Fact<u32>,
    /// How many tokens an input image has.
    pub input_tokens: InputTokens,
    /// Whether the model also writes text output, which is billed and cannot be foreseen.
    pub text_output: Fact<TextOutput>,
    /// Prices per token, oldest first; a change is appended, never written over.
    pub rates: &'static [Rates],
    /// The price of one finished image as published in a table, where there is one.
    pub per_image: &'static [PerImage],
    /// Whether to expect the table rather than tokens times price: only where they differ by more than rounding.
    pub per_image_decides: bool,
    /// Where [`Model::per_image`] and [`Model::output_tokens`] come from.
    pub cost_source: Source,
    /// Requests allowed per usage tier.
    pub tiers: Fact<&'static [TierLimit]>,
    /// Where the rules of this entry come from.
    pub source: Source,
}

/// The life of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// The day it could first be called.
    pub released: Option<Date>,
    /// The day its end was announced; `None` where no end is, or the day is not known.
    pub deprecated: Option<Date>,
    /// The first day on which calls fail.
    pub shutdown: Option<Date>,
    /// The ids OpenAI names to move to, the preferred one first; empty where none is named.
    pub replacements: &'static [&'static str],
    /// Where these dates come from.
    pub source: Source,
}

/// Where a model stands on a given day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Served, no end announced.
    Current,
    /// Served, its end announced.
    Deprecated,
    /// No longer served.
    Retired,
}

impl Status {
    /// The word the JavaScript API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Deprecated => "deprecated",
            Self::Retired => "retired",
        }
    }
}

impl Lifecycle {
    /// Where the model stands on that day.
    pub fn status(&self, today: Date) -> Status {
        if self.shutdown.is_some_and(|day| day <= today) {
            Status::Retired
        } else if self.deprecated.map_or(self.shutdown.is_some(), |day| day <= today) {
            Status::Deprecated
        } else {
            Status::Current
        }
    }
}

/// Which endpoints serve a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// `POST /images/generations`.
    pub generations: bool,
    /// `POST /images/edits`.
    pub edits: bool,
    /// As the `model` of the `image_generation` tool of `POST /responses`.
    pub responses_tool: bool,
    /// In Batch API files. `NotPublished` where sources disagree.
    pub batch: Fact<()>,
}

/// A closed set of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Every word that is accepted, in the order they are shown.
    pub values: &'static [&'static str],
    /// What the API takes when the field is left out; `None` where leaving it out is a state of its own.
    pub default: Option<&'static str>,
}

impl Choice {
    /// Whether the word is one of the set.
    pub fn accepts(&self, word: &str) -> bool {
        self.values.contains(&word)
    }
}

/// A whole number between two bounds, both allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntRule {
    /// The smallest.
    pub min: u32,
    /// The largest.
    pub max: u32,
    /// What the API takes when the field is left out.
    pub default: u32,
}

/// Which sizes a model draws, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SizeRule {
    /// Only these.
    Presets {
        /// Width and height of each.
        sizes: &'static [(u32, u32)],
        /// Whether `auto` is accepted too.
        auto: bool,
    },
    /// Any that keeps all of these rules; `auto` is accepted too.
    Flexible(FlexibleSize),
}

/// The rules of free sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlexibleSize {
    /// Both edges are multiples of this.
    pub multiple_of: u32,
    /// The longest edge allowed.
    pub max_edge: u32,
    /// The fewest pixels.
    pub min_pixels: u32,
    /// The most pixels.
    pub max_pixels: u32,
    /// The long edge is at most so many times the short one.
    pub max_ratio: u32,
    /// Above so many pixels OpenAI calls the size experimental.
    pub experimental_above_pixels: u32,
    /// Sizes worth offering first.
    pub popular: &'static [(u32, u32)],
}

impl FlexibleSize {
    /// Whether a size keeps every rule.
    #[allow(clippy::cast_lossless, reason = "`From` is not const")]
    pub const fn accepts(&self, width: u32, height: u32) -> bool {
        // Products of two u32 fit; the multiplications that look at 128 bits are slow in WebAssembly.
        let pixels = (width as u64).wrapping_mul(height as u64);
        let (long, short) = if width > height { (width, height) } else { (height, width) };
        short > 0
            && width.is_multiple_of(self.multiple_of)
            && height.is_multiple_of(self.multiple_of)
            && long <= self.max_edge
            && long as u64 <= (short as u64).wrapping_mul(self.max_ratio as u64)
            && pixels >= self.min_pixels as u64
            && pixels <= self.max_pixels as u64
    }
}

/// `stream` and `partial_images`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamRule {
    /// `partial_images`.
    pub partial_images: IntRule,
    /// The largest `n` of a streamed call.
    pub max_n: u32,
    /// The output formats that cannot be streamed.
    pub excluded_formats: &'static [&'static str],
}

/// Animated output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnimationRule {
    /// `frame_count`.
    pub frame_count: IntRule,
    /// `frame_duration_ms`, in milliseconds; the API rounds to 10.
    pub frame_duration_ms: IntRule,
    /// All frames are drawn on one sheet of at most so many pixels. Measured, not published.
    pub sheet_max_pixels: u32,
    /// How many frames the sheet has room for: up to so many frames (the first number) it is cut into so many cells.
    pub sheet_cells: &'static [(u32, u32)],
    /// Where the measurements are told.
    pub sheet_source: Source,
}

/// Vector output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SvgRule {
    /// The largest `n` with it.
    pub max_n: u32,
    /// `svg.reasoning.effort`.
    pub efforts: &'static [&'static str],
}

/// What an edit may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditRule {
    /// The most input images.
    pub max_images: u32,
    /// Each input image is smaller than this, in bytes.
    pub max_image_bytes: u64,
    /// The formats of input images, as [`crate::picture::Format`] names them.
    pub formats: &'static [&'static str],
    /// Whether input images must be square.
    pub square_only: bool,
    /// `mask`.
    pub mask: Fact<MaskRule>,
    /// `markup`, a transparent drawing over the first image.
    pub markup: Fact<()>,
    /// The JSON body with `images` by reference.
    pub json_body: bool,
    /// The longest `image_url`, in characters.
    pub max_image_url_chars: u32,
    /// How many of the first images `input_fidelity: "high"` looks at closely.
    pub high_fidelity_images: u32,
}

/// What a mask must be. It always has an alpha channel and the size of the first image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaskRule {
    /// The mask is smaller than this, in bytes.
    pub max_bytes: u64,
    /// Above so many bytes an older text of the reference forbids it: a warning.
    pub warn_above_bytes: u64,
    /// The output formats it cannot be combined with.
    pub excluded_formats: &'static [&'static str],
}

/// Tokens of a finished image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OutputTokens {
    /// One row per quality and size.
    Table(&'static [TokenRow]),
    /// A grid that grows with the size.
    Grid(Grid),
    /// Billed by the image, not by tokens.
    PerImage,
    /// OpenAI publishes no rule.
    NotPublished,
}

/// One row of a token table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenRow {
    /// The quality.
    pub quality: &'static str,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Image output tokens.
    pub tokens: u32,
}

/// Tokens of an input image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InputTokens {
    /// Scaled into a square, then counted in tiles.
    Tiles(Tiles),
    /// Counted in patches under a budget.
    Patches(Patches),
    /// OpenAI publishes no rule and nobody measured one; this is the rule of the closest relative, to be expected but not
    /// relied on.
    Likely(Patches),
    /// OpenAI publishes no rule and nobody measured one.
    NotPublished,
    /// The model takes no images, or does not bill them by tokens.
    None,
}

/// The tile rule: fit inside a square, scale the short side down, count tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiles {
    /// Images are first shrunk to fit a square of this edge.
    pub fit_edge: u32,
    /// Then the short side is shrunk to this.
    pub short_side: u32,
    /// The edge of a tile.
    pub tile: u32,
    /// Tokens of any image.
    pub base: u32,
    /// Tokens of each tile.
    pub per_tile: u32,
    /// Text tokens that each image is seen to add to those of the prompt.
    pub text_base: u32,
    /// And further ones for each of its tiles.
    pub text_per_tile: u32,
    /// Further tokens of a square image looked at closely (`input_fidelity: "high"`).
    pub high_square: u32,
    /// The same for any other ratio.
    pub high_other: u32,
    /// Whether the rule is documented for a sibling only and assumed here.
    pub assumed: bool,
}

/// The patch rule: magnify small images, cap the ratio, shrink to a budget, count patches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patches {
    /// The edge of a patch.
    pub patch: u32,
    /// The most patches of one image.
    pub budget: u32,
    /// Images with a shorter long side are magnified towards it.
    pub magnify_to: u32,
    /// At most so many times.
    pub magnify_max: u32,
    /// The ratio is capped to this for counting.
    pub max_ratio: u32,
    /// Text tokens that each image is seen to add to those of the prompt.
    pub text_per_image: u32,
    /// Whether the rule was found by measuring, or is documented for a sibling only, and assumed here.
    pub assumed: bool,
}

/// What is known of text output tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextOutput {
    /// The most that an estimate should expect of one call; the API gives no bound.
    pub expected_max: u32,
}

/// The published price of one finished image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerImage {
    /// The quality.
    pub quality: &'static str,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Its price in nano-dollars.
    pub nano_usd: u64,
}

/// What a usage tier allows in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierLimit {
    /// The tier, 1 to 5.
    pub tier: u32,
    /// Tokens in a minute.
    pub tokens_per_minute: u32,
    /// Images in a minute.
    pub images_per_minute: u32,
}

/// A model at Runware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunwareRule {
    /// Its AIR id.
    pub air: &'static str,
    /// Where the id and the rules of the task come from.
    pub source: Source,
}
