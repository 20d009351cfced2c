//! Names that come more than once in a list. They are sorted by merging, a few lines where the standard library has
//! thousands, and a list of any length costs no more than that.

use crate::request::{Text, Value};

/// For the first place of each field the last place where it is given again; nothing where it stood before.
pub(crate) fn last_places(fields: &[(Text, Value)]) -> Vec<Option<usize>> {
    last_places_of(fields.iter().enumerate().map(|(index, (name, _))| (name.as_ref(), index)).collect())
}

/// The same for names, each with its place.
pub(crate) fn last_places_of(names: Vec<(&str, usize)>) -> Vec<Option<usize>> {
    let sorted = sorted(names);
    let mut found = vec![None; sorted.len()];
    let mut same = None;
    let mut first = 0;
    for (name, place) in sorted {
        if same != Some(name) {
            (same, first) = (Some(name), place);
        }
        // The places of one name come in their order, so the last one stays.
        if let Some(last) = found.get_mut(first) {
            *last = Some(place);
        }
    }
    found
}

/// By their names; what has the same one stays in its order. Runs of one are sorted, and two neighbours are merged into
/// one of twice the length until it is the only one.
fn sorted(mut names: Vec<(&str, usize)>) -> Vec<(&str, usize)> {
    let mut merged = Vec::with_capacity(names.len());
    let mut run = 1_usize;
    while run < names.len() {
        let mut rest = names.as_slice();
        while !rest.is_empty() {
            let (mut left, mut right);
            (left, rest) = rest.split_at_checked(run).unwrap_or((rest, &[]));
            (right, rest) = rest.split_at_checked(run).unwrap_or((rest, &[]));
            while let Some(first) = left.first().or(right.first()) {
                let earlier = right.first().filter(|other| left.is_empty() || other.0 < first.0);
                merged.push(*earlier.unwrap_or(first));
                let taken = if earlier.is_some() { &mut right } else { &mut left };
                *taken = taken.get(1..).unwrap_or_default();
            }
        }
        core::mem::swap(&mut names, &mut merged);
        merged.clear();
        run = run.saturating_mul(2);
    }
    names
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::last_places_of;

    fn last_places(names: &[&str]) -> Vec<Option<usize>> {
        last_places_of(names.iter().enumerate().map(|(at, name)| (*name, at)).collect())
    }

    #[test]
    fn a_name_that_comes_again_is_found_at_its_first_place() {
        assert_eq!(last_places(&["a", "b", "a", "", "a"]), [Some(4), Some(1), None, Some(3), None]);
        assert_eq!(last_places(&[]), []);
    }

    proptest! {
        #[test]
        fn a_map_says_the_same(names in prop::collection::vec("[a-c]{0,2}", 0..40)) {
            let last: HashMap<&str, usize> = names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
            let found = last_places(&names.iter().map(String::as_str).collect::<Vec<_>>());
            for (at, name) in names.iter().enumerate() {
                let first = names.iter().position(|other| other == name) == Some(at);
                prop_assert_eq!(found[at], first.then(|| last[name.as_str()]));
            }
        }
    }
}
