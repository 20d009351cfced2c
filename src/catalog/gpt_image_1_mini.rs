//! gpt-image-1-mini, the model this project began with. It ends on 2026-12-01.

use super::model::{
    Choice, Endpoints, Fact, InputTokens, Lifecycle, Model, OutputTokens, PerImage, RunwareRule, SizeRule,
    Source,
};
use super::rates::{Rates, TokenRates};
use super::shared;
use crate::date::Date;

const MODEL_PAGE: Source = Source {
    url: "https://developers.openai.com/api/docs/models/gpt-image-1-mini",
    checked: shared::CHECKED,
};

/// The entry.
pub(super) const MODEL: Model = Model {
    id: "gpt-image-1-mini",
    snapshots: &[],
    name: "GPT Image 1 mini",
    lifecycle: Lifecycle {
        released: Some(Date::new(2025, 10, 6)),
        deprecated: Some(Date::new(2026, 6, 2)),
        shutdown: Some(Date::new(2026, 12, 1)),
        replacements: shared::NAMED_REPLACEMENTS,
        source: shared::DEPRECATIONS,
    },
    endpoints: Endpoints { generations: true, edits: true, responses_tool: true, batch: Fact::Known(()) },
    runware: Fact::Known(RunwareRule {
        air: "openai:1@2",
        source: Source {
            url: "https://runware.ai/docs/models/openai-gpt-image-1-mini",
            checked: shared::CHECKED,
        },
    }),
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
    // The newest reference text: mini takes only `low`. Seen live as a 400: github.com/lobehub/lobehub/pull/9920.
    input_fidelity: Fact::Known(Choice { values: &["low"], default: Some("low") }),
    streaming: Fact::Known(shared::STREAM),
    complexity: Fact::NotSupported,
    animation: Fact::NotSupported,
    svg: Fact::NotSupported,
    style: Fact::NotSupported,
    response_format: Fact::NotSupported,
    edit: Fact::Known(shared::edit(Fact::NotSupported, 1, shared::MASK)),
    output_tokens: OutputTokens::Table(shared::TOKEN_TABLE),
    partial_image_tokens: shared::PARTIAL_IMAGE_TOKENS,
    // Documented for gpt-image-1 only; mini has the low fidelity of the same family.
    input_tokens: InputTokens::Tiles(shared::tiles(true)),
    text_output: Fact::NotSupported,
    rates: &[Rates {
        from: None,
        standard: TokenRates {
            text_input: 2_000,
            cached_text_input: 200,
            image_input: 2_500,
            cached_image_input: 250,
            image_output: 8_000,
            text_output: Fact::NotSupported,
        },
        // Published as 0.13 per million for cached image input: 0.125 rounded.
        batch: Fact::Known(TokenRates {
            text_input: 1_000,
            cached_text_input: 100,
            image_input: 1_250,
            cached_image_input: 125,
            image_output: 4_000,
            text_output: Fact::NotSupported,
        }),
        source: MODEL_PAGE,
    }],
    per_image: &[
        PerImage { quality: "low", width: 1024, height: 1024, nano_usd: 5_000_000 },
        PerImage { quality: "low", width: 1024, height: 1536, nano_usd: 6_000_000 },
        PerImage { quality: "low", width: 1536, height: 1024, nano_usd: 6_000_000 },
        PerImage { quality: "medium", width: 1024, height: 1024, nano_usd: 11_000_000 },
        PerImage { quality: "medium", width: 1024, height: 1536, nano_usd: 15_000_000 },
        PerImage { quality: "medium", width: 1536, height: 1024, nano_usd: 15_000_000 },
        PerImage { quality: "high", width: 1024, height: 1024, nano_usd: 36_000_000 },
        PerImage { quality: "high", width: 1024, height: 1536, nano_usd: 52_000_000 },
        PerImage { quality: "high", width: 1536, height: 1024, nano_usd: 52_000_000 },
    ],
    per_image_decides: true,
    cost_source: shared::GUIDE,
    tiers: Fact::Known(shared::TIERS),
    source: shared::REFERENCE,
};
