//! Rules that several models have in common, each with its source. Entries name them; nothing is inherited.

use super::model::{
    Choice, EditRule, Fact, FlexibleSize, Formula, IntRule, MaskRule, Patches, Rounding, Source, StreamRule,
    TierLimit, Tiles, TokenRow,
};
use crate::date::Date;

/// The day every source was last read.
pub(super) const CHECKED: Date = Date::new(2026, 11, 20);

/// The reference, by way of the official SDK that is generated from it (openai 7.57.0, published 2026-11-13).
pub(super) const REFERENCE: Source =
    Source { url: "https://www.npmjs.com/package/openai/v/7.57.0", checked: CHECKED };

/// The image generation guide (copies of July to October 2026).
pub(super) const GUIDE: Source =
    Source { url: "https://developers.openai.com/api/docs/guides/image-generation", checked: CHECKED };

/// The list of announced ends.
pub(super) const DEPRECATIONS: Source =
    Source { url: "https://developers.openai.com/api/docs/deprecations", checked: CHECKED };

/// Where OpenAI's own calculators were read: <https://community.openai.com/t/1382699> (2026-06-05) for gpt-image-2.
pub(super) const CALCULATOR_2: Source = Source {
    url: "https://community.openai.com/t/gpt-image-2-output-pricing-calculator-online-and-in-your-code/1382699",
    checked: CHECKED,
};

pub(super) const ONE_TO_TEN: IntRule = IntRule { min: 1, max: 10, default: 1 };
pub(super) const PERCENT: IntRule = IntRule { min: 0, max: 100, default: 100 };
pub(super) const PROMPT_MAX_CHARS: u32 = 32_000;

pub(super) const PRESETS: &[(u32, u32)] = &[(1024, 1024), (1536, 1024), (1024, 1536)];
pub(super) const THREE_QUALITIES: Choice =
    Choice { values: &["auto", "low", "medium", "high"], default: Some("auto") };
pub(super) const FIVE_QUALITIES: Choice =
    Choice { values: &["auto", "low", "medium", "high", "xhigh", "max"], default: Some("auto") };
pub(super) const BACKGROUNDS: Choice =
    Choice { values: &["auto", "opaque", "transparent"], default: Some("auto") };
pub(super) const FORMATS: Choice = Choice { values: &["png", "jpeg", "webp"], default: Some("png") };
pub(super) const MODERATION: Choice = Choice { values: &["auto", "low"], default: Some("auto") };
pub(super) const BOTH_FIDELITIES: Choice = Choice { values: &["low", "high"], default: Some("low") };

/// "Streaming is only supported with n=1": <https://github.com/theopenco/llmgateway/issues/3963>.
pub(super) const STREAM: StreamRule =
    StreamRule { partial_images: IntRule { min: 0, max: 3, default: 0 }, max_n: 1, excluded_formats: &[] };

/// The guide's rules for free sizes, of gpt-image-2 and later.
pub(super) const FLEXIBLE: FlexibleSize = FlexibleSize {
    multiple_of: 16,
    max_edge: 3840,
    min_pixels: 655_360,
    max_pixels: 8_294_400,
    max_ratio: 3,
    experimental_above_pixels: 3_686_400,
    popular: &[
        (1024, 1024),
        (1536, 1024),
        (1024, 1536),
        (2048, 2048),
        (2048, 1152),
        (3840, 2160),
        (2160, 3840),
    ],
};

pub(super) const MASK: MaskRule =
    MaskRule { max_bytes: 50 * 1024 * 1024, warn_above_bytes: 4 * 1024 * 1024, excluded_formats: &[] };

/// What edits of every GPT Image model take; `markup` came with 2.5, `high_fidelity_images` differs.
pub(super) const fn edit(markup: Fact<()>, high_fidelity_images: u32, mask: MaskRule) -> EditRule {
    EditRule {
        max_images: 16,
        max_image_bytes: 50 * 1024 * 1024,
        formats: &["png", "jpeg", "webp"],
        square_only: false,
        mask: Fact::Known(mask),
        markup,
        json_body: true,
        max_image_url_chars: 20_971_520,
        high_fidelity_images,
    }
}

/// The documented output tokens of the models before gpt-image-2.
pub(super) const TOKEN_TABLE: &[TokenRow] = &[
    TokenRow { quality: "low", width: 1024, height: 1024, tokens: 272 },
    TokenRow { quality: "low", width: 1024, height: 1536, tokens: 408 },
    TokenRow { quality: "low", width: 1536, height: 1024, tokens: 400 },
    TokenRow { quality: "medium", width: 1024, height: 1024, tokens: 1056 },
    TokenRow { quality: "medium", width: 1024, height: 1536, tokens: 1584 },
    TokenRow { quality: "medium", width: 1536, height: 1024, tokens: 1568 },
    TokenRow { quality: "high", width: 1024, height: 1024, tokens: 4160 },
    TokenRow { quality: "high", width: 1024, height: 1536, tokens: 6240 },
    TokenRow { quality: "high", width: 1536, height: 1024, tokens: 6208 },
];

/// Each partial image is 100 image output tokens on every model. Source: [`GUIDE`].
pub(super) const PARTIAL_IMAGE_TOKENS: Fact<u32> = Fact::Known(100);

/// The flexible formula, with the rounding of halves of one generation of models.
pub(super) const fn formula(rounding: Rounding) -> Formula {
    Formula { base_pixels: 2_000_000, divisor: 4_000_000, rounding }
}

/// The tile rule, documented for gpt-image-1: <https://developers.openai.com/api/docs/guides/images-vision>. The closer
/// look was 4096 and 6144 in an older copy of the page; the newer numbers are taken.
pub(super) const fn tiles(assumed: bool) -> Tiles {
    Tiles {
        fit_edge: 2048,
        short_side: 512,
        tile: 512,
        base: 65,
        per_tile: 129,
        // 16 for a picture of one tile, 38 or so for one of three, on gpt-image-1.5; gpt-image-2 adds one a picture. Recorded
        // replies, and <https://community.openai.com/t/1382940> (2026-06-25).
        text_base: 5,
        text_per_tile: 11,
        high_square: 4160,
        high_other: 6240,
        assumed,
    }
}

/// Measured on gpt-image-2: <https://community.openai.com/t/1382940> (2026-06-12). Undocumented.
pub(super) const PATCHES: Patches = Patches {
    patch: 32,
    budget: 1536,
    magnify_to: 1024,
    magnify_max: 2,
    max_ratio: 3,
    text_per_image: 1,
    assumed: true,
};

/// The same on every model page that was seen. Free accounts have none.
pub(super) const TIERS: &[TierLimit] = &[
    TierLimit { tier: 1, tokens_per_minute: 100_000, images_per_minute: 5 },
    TierLimit { tier: 2, tokens_per_minute: 250_000, images_per_minute: 20 },
    TierLimit { tier: 3, tokens_per_minute: 800_000, images_per_minute: 50 },
    TierLimit { tier: 4, tokens_per_minute: 3_000_000, images_per_minute: 150 },
    TierLimit { tier: 5, tokens_per_minute: 8_000_000, images_per_minute: 250 },
];

/// What OpenAI names for every model that ends on 2026-12-01. Source: the model pages of November 2026.
pub(super) const NAMED_REPLACEMENTS: &[&str] = &["gpt-image-2.5-flare", "gpt-image-2.5-sunburst"];
