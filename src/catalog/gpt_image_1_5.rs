//! gpt-image-1.5 and the model behind `ChatGPT`'s images, which differ in their ids only. Both end on 2026-12-01.

use super::model::{
    Endpoints, Fact, InputTokens, Lifecycle, Model, OutputTokens, PerImage, SizeRule, Source, TextOutput,
};
use super::rates::{Rates, TokenRates};
use super::shared;
use crate::date::Date;

const PAGE: Source =
    Source { url: "https://developers.openai.com/api/docs/models/gpt-image-1.5", checked: shared::CHECKED };

/// gpt-image-1.5.
pub(super) const MODEL: Model = model("gpt-image-1.5", "GPT Image 1.5", &["gpt-image-1.5-2025-12-16"]);

/// chatgpt-image-latest.
pub(super) const CHATGPT: Model = model("chatgpt-image-latest", "ChatGPT Image", &[]);

const fn model(id: &'static str, name: &'static str, snapshots: &'static [&'static str]) -> Model {
    Model {
        id,
        snapshots,
        name,
        lifecycle: Lifecycle {
            released: Some(Date::new(2025, 12, 16)),
            deprecated: Some(Date::new(2026, 6, 2)),
            shutdown: Some(Date::new(2026, 12, 1)),
            replacements: shared::NAMED_REPLACEMENTS,
            source: shared::DEPRECATIONS,
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
        edit: Fact::Known(shared::edit(Fact::NotSupported, 5, shared::MASK)),
        output_tokens: OutputTokens::Table(shared::TOKEN_TABLE),
        partial_image_tokens: shared::PARTIAL_IMAGE_TOKENS,
        // Confirmed by recorded replies: 194 tokens for one small picture, 323 for a landscape.
        input_tokens: InputTokens::Tiles(shared::tiles(true)),
        // 143 to 335 tokens of text were seen in recorded edits (github.com/BerriAI/litellm/issues/21902, 2026); nothing bounds them.
        text_output: Fact::Known(TextOutput { expected_max: 512 }),
        rates: &[Rates {
            from: None,
            standard: TokenRates {
                text_input: 5_000,
                cached_text_input: 1_250,
                image_input: 8_000,
                cached_image_input: 2_000,
                image_output: 32_000,
                text_output: Fact::Known(10_000),
            },
            // Cached text is published as 0.63 per million in batches: 0.625 rounded.
            batch: Fact::Known(TokenRates {
                text_input: 2_500,
                cached_text_input: 625,
                image_input: 4_000,
                cached_image_input: 1_000,
                image_output: 16_000,
                text_output: Fact::Known(5_000),
            }),
            source: PAGE,
        }],
        per_image: &[
            PerImage { quality: "low", width: 1024, height: 1024, nano_usd: 9_000_000 },
            PerImage { quality: "low", width: 1024, height: 1536, nano_usd: 13_000_000 },
            PerImage { quality: "low", width: 1536, height: 1024, nano_usd: 13_000_000 },
            PerImage { quality: "medium", width: 1024, height: 1024, nano_usd: 34_000_000 },
            PerImage { quality: "medium", width: 1024, height: 1536, nano_usd: 50_000_000 },
            PerImage { quality: "medium", width: 1536, height: 1024, nano_usd: 50_000_000 },
            PerImage { quality: "high", width: 1024, height: 1024, nano_usd: 133_000_000 },
            PerImage { quality: "high", width: 1024, height: 1536, nano_usd: 200_000_000 },
            PerImage { quality: "high", width: 1536, height: 1024, nano_usd: 200_000_000 },
        ],
        per_image_decides: false,
        cost_source: shared::GUIDE,
        tiers: Fact::NotPublished,
        source: shared::REFERENCE,
    }
}
