//! gpt-image-2.6, in two kinds. OpenAI publishes no calculator for it: its price before the call is unknown.

use super::model::{
    AnimationRule, Choice, Endpoints, Fact, InputTokens, IntRule, Lifecycle, MaskRule, Model, OutputTokens,
    SizeRule, Source, StreamRule, SvgRule,
};
use super::rates::{Rates, TokenRates};
use super::shared;
use crate::date::Date;

const PAGE: Source = Source {
    url: "https://developers.openai.com/api/docs/models/gpt-image-2.6-sunburst",
    checked: shared::CHECKED,
};

const FORMATS: Choice = Choice { values: &["png", "jpeg", "webp", "gif", "svg"], default: Some("png") };

/// Frames, and how large they may be: a reseller found square frames of at most 960 pixels for 2 to 9 of them, 816 for 10
/// to 12, and 720 for 13 to 16. That is a sheet of 8,294,400 pixels in 9, 12 or 16 cells.
const ANIMATION: AnimationRule = AnimationRule {
    frame_count: IntRule { min: 2, max: 16, default: 9 },
    frame_duration_ms: IntRule { min: 10, max: 655_350, default: 200 },
    sheet_max_pixels: 8_294_400,
    sheet_cells: &[(9, 9), (12, 12), (16, 16)],
    sheet_source: Source {
        url: "https://docs.apiyi.com/en/live/2026-11/gpt-image-2-6-gif-size-table",
        checked: shared::CHECKED,
    },
};

/// gpt-image-2.6-sunburst.
pub(super) const SUNBURST: Model = model("gpt-image-2.6-sunburst", "GPT Image 2.6 Sunburst");

/// gpt-image-2.6-flare.
pub(super) const FLARE: Model = model("gpt-image-2.6-flare", "GPT Image 2.6 Flare");

const fn model(id: &'static str, name: &'static str) -> Model {
    Model {
        id,
        snapshots: &[],
        name,
        lifecycle: Lifecycle {
            released: Some(Date::new(2026, 11, 4)),
            deprecated: None,
            shutdown: None,
            replacements: &[],
            source: shared::REFERENCE,
        },
        endpoints: Endpoints {
            generations: true,
            edits: true,
            responses_tool: true,
            batch: Fact::NotPublished,
        },
        runware: Fact::NotPublished,
        prompt_max_chars: shared::PROMPT_MAX_CHARS,
        n: shared::ONE_TO_TEN,
        sizes: SizeRule::Flexible(shared::FLEXIBLE),
        qualities: shared::FIVE_QUALITIES,
        backgrounds: Fact::Known(shared::BACKGROUNDS),
        output_formats: Fact::Known(FORMATS),
        output_compression: Fact::Known(shared::PERCENT),
        compressible_formats: &["jpeg", "webp"],
        transparent_formats: &["png", "webp", "gif", "svg"],
        preview_formats: &["gif", "svg"],
        transparent_is_preview: false,
        moderation: Fact::Known(shared::MODERATION),
        input_fidelity: Fact::NotPublished,
        streaming: Fact::Known(StreamRule { excluded_formats: &["gif", "svg"], ..shared::STREAM }),
        complexity: Fact::Known(Choice { values: &["low", "medium", "high"], default: None }),
        animation: Fact::Known(ANIMATION),
        // Edits too: openai 7.57.0, `ImageEditParams.Svg` (2026-11-13). Until 7.55.0 it said that they give no vector images.
        svg: Fact::Known(SvgRule {
            max_n: 1,
            efforts: &["none", "minimal", "low", "medium", "high", "xhigh", "max"],
        }),
        style: Fact::NotSupported,
        response_format: Fact::NotSupported,
        edit: Fact::Known(shared::edit(
            Fact::Known(()),
            0,
            MaskRule { excluded_formats: &["gif"], ..shared::MASK },
        )),
        // A reseller measured three to four times the tokens of 2.5 at low and medium (2026-11-05): not computed with its grid.
        output_tokens: OutputTokens::NotPublished,
        partial_image_tokens: shared::PARTIAL_IMAGE_TOKENS,
        input_tokens: InputTokens::Likely(shared::PATCHES),
        text_output: Fact::NotSupported,
        rates: &[Rates {
            from: None,
            standard: TokenRates {
                text_input: 5_000,
                cached_text_input: 1_250,
                image_input: 8_000,
                cached_image_input: 2_000,
                image_output: 30_000,
                text_output: Fact::NotSupported,
            },
            batch: Fact::NotPublished,
            source: PAGE,
        }],
        per_image: &[],
        per_image_decides: false,
        cost_source: PAGE,
        tiers: Fact::NotPublished,
        source: shared::REFERENCE,
    }
}
