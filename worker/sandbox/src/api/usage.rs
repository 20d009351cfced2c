//! What a call is said to have used, by the rules of the core.

use gpt_image_edge::catalog::Model;
use gpt_image_edge::cost::tokens;
use gpt_image_edge::request::Value;

use super::resolve::Resolved;
use crate::draw::digest;

/// Tokens of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The prompt and what is put around it.
    pub input_text: u32,
    /// The input images.
    pub input_image: u32,
    /// The finished and the partial images.
    pub output_image: u32,
    /// Text that the model wrote.
    pub output_text: u32,
}

/// What every call adds to its prompt, and what each input image adds: so the recorded replies of gpt-image-1 and 1.5
/// come out exactly ("a siamese cat" 10; "turn the logo to green" with one image 27, with two 43).
const OVERHEAD: u32 = 6;
const PER_IMAGE: u32 = 16;

/// What an input image counts where no rule is known: a token for every 32 x 32 pixels, as gpt-image-2 has been measured to.
const FALLBACK_PATCH: u32 = 32;
const FALLBACK_MOST: u32 = 1536;

/// What a finished image counts where no rule is published: the sandbox's own invention.
const FALLBACK_PIXELS_PER_TOKEN: u32 = 1200;

/// Counts a call. `images` are the upright sizes of the inputs; `high` whether `input_fidelity` is high.
pub(super) fn count(
    model: &Model,
    resolved: &Resolved,
    prompt: &str,
    images: &[(u32, u32)],
    high: bool,
    n: u32,
    partials: u32,
) -> Usage {
    let close = model.edit.known().map_or(0, |edit| edit.high_fidelity_images) as usize;
    let inputs = images.iter().enumerate().map(|(index, (width, height))| {
        tokens::input(model, *width, *height, high && index < close).unwrap_or_else(|| {
            let patches = width.div_ceil(FALLBACK_PATCH).saturating_mul(height.div_ceil(FALLBACK_PATCH));
            patches.clamp(1, FALLBACK_MOST)
        })
    });
    let finished =
        tokens::output(model, resolved.quality, resolved.width, resolved.height).unwrap_or_else(|| {
            resolved.width.saturating_mul(resolved.height).div_ceil(FALLBACK_PIXELS_PER_TOKEN)
        });
    let partial = model.partial_image_tokens.known().unwrap_or(0).saturating_mul(partials);
    let count = u32::try_from(images.len()).unwrap_or(u32::MAX);
    let text = words(prompt).saturating_add(OVERHEAD).saturating_add(count.saturating_mul(PER_IMAGE));
    // Recorded calls wrote 143 to 308 tokens; which number is not predictable, here it follows from the prompt.
    let written = model.text_output.known().map_or(0, |rule| {
        let spread = digest(&[prompt, resolved.quality]).checked_rem(166).unwrap_or(0);
        u32::try_from(spread).unwrap_or(0).saturating_add(143).min(rule.expected_max)
    });
    // Several images are billed like as many calls.
    Usage {
        input_text: text.saturating_mul(n),
        input_image: inputs.fold(0, u32::saturating_add).saturating_mul(n),
        output_image: finished.saturating_mul(n).saturating_add(partial),
        output_text: written.saturating_mul(n),
    }
}

/// Tokens of a text, about: a word is one for its first six letters and one for every further six, any other sign one,
/// and letters of scripts without spaces one each. Never more than the bytes of the text.
fn words(text: &str) -> u32 {
    let mut tokens = 0_u32;
    let mut letters = 0_u32;
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || (c.is_alphabetic() && (c as u32) < 0x2e80) {
            if letters.checked_rem(6) == Some(0) {
                tokens = tokens.saturating_add(1);
            }
            letters = letters.saturating_add(1);
        } else {
            letters = 0;
            tokens = tokens.saturating_add(u32::from(!c.is_whitespace()));
        }
    }
    tokens
}

impl Usage {
    /// The `usage` object, its keys in the order of recorded replies. Stream events leave the output's details out.
    pub fn value(&self, with_output_details: bool) -> Value {
        let input = self.input_text.saturating_add(self.input_image);
        let output = self.output_image.saturating_add(self.output_text);
        let details = |image: u32, text: u32| {
            Value::Object(vec![
                ("image_tokens".into(), Value::from(image)),
                ("text_tokens".into(), Value::from(text)),
            ])
        };
        let mut fields = vec![
            ("input_tokens".into(), Value::from(input)),
            ("input_tokens_details".into(), details(self.input_image, self.input_text)),
            ("output_tokens".into(), Value::from(output)),
        ];
        if with_output_details {
            fields.push(("output_tokens_details".into(), details(self.output_image, self.output_text)));
        }
        fields.push(("total_tokens".into(), Value::from(input.saturating_add(output))));
        Value::Object(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::{OVERHEAD, PER_IMAGE, words};

    #[test]
    fn recorded_text_tokens_are_reproduced() {
        assert_eq!(words("a siamese cat") + OVERHEAD, 10);
        assert_eq!(words("turn the logo to green") + OVERHEAD + PER_IMAGE, 27);
        assert_eq!(words("turn the logo to green") + OVERHEAD + 2 * PER_IMAGE, 43);
    }

    #[test]
    fn a_text_never_counts_more_than_its_bytes() {
        for text in ["", " ", "a", "a b c", "!!!!", "猫と犬", "🐈", "ÄÖÜ straße", "supercalifragilistic"]
        {
            assert!(words(text) as usize <= text.len(), "{text}");
        }
        assert_eq!(words("猫と犬"), 3);
    }
}
