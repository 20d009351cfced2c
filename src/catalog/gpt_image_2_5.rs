//! gpt-image-2.5, in two kinds that take the same requests at the same price.

use super::grid::{self, Formula, Grid, Rounding};
use super::model::{Endpoints, Fact, InputTokens, Lifecycle, Model, OutputTokens, SizeRule, Source};
use super::rates::{Rates, TokenRates};
use super::shared;
use crate::date::Date;

const PAGE: Source = Source {
    url: "https://developers.openai.com/api/docs/models/gpt-image-2.5-flare",
    checked: shared::CHECKED,
};

/// The calculator on OpenAI's page, bundle of 2026-09-08: it rounds halves to even.
const CALCULATOR: Source = shared::GUIDE;

const FACTORS: [(&str, u32); 5] = [("low", 16), ("medium", 24), ("high", 48), ("xhigh", 64), ("max", 96)];
const FORMULA: Formula = shared::formula(Rounding::HalfEven);
const RANGES: [(u32, u32); 5] = grid::ranges(&FACTORS, FORMULA, &shared::FLEXIBLE);

/// gpt-image-2.5-sunburst.
pub(super) const SUNBURST: Model =
    model("gpt-image-2.5-sunburst", "GPT Image 2.5 Sunburst", &["gpt-image-2.5-sunburst-2026-09-08"]);

/// gpt-image-2.5-flare.
pub(super) const FLARE: Model =
    model("gpt-image-2.5-flare", "GPT Image 2.5 Flare", &["gpt-image-2.5-flare-2026-09-08"]);

const fn model(id: &'static str, name: &'static str, snapshots: &'static [&'static str]) -> Model {
    Model {
        id,
        snapshots,
        name,
        lifecycle: Lifecycle {
            released: Some(Date::new(2026, 9, 8)),
            deprecated: None,
            shutdown: None,
            replacements: &[],
            source: shared::REFERENCE,
        },
        endpoints: Endpoints {
            generations: true,
            edits: true,
            responses_tool: true,
            // The model page of September says no, the price list of October has batch prices.
            batch: Fact::NotPublished,
        },
        runware: Fact::NotPublished,
        prompt_max_chars: shared::PROMPT_MAX_CHARS,
        n: shared::ONE_TO_TEN,
        sizes: SizeRule::Flexible(shared::FLEXIBLE),
        qualities: shared::FIVE_QUALITIES,
        backgrounds: Fact::Known(shared::BACKGROUNDS),
        output_formats: Fact::Known(shared::FORMATS),
        output_compression: Fact::Known(shared::PERCENT),
        compressible_formats: &["jpeg", "webp"],
        transparent_formats: &["png", "webp"],
        preview_formats: &[],
        transparent_is_preview: false,
        moderation: Fact::Known(shared::MODERATION),
        input_fidelity: Fact::NotPublished,
        streaming: Fact::Known(shared::STREAM),
        complexity: Fact::NotPublished,
        animation: Fact::NotSupported,
        svg: Fact::NotSupported,
        style: Fact::NotSupported,
        response_format: Fact::NotSupported,
        edit: Fact::Known(shared::edit(Fact::Known(()), 0, shared::MASK)),
        output_tokens: OutputTokens::Grid(Grid { factors: &FACTORS, ranges: &RANGES, formula: FORMULA }),
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
            // Seen on the price list on 2026-10-14 by genai-prices 0.2.3.
            batch: Fact::Known(TokenRates {
                text_input: 2_500,
                cached_text_input: 625,
                image_input: 4_000,
                cached_image_input: 1_000,
                image_output: 15_000,
                text_output: Fact::NotSupported,
            }),
            source: PAGE,
        }],
        per_image: &[],
        per_image_decides: false,
        cost_source: CALCULATOR,
        tiers: Fact::Known(shared::TIERS),
        source: shared::REFERENCE,
    }
}
