//! Pictures inside of addresses: `data:image/png;base64,…`.

/// A data URL in base64, taken apart but not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataUrl<'a> {
    /// The media type without its parameters, such as `image/png`; empty where none is given.
    pub media_type: &'a str,
    /// What stands behind the comma.
    pub base64: &'a str,
}

impl<'a> DataUrl<'a> {
    /// Reads a data URL; `None` for any other address and for one that is not in base64.
    pub fn parse(url: &'a str) -> Option<Self> {
        let scheme = url.get(..5)?;
        let rest = scheme.eq_ignore_ascii_case("data:").then(|| url.get(5..)).flatten()?;
        let (kind, base64) = rest.split_once(',')?;
        let at = kind.len().checked_sub(";base64".len())?;
        let encoding = kind.get(at..)?;
        let media_type = kind.get(..at)?.split(';').next().unwrap_or_default();
        encoding.eq_ignore_ascii_case(";base64").then_some(Self { media_type, base64 })
    }

    /// How many bytes it holds.
    pub fn bytes(&self) -> u64 {
        let digits = self.base64.trim_end_matches('=').len();
        u64::try_from(digits).unwrap_or(u64::MAX).saturating_mul(3).checked_div(4).unwrap_or(0)
    }

    /// Its first bytes, at most so many, up to the first character that is not base64.
    pub fn head(&self, max_bytes: usize) -> Vec<u8> {
        let digits = self.base64.len().min(max_bytes.div_ceil(3).saturating_mul(4));
        let mut bytes = Vec::with_capacity(digits.div_ceil(4).saturating_mul(3));
        for group in self.base64.as_bytes().get(..digits).unwrap_or_default().chunks(4) {
            let mut bits = 0_u32;
            let mut count = 0_usize;
            for digit in group.iter().map_while(|byte| value(*byte)) {
                bits = bits << 6 | digit;
                count = count.saturating_add(1);
            }
            bits <<= 6_u32.saturating_mul(u32::try_from(4_usize.saturating_sub(count)).unwrap_or(0));
            let [_, first, second, third] = bits.to_be_bytes();
            bytes.extend([first, second, third].into_iter().take(count.saturating_sub(1)));
            if count < 4 {
                break;
            }
        }
        bytes.truncate(max_bytes);
        bytes
    }
}

fn value(byte: u8) -> Option<u32> {
    let (first, offset) = match byte {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' => return Some(62),
        b'/' => return Some(63),
        _ => return None,
    };
    Some(u32::from(byte.wrapping_sub(first)).wrapping_add(offset))
}

#[cfg(test)]
mod tests {
    use super::DataUrl;

    #[test]
    fn only_base64_is_taken_apart() {
        for (url, media_type, base64) in [
            ("data:image/png;base64,AAAA", "image/png", "AAAA"),
            ("DATA:image/png;charset=x;BASE64,", "image/png", ""),
            ("data:;base64,AA==", "", "AA=="),
        ] {
            assert_eq!(DataUrl::parse(url), Some(DataUrl { media_type, base64 }), "{url}");
        }
        for url in
            ["", "data:", "data:image/png,AAAA", "data:base64,AAAA", "https://a.example/;base64,A", "dätä"]
        {
            assert_eq!(DataUrl::parse(url), None, "{url}");
        }
    }

    #[test]
    #[cfg(not(target_arch = "wasm32"))]
    fn the_head_is_what_a_whole_decoder_begins_with() {
        use base64::Engine as _;
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..bytes.len() {
            let text = base64::engine::general_purpose::STANDARD.encode(&bytes[..length]);
            let url = DataUrl { media_type: "", base64: &text };
            assert_eq!(url.bytes(), length as u64);
            for max in [0, 1, 2, 3, 64, 1000] {
                assert_eq!(url.head(max), bytes[..length.min(max)], "{length} {max}");
            }
        }
    }

    #[test]
    fn what_is_no_base64_ends_the_head() {
        let head = |base64| DataUrl { media_type: "", base64 }.head(100);
        assert_eq!(head("AQID BAU"), [1, 2, 3]);
        assert_eq!(head("AQ-_"), [1]);
        assert!(head("é").is_empty());
    }
}
