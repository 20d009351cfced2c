//! Texts out of pieces.

/// Pieces put together: `concat` of the standard library guards against lengths that no pieces have.
pub(crate) fn concat(pieces: &[&str]) -> String {
    let mut whole = String::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
    for piece in pieces {
        whole.push_str(piece);
    }
    whole
}

/// Pieces with a separator between each two.
pub(crate) fn join(pieces: &mut dyn Iterator<Item = &str>, separator: &str) -> String {
    let mut whole = String::new();
    for (index, piece) in pieces.enumerate() {
        if index > 0 {
            whole.push_str(separator);
        }
        whole.push_str(piece);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::{concat, join};

    #[test]
    fn pieces_stand_one_after_the_other() {
        assert_eq!(concat(&["a", "", "bc"]), "abc");
        assert_eq!(concat(&[]), "");
        for pieces in [&[][..], &[""], &["", "a", "b"]] {
            assert_eq!(join(&mut pieces.iter().copied(), ", "), pieces.join(", "));
        }
    }
}
