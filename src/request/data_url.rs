//! Pictures inside of addresses: `data:image/png;base64,…`.

use crate::wire::base64::value;

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
        if !begins(url, "data:") {
            return None;
        }
        let (kind, base64) = cut(url.get("data:".len()..)?, b',')?;
        let encoding = kind.get(kind.len().checked_sub(";base64".len())?..)?;
        let (media_type, _) = cut(kind, b';')?;
        begins(encoding, ";base64").then_some(Self { media_type, base64 })
    }

    /// How many bytes it holds.
    pub fn bytes(&self) -> u64 {
        let padding = self.base64.bytes().rev().take_while(|byte| *byte == b'=').count();
        let digits = self.base64.len().saturating_sub(padding);
        u64::try_from(digits).unwrap_or(u64::MAX).saturating_mul(3).checked_div(4).unwrap_or(0)
    }

    /// Its first bytes, at most so many, up to the first character that is not base64.
    pub fn head(&self, max_bytes: usize) -> Vec<u8> {
        let mut bytes = vec![0; max_bytes.min(self.base64.len())];
        let mut rest = bytes.iter_mut();
        let (mut bits, mut count) = (0_u32, 0_u32);
        for digit in self.base64.bytes().map_while(value) {
            bits = bits << 6 | u32::from(digit);
            count = count.saturating_add(6);
            if count >= 8 {
                let Some(byte) = rest.next() else { break };
                count = count.saturating_sub(8);
                [*byte, ..] = (bits >> count).to_le_bytes();
            }
        }
        let unused = rest.len();
        bytes.truncate(bytes.len().saturating_sub(unused));
        bytes
    }
}

/// Whether a text begins with an ASCII word, in whatever case.
#[inline(never)]
pub(crate) fn begins(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with))
}

/// What stands before and behind the first of these ASCII characters.
pub(crate) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let place = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..place)?, text.get(place.saturating_add(1)..)?))
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
