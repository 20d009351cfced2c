//! gpt-image-1-mini, the model this project began with. It ends on 2026-12-01.

use super::model::{
    Choice, EditRule, Endpoints, Fact, InputTokens, IntRule, Lifecycle, MaskRule, Model, OutputTokens,
    PerImage, RunwareRule, SizeRule, Source, StreamRule, TierLimit, Tiles, TokenRow,
};
use super::rates::{Rates, TokenRates};
use crate::date::Date;

const CHECKED: Date = Date::new(2026, 11, 20);

const MODEL_PAGE: Source =
    Source { url: "https://developers.openai.com/api/docs/models/gpt-image-1-mini", checked: CHECKED };

/// The reference, by way of the official SDK generated from it (openai 7.55.0, published 2026-11-10).
const REFERENCE: Source = Source { url: "https://www.npmjs.com/package/openai/v/7.55.0", checked: CHECKED };

const GUIDE: Source =
    Source { url: "https://developers.openai.com/api/docs/guides/image-generation", checked: CHECKED };

/// The entry.
pub(super) const MODEL: Model = Model {
    id: "gpt-image-1-mini",
    snapshots: &[],
    name: "GPT Image 1 mini",
    lifecycle: Lifecycle {
        released: Some(Date::new(2025, 10, 6)),
        deprecated: Some(Date::new(2026, 6, 2)),
        shutdown: Some(Date::new(2026, 12, 1)),
        replacements: &["gpt-image-2.5-flare", "gpt-image-2.5-sunburst", "gpt-image-2"],
        source: Source { url: "https://developers.openai.com/api/docs/deprecations", checked: CHECKED },
    },
    endpoints: Endpoints { generations: true, edits: true, responses_tool: true, batch: Fact::Known(()) },
    runware: Fact::Known(RunwareRule {
        air: "openai:1@2",
        source: Source { url: "https://runware.ai/docs/models/openai-gpt-image-1-mini", checked: CHECKED },
    }),
    prompt_max_chars: 32_000,
    n: IntRule { min: 1, max: 10, default: 1 },
    sizes: SizeRule::Presets { sizes: &[(1024, 1024), (1536, 1024), (1024, 1536)], auto: true },
    qualities: Choice { values: &["auto", "low", "medium", "high"], default: Some("auto") },
    backgrounds: Fact::Known(Choice { values: &["auto", "opaque", "transparent"], default: Some("auto") }),
    output_formats: Fact::Known(Choice { values: &["png", "jpeg", "webp"], default: Some("png") }),
    output_compression: Fact::Known(IntRule { min: 0, max: 100, default: 100 }),
    compressible_formats: &["jpeg", "webp"],
    transparent_formats: &["png", "webp"],
    preview_formats: &[],
    transparent_is_preview: false,
    moderation: Fact::Known(Choice { values: &["auto", "low"], default: Some("auto") }),
    // The newest reference text: mini takes only `low`. Seen live as a 400: github.com/lobehub/lobehub/pull/9920.
    input_fidelity: Fact::Known(Choice { values: &["low"], default: Some("low") }),
    streaming: Fact::Known(StreamRule {
        partial_images: IntRule { min: 0, max: 3, default: 0 },
        // "Streaming is only supported with n=1": github.com/theopenco/llmgateway/issues/3963.
        max_n: 1,
        excluded_formats: &[],
    }),
    complexity: Fact::NotSupported,
    animation: Fact::NotSupported,
    svg: Fact::NotSupported,
    style: Fact::NotSupported,
    response_format: Fact::NotSupported,
    edit: Fact::Known(EditRule {
        max_images: 16,
        max_image_bytes: 50 * 1024 * 1024,
        formats: &["png", "jpeg", "webp"],
        square_only: false,
        mask: Fact::Known(MaskRule {
            max_bytes: 50 * 1024 * 1024,
            warn_above_bytes: 4 * 1024 * 1024,
            excluded_formats: &[],
        }),
        markup: Fact::NotSupported,
        json_body: true,
        max_image_url_chars: 20_971_520,
        high_fidelity_images: 1,
    }),
    output_tokens: OutputTokens::Table(&[
        TokenRow { quality: "low", width: 1024, height: 1024, tokens: 272 },
        TokenRow { quality: "low", width: 1024, height: 1536, tokens: 408 },
        TokenRow { quality: "low", width: 1536, height: 1024, tokens: 400 },
        TokenRow { quality: "medium", width: 1024, height: 1024, tokens: 1056 },
        TokenRow { quality: "medium", width: 1024, height: 1536, tokens: 1584 },
        TokenRow { quality: "medium", width: 1536, height: 1024, tokens: 1568 },
        TokenRow { quality: "high", width: 1024, height: 1024, tokens: 4160 },
        TokenRow { quality: "high", width: 1024, height: 1536, tokens: 6240 },
        TokenRow { quality: "high", width: 1536, height: 1024, tokens: 6208 },
    ]),
    partial_image_tokens: Fact::Known(100),
    // Documented for gpt-image-1 only; mini has the low fidelity of the same family.
    input_tokens: InputTokens::Tiles(Tiles {
        fit_edge: 2048,
        short_side: 512,
        tile: 512,
        base: 65,
        per_tile: 129,
        high_square: 4160,
        high_other: 6240,
        assumed: true,
    }),
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
    cost_source: GUIDE,
    tiers: Fact::Known(&[
        TierLimit { tier: 1, tokens_per_minute: 100_000, images_per_minute: 5 },
        TierLimit { tier: 2, tokens_per_minute: 250_000, images_per_minute: 20 },
        TierLimit { tier: 3, tokens_per_minute: 800_000, images_per_minute: 50 },
        TierLimit { tier: 4, tokens_per_minute: 3_000_000, images_per_minute: 150 },
        TierLimit { tier: 5, tokens_per_minute: 8_000_000, images_per_minute: 250 },
    ]),
    source: REFERENCE,
};
