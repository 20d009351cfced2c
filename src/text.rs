//! Texts out of pieces.

/// Pieces put together: `concat` of the standard library guards against lengths that no pieces have.
pub(crate) fn concat(pieces: &[&str]) -> String {
    let mut whole = String::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
    for piece in pieces {
        whole.push_str(piece);
    }
    whole
}

/// One more text of a list. `push` would bring along the copy of what makes a list grow that wasm-bindgen has for its own.
pub(crate) fn add(list: &mut Vec<String>, text: String) {
    list.extend(Some(text));
}

#[cfg(test)]
mod tests {
    use super::concat;

    #[test]
    fn pieces_stand_one_after_the_other() {
        assert_eq!(concat(&["a", "", "bc"]), "abc");
        assert_eq!(concat(&[]), "");
    }
}
