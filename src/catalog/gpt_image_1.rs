//! gpt-image-1, the first of the family. Shut down on 2026-10-23; kept for migration.

use super::model::{
    Endpoints, Fact, InputTokens, Lifecycle, Model, OutputTokens, PerImage, SizeRule, Source,
};
use super::rates::{Rates, TokenRates};
use super::shared;
use crate::date::Date;

const PAGE: Source =
    Source { url: "https://developers.openai.com/api/docs/models/gpt-image-1", checked: shared::CHECKED };

/// The entry.
pub(super) const MODEL: Model = Model {
    id: "gpt-image-1",
    snapshots: &[],
    name: "GPT Image 1",
    lifecycle: Lifecycle {
        released: Some(Date::new(2025, 4, 23)),
        deprecated: None,
        shutdown: Some(Date::new(2026, 10, 23)),
        replacements: &["gpt-image-2.5-sunburst", "gpt-image-2.5-flare"],
        source: shared::REFERENCE,
    },
    endpoints: Endpoints { generations: true, edits: true, responses_tool: true, batch: Fact::Known(()) },
    runware: Fact::NotPublished,
    prompt_max_chars: shared::PROMPT_MAX_CHARS,
    n: shared::ONE_TO_TEN,
    sizes: SizeRule::Presets { sizes: shared::PRESETS, auto: true },
    qualities: shared::THREE_QUALITIES,
    backgrounds: Fact::Known(shared::BACKGROUNDS),
    output_formats: Fact::Known(shared::FORMATS),
    output_compression: Fact::Known(shared::PERCENT),
    compressible_formats: &["jpeg", "webp"],
    transparent_formats: &["png", "webp"],
    preview_formats: &[],
    transparent_is_preview: false,
    moderation: Fact::Known(shared::MODERATION),
    input_fidelity: Fact::Known(shared::BOTH_FIDELITIES),
    streaming: Fact::Known(shared::STREAM),
    complexity: Fact::NotSupported,
    animation: Fact::NotSupported,
    svg: Fact::NotSupported,
    style: Fact::NotSupported,
    response_format: Fact::NotSupported,
    edit: Fact::Known(shared::edit(Fact::NotSupported, 1, shared::MASK)),
    output_tokens: OutputTokens::Table(shared::TOKEN_TABLE),
    partial_image_tokens: shared::PARTIAL_IMAGE_TOKENS,
    input_tokens: InputTokens::Tiles(shared::tiles(false)),
    text_output: Fact::NotSupported,
    rates: &[Rates {
        from: None,
        standard: TokenRates {
            text_input: 5_000,
            cached_text_input: 1_250,
            image_input: 10_000,
            cached_image_input: 2_500,
            image_output: 40_000,
            text_output: Fact::NotSupported,
        },
        // Cached text is published as 0.63 per million in batches: 0.625 rounded.
        batch: Fact::Known(TokenRates {
            text_input: 2_500,
            cached_text_input: 625,
            image_input: 5_000,
            cached_image_input: 1_250,
            image_output: 20_000,
            text_output: Fact::NotSupported,
        }),
        source: PAGE,
    }],
    per_image: &[
        PerImage { quality: "low", width: 1024, height: 1024, nano_usd: 11_000_000 },
        PerImage { quality: "low", width: 1024, height: 1536, nano_usd: 16_000_000 },
        PerImage { quality: "low", width: 1536, height: 1024, nano_usd: 16_000_000 },
        PerImage { quality: "medium", width: 1024, height: 1024, nano_usd: 42_000_000 },
        PerImage { quality: "medium", width: 1024, height: 1536, nano_usd: 63_000_000 },
        PerImage { quality: "medium", width: 1536, height: 1024, nano_usd: 63_000_000 },
        PerImage { quality: "high", width: 1024, height: 1024, nano_usd: 167_000_000 },
        PerImage { quality: "high", width: 1024, height: 1536, nano_usd: 250_000_000 },
        PerImage { quality: "high", width: 1536, height: 1024, nano_usd: 250_000_000 },
    ],
    per_image_decides: false,
    cost_source: shared::GUIDE,
    tiers: Fact::Known(shared::TIERS),
    source: shared::REFERENCE,
};
