//! Text tokens: those of the prompt, and those the service puts around it.

use super::input::text_beside;
use super::{Count, cut};
use crate::catalog::Model;

/// Text tokens that every call carries beside its prompt's own, counted by the `o200k_base` tokenizer. Measured as the same
/// on every model: <https://community.openai.com/t/1382940> (2026-06-25); recorded replies agree (gpt-image-1, 2025).
pub const CALL_OVERHEAD: u64 = 6;

/// What the bounds allow for above what was measured, since none of it is documented: per call, and per input image.
const CALL_MARGIN: u64 = 26;
const IMAGE_MARGIN: u64 = 24;

/// Text input tokens of one call.
///
/// `bytes` is the prompt's length in UTF-8, `prompt_tokens` its tokens where a tokenizer has counted them, `images` the
/// sizes of the input images where they are known.
///
/// A token of a byte-level tokenizer is one byte at least, so the bytes bound the tokens from above. Input images add text
/// tokens too, the more of them the longer the picture, by no published rule: the bounds allow twice what was measured.
pub fn text(
    model: &Model,
    bytes: usize,
    prompt_tokens: Option<u32>,
    images: impl Iterator<Item = Option<(u32, u32)>>,
) -> Count {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    // Ordinary text has about four bytes a token.
    let (least, likely, most) = match prompt_tokens {
        Some(tokens) => (tokens, tokens, tokens),
        None => (bytes.min(1), bytes.div_ceil(4), bytes),
    };
    // What is added up here has 32 bits each, so that the sums fit; they are cut at the end.
    let (mut beside, mut beside_at_most, mut any) = (0_u64, 0_u64, false);
    for size in images {
        any = true;
        let (likely, most) = text_beside(model, size);
        beside = beside.wrapping_add(likely);
        beside_at_most = beside_at_most.wrapping_add(most.wrapping_mul(2)).wrapping_add(IMAGE_MARGIN);
    }
    // Without images the overhead is known, so counted prompts are exact.
    let (overhead, margin) =
        if prompt_tokens.is_some() && !any { (CALL_OVERHEAD, 0) } else { (0, CALL_MARGIN) };
    let sum = |prompt: u32, more: u64| cut(u64::from(prompt).wrapping_add(more));
    Count {
        min: sum(least, overhead),
        expected: sum(likely, beside.wrapping_add(CALL_OVERHEAD)),
        max: Some(sum(most, beside_at_most.wrapping_add(CALL_OVERHEAD).wrapping_add(margin))),
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::catalog::Catalog;

    /// Prompt, its tokens, the sizes of the images, and the text tokens that were billed.
    type Billed = (&'static str, &'static str, u32, &'static [(u32, u32)], u32);

    const BILLED: &[Billed] = &[
        ("gpt-image-1", "a siamese cat", 4, &[], 10),
        ("gpt-image-1.5", "turn the logo to green", 5, &[(128, 128)], 27),
        ("gpt-image-1.5", "turn the logo to green", 5, &[(128, 128), (128, 128)], 43),
        ("gpt-image-2", "turn the logo to green", 5, &[(128, 128)], 12),
        // Measured by others, the prompts not told: community.openai.com/t/1382940 (2026-06-25).
        (
            "gpt-image-1.5",
            "thirteen tokens of a prompt that is about this long or so",
            13,
            &[(1024, 1024)],
            35,
        ),
        (
            "gpt-image-1.5",
            "thirteen tokens of a prompt that is about this long or so",
            13,
            &[(1024, 1024); 2],
            50,
        ),
        ("gpt-image-1.5", "twelve tokens of a prompt that is about this long", 12, &[(480, 1408)], 57),
        (
            "gpt-image-1.5",
            "thirteen tokens of a prompt that is about this long or so",
            13,
            &[(480, 1408); 2],
            94,
        ),
    ];

    #[test]
    fn what_was_billed_lies_within_the_bounds() {
        let catalog = Catalog::default();
        for (id, prompt, tokens, images, billed) in BILLED {
            let model = catalog.find(id).unwrap();
            let sizes = || images.iter().copied().map(Some);
            for counted in [None, Some(*tokens)] {
                let found = text(model, prompt.len(), counted, sizes());
                assert!(found.min <= *billed && *billed <= found.max.unwrap(), "{id} {prompt}: {found:?}");
            }
            let found = text(model, prompt.len(), Some(*tokens), sizes());
            assert!(found.expected.abs_diff(*billed) <= 5, "{id} {prompt}: {found:?}, not {billed}");
        }
    }

    #[test]
    fn a_counted_prompt_without_images_is_exact() {
        let model = Catalog::default().find("gpt-image-1-mini").unwrap();
        let found = text(model, 13, Some(4), core::iter::empty());
        assert_eq!((found.min, found.expected, found.max), (10, 10, Some(10)));
    }

    #[test]
    fn the_bounds_hold_for_prompts_of_any_length() {
        let model = Catalog::default().find("gpt-image-1-mini").unwrap();
        for bytes in [0, 1, 3, 40, 128_000, usize::MAX] {
            let found = text(model, bytes, None, [None, Some((u32::MAX, 1))].into_iter());
            assert!(found.min <= found.expected && Some(found.expected) <= found.max, "{bytes}: {found:?}");
        }
    }
}
