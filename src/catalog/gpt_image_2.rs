//! gpt-image-2, the first with free sizes.

use super::grid::{self, Formula, Grid, Rounding};
use super::model::{
    Endpoints, Fact, InputTokens, Lifecycle, Model, OutputTokens, PerImage, SizeRule, Source,
};
use super::rates::{Rates, TokenRates};
use super::shared;
use crate::date::Date;

const PAGE: Source =
    Source { url: "https://developers.openai.com/api/docs/models/gpt-image-2", checked: shared::CHECKED };

const FACTORS: [(&str, u32); 3] = [("low", 16), ("medium", 48), ("high", 96)];
const FORMULA: Formula = shared::formula(Rounding::HalfUp);
const RANGES: [(u32, u32); 3] = grid::ranges(&FACTORS, FORMULA, &shared::FLEXIBLE);

/// The entry.
pub(super) const MODEL: Model = Model {
    id: "gpt-image-2",
    snapshots: &["gpt-image-2-2026-04-21"],
    name: "GPT Image 2",
    lifecycle: Lifecycle {
        released: Some(Date::new(2026, 4, 21)),
        deprecated: None,
        shutdown: None,
        replacements: &[],
        source: PAGE,
    },
    endpoints: Endpoints { generations: true, edits: true, responses_tool: true, batch: Fact::Known(()) },
    runware: Fact::NotPublished,
    prompt_max_chars: shared::PROMPT_MAX_CHARS,
    n: shared::ONE_TO_TEN,
    sizes: SizeRule::Flexible(shared::FLEXIBLE),
    qualities: shared::THREE_QUALITIES,
    backgrounds: Fact::Known(shared::BACKGROUNDS),
    output_formats: Fact::Known(shared::FORMATS),
    output_compression: Fact::Known(shared::PERCENT),
    compressible_formats: &["jpeg", "webp"],
    transparent_formats: &["png", "webp"],
    preview_formats: &[],
    // A preview since 2026-08-20; refused before.
    transparent_is_preview: true,
    moderation: Fact::Known(shared::MODERATION),
    // Always looks closely; even `null` is refused: github.com/pydantic/pydantic-ai/issues/5413.
    input_fidelity: Fact::NotSupported,
    streaming: Fact::Known(shared::STREAM),
    complexity: Fact::NotSupported,
    animation: Fact::NotSupported,
    svg: Fact::NotSupported,
    style: Fact::NotSupported,
    response_format: Fact::NotSupported,
    edit: Fact::Known(shared::edit(Fact::NotSupported, 0, shared::MASK)),
    output_tokens: OutputTokens::Grid(Grid { factors: &FACTORS, ranges: &RANGES, formula: FORMULA }),
    partial_image_tokens: shared::PARTIAL_IMAGE_TOKENS,
    input_tokens: InputTokens::Patches(shared::PATCHES),
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
    per_image: &[
        PerImage { quality: "low", width: 1024, height: 1024, nano_usd: 6_000_000 },
        PerImage { quality: "low", width: 1024, height: 1536, nano_usd: 5_000_000 },
        PerImage { quality: "low", width: 1536, height: 1024, nano_usd: 5_000_000 },
        PerImage { quality: "medium", width: 1024, height: 1024, nano_usd: 53_000_000 },
        PerImage { quality: "medium", width: 1024, height: 1536, nano_usd: 41_000_000 },
        PerImage { quality: "medium", width: 1536, height: 1024, nano_usd: 41_000_000 },
        PerImage { quality: "high", width: 1024, height: 1024, nano_usd: 211_000_000 },
        PerImage { quality: "high", width: 1024, height: 1536, nano_usd: 165_000_000 },
        PerImage { quality: "high", width: 1536, height: 1024, nano_usd: 165_000_000 },
    ],
    per_image_decides: false,
    cost_source: shared::CALCULATOR_2,
    tiers: Fact::Known(shared::TIERS),
    source: shared::REFERENCE,
};
