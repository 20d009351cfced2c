//! Names that come more than once in a list. Sorting brings them together, in a few lines where the standard library has
//! thousands of bytes.

use crate::request::{Text, Value};

/// For the first place of each field the last place where it is given again; nothing where it stood before.
pub(crate) fn last_places(fields: &[(Text, Value)]) -> Vec<Option<usize>> {
    last_places_of(fields.iter().enumerate().map(|(index, (name, _))| (name.as_ref(), index)).collect())
}

/// The same for names, each with its place.
pub(crate) fn last_places_of(mut names: Vec<(&str, usize)>) -> Vec<Option<usize>> {
    sort(&mut names);
    let mut found = vec![None; names.len()];
    let mut same = None;
    let mut first = 0;
    for (name, place) in names {
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

/// Sorts by ever smaller gaps, at which what is far from its place gets near it in few steps: the time stays close to that
/// of the best ways, for a fraction of their code.
fn sort(names: &mut [(&str, usize)]) {
    let mut gap = names.len();
    while gap > 1 {
        gap = (gap.saturating_mul(5) / 11).max(1);
        for start in gap..names.len() {
            let mut place = start;
            while let Some(before) = place.checked_sub(gap)
                && names.get(place) < names.get(before)
            {
                names.swap(place, before);
                place = before;
            }
        }
    }
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
