//! Text tokens: those of the prompt, and those the service puts around it.

use super::Count;
use super::input::text_beside;
use crate::catalog::Model;

/// Text tokens that every call carries beside its prompt's own, counted by the `o200k_base` tokenizer. Measured as the same
/// on every model: <https://community.openai.com/t/1382940> (2026-06-25); recorded replies agree (gpt-image-1, 2025).
pub const CALL_OVERHEAD: u32 = 6;

/// What the bounds allow for above what was measured, since none of it is documented: per call, and per input image.
const CALL_MARGIN: u32 = 26;
const IMAGE_MARGIN: u32 = 24;

/// Text input tokens of one call.
///
/// `bytes` is the prompt's length in UTF-8, `prompt_tokens` its tokens where a tokenizer has counted them, `images` the
/// sizes of the input images where they are known.
///
/// A token of a byte-level tokenizer is one byte at least, so the bytes bound the tokens from above. Input images add text
/// tokens too, the more of them the longer the picture, by no published rule: the bounds allow twice what was measured.
pub fn text(model: &Model, bytes: usize, prompt_tokens: Option<u32>, images: &[Option<(u32, u32)>]) -> Count {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    // Ordinary text has about four bytes a token.
    let prompt = match prompt_tokens {
        Some(tokens) => Count::exact(tokens),
        None => Count { min: bytes.min(1), expected: bytes.div_ceil(4), max: Some(bytes) },
    };
    let (mut expected, mut most) = (0_u32, 0_u32);
    for size in images {
        let (likely, seen_at_most) = text_beside(model, *size);
        expected = expected.saturating_add(likely);
        most = most.saturating_add(seen_at_most.saturating_mul(2)).saturating_add(IMAGE_MARGIN);
    }
    // Without images the overhead is known, so counted prompts are exact.
    let exact = prompt_tokens.is_some() && images.is_empty();
    let overhead = if exact { 0 } else { most.saturating_add(CALL_MARGIN) };
    Count {
        min: if exact { prompt.min.saturating_add(CALL_OVERHEAD) } else { prompt.min },
        expected: prompt.expected.saturating_add(CALL_OVERHEAD).saturating_add(expected),
        max: prompt.max.map(|max| max.saturating_add(CALL_OVERHEAD).saturating_add(overhead)),
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
            let images: Vec<_> = images.iter().copied().map(Some).collect();
            for counted in [None, Some(*tokens)] {
                let found = text(model, prompt.len(), counted, &images);
                assert!(found.min <= *billed && *billed <= found.max.unwrap(), "{id} {prompt}: {found:?}");
            }
            let found = text(model, prompt.len(), Some(*tokens), &images);
            assert!(found.expected.abs_diff(*billed) <= 5, "{id} {prompt}: {found:?}, not {billed}");
        }
    }

    #[test]
    fn a_counted_prompt_without_images_is_exact() {
        let model = Catalog::default().find("gpt-image-1-mini").unwrap();
        let found = text(model, 13, Some(4), &[]);
        assert_eq!((found.min, found.expected, found.max), (10, 10, Some(10)));
    }

    #[test]
    fn the_bounds_hold_for_prompts_of_any_length() {
        let model = Catalog::default().find("gpt-image-1-mini").unwrap();
        for bytes in [0, 1, 3, 40, 128_000, usize::MAX] {
            let found = text(model, bytes, None, &[None, Some((u32::MAX, 1))]);
            assert!(found.min <= found.expected && Some(found.expected) <= found.max, "{bytes}: {found:?}");
        }
    }
}
