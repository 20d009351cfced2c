//! Base64 with the standard alphabet and padding (RFC 4648, section 4).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The text of some bytes, as ASCII.
pub fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    let digit = |value: u32| ALPHABET.get((value & 63) as usize).copied().unwrap_or(b'A');
    for chunk in bytes.chunks(3) {
        let (group, digits) = match chunk {
            [a, b, c] => (u32::from(*a) << 16 | u32::from(*b) << 8 | u32::from(*c), 4),
            [a, b] => (u32::from(*a) << 16 | u32::from(*b) << 8, 3),
            [a] => (u32::from(*a) << 16, 2),
            _ => (0, 0),
        };
        let all = [digit(group >> 18), digit(group >> 12), digit(group >> 6), digit(group)];
        out.extend(all.iter().enumerate().map(|(i, digit)| if i < digits { *digit } else { b'=' }));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn the_vectors_of_the_rfc() {
        for (text, want) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(text.as_bytes()), want.as_bytes());
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(gpt_image_edge::wire::base64::decode(&encode(&all)).unwrap(), all);
    }
}
