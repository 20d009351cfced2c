//! Text out of any bytes, as the Encoding standard decodes it: what is no UTF-8 becomes U+FFFD.
//!
//! `String::from_utf8_lossy` does the same; its iterator over chunks weighs more than the rest of the text handling here.

/// Replaces what is no UTF-8.
pub(crate) fn repair(bytes: &mut Vec<u8>) {
    let mut repaired = Vec::new();
    let mut rest = bytes.as_slice();
    while let Err(error) = core::str::from_utf8(rest) {
        let (valid, tail) = rest.split_at_checked(error.valid_up_to()).unwrap_or_default();
        repaired.extend_from_slice(valid);
        repaired.extend_from_slice("\u{fffd}".as_bytes());
        // Without a length the text ends inside a character.
        rest = error.error_len().and_then(|length| tail.get(length..)).unwrap_or_default();
    }
    if !repaired.is_empty() {
        repaired.extend_from_slice(rest);
        *bytes = repaired;
    }
}

/// The same as a text.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    let mut bytes = bytes.to_vec();
    repair(&mut bytes);
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::lossy;

    #[test]
    fn each_broken_character_becomes_one_replacement() {
        for bytes in [
            &b""[..],
            b"plain",
            b"\xff",
            b"a\xffb",
            b"\xf0\x9f\xa6",
            b"\xf0\x9f\xa6x",
            b"\xf0\x9f\xa6\x80\xed\xa0\x80\xc3",
            b"\xe2\x82\xe2\x82\xac\xc0\x80",
        ] {
            assert_eq!(lossy(bytes), String::from_utf8_lossy(bytes), "{bytes:?}");
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn any_bytes_decode_as_the_standard_library_decodes_them(bytes: Vec<u8>) {
            proptest::prop_assert_eq!(lossy(&bytes), String::from_utf8_lossy(&bytes));
        }
    }
}
