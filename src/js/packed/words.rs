//! The texts that occur all the time, told to JavaScript once and a single byte from then on.

/// Any order will do: JavaScript asks for the list when it starts. At most 240.
pub(in crate::js) const WORDS: &[&str] = &[
    // Fields of requests.
    "prompt",
    "image",
    "images",
    "mask",
    "markup",
    "model",
    "n",
    "size",
    "quality",
    "background",
    "output_format",
    "output_compression",
    "input_fidelity",
    "moderation",
    "stream",
    "partial_images",
    "complexity",
    "frame_count",
    "frame_duration_ms",
    "svg",
    "user",
    "safety_identifier",
    "response_format",
    "style",
    "image_url",
    "file_id",
    // Their values.
    "auto",
    "low",
    "medium",
    "high",
    "xhigh",
    "max",
    "standard",
    "hd",
    "opaque",
    "transparent",
    "png",
    "jpeg",
    "webp",
    "gif",
    "1024x1024",
    "1536x1024",
    "1024x1536",
    "2048x2048",
    "1792x1024",
    "1024x1792",
    "gpt-image-1-mini",
    "gpt-image-1",
    "gpt-image-1.5",
    "gpt-image-2",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
    "chatgpt-image-latest",
    "b64_json",
    "url",
    // Fields of contexts and of what is known of a file.
    "today",
    "batch",
    "text_tokens",
    "json_body",
    "bytes",
    "width",
    "height",
    "format",
    "bit_depth",
    "color",
    "has_alpha",
    "animated",
    "orientation",
    "transparency",
    "problem",
    "none",
    "some",
    "all",
    "gray",
    "rgb",
    "palette",
    "cmyk",
    "not_an_image",
    "truncated",
    "corrupt",
    // Fields of reports.
    "ok",
    "issues",
    "severity",
    "code",
    "param",
    "path",
    "message",
    "given",
    "allowed",
    "fix",
    "value",
    "applicability",
    "source",
    "error",
    "warning",
    "safe",
    "unsafe",
    "display_only",
    "min",
    "request",
    "changes",
    "report",
    "from",
    "to",
    "reason",
    // Their codes.
    "required",
    "invalid_type",
    "invalid_value",
    "too_big",
    "too_small",
    "not_multiple_of",
    "unrecognized_keys",
    "unrecognized_key",
    "unsupported",
    "deprecated",
    "retired",
    "current",
    "unknown_model",
    // Fields of estimates and costs.
    "currency",
    "USD",
    "expected",
    "basis",
    "prices_as_of",
    "items",
    "kind",
    "tokens",
    "usd",
    "usd_text",
    "table",
    "unknown",
    "text_input",
    "image_input",
    "image_output",
    "text_output",
    "cached_text_input",
    "cached_image_input",
    "per_image",
    "notes",
    "assumed",
    // Fields of replies and events.
    "type",
    "created",
    "created_at",
    "data",
    "usage",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "input_tokens_details",
    "output_tokens_details",
    "image_tokens",
    "partial_image_index",
    "status",
    "name",
    "id",
    "number",
];

const SLOTS: usize = 1024;
/// Words by the hash of their text; 255 where there is none. Collisions take the next slot.
const TABLE: [u8; SLOTS] = table();

#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "constant: evaluated by the compiler"
)]
const fn table() -> [u8; SLOTS] {
    let mut table = [u8::MAX; SLOTS];
    let mut index = 0;
    while index < WORDS.len() {
        let mut slot = hash(WORDS[index].as_bytes());
        while table[slot] != u8::MAX {
            slot = (slot + 1) % SLOTS;
        }
        table[slot] = index as u8;
        index += 1;
    }
    table
}

#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "indices are below the length; the factors cannot overflow"
)]
const fn hash(text: &[u8]) -> usize {
    let length = text.len();
    if length == 0 {
        return 0;
    }
    let (first, last, middle) = (text[0] as usize, text[length - 1] as usize, text[length / 2] as usize);
    (length % SLOTS * 67 + first * 31 + last * 137 + middle * 7) % SLOTS
}

/// The number of a word; `None` when the text is not in the list.
pub(super) fn find(text: &str) -> Option<u8> {
    let mut slot = hash(text.as_bytes());
    loop {
        let number = TABLE.get(slot).copied().filter(|number| *number != u8::MAX)?;
        if WORDS.get(usize::from(number)) == Some(&text) {
            return Some(number);
        }
        slot = slot.wrapping_add(1) % SLOTS;
    }
}
