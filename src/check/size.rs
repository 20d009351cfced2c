//! `size`: presets, or any that keeps five rules, with the nearest legal size as the fix.

use super::checker::{Checker, Draft};
use super::code::Code;
use super::message::Part;
use super::report::Applicability;
use super::shape::typed;
use crate::catalog::Model;
use crate::catalog::model::{FlexibleSize, SizeRule};
use crate::request::size::edge;
use crate::request::{Field, Size, Value};

pub(super) fn check(checker: &mut Checker<'_>) {
    if checker.fields.raw(Field::Size).is_none() || !typed(checker, Field::Size) {
        return;
    }
    let Some(text) = checker.fields.text(Field::Size) else { return };
    let Some(size) = Size::parse(text) else {
        let template = "{given} is no size; write \"auto\" or WIDTHxHEIGHT in pixels, such as \"1024x1024\"";
        let draft = checker.issue(Code::MalformedSize, Field::Size, template);
        if let Some(size) = respelled(text) {
            draft.fix(Value::from(size.spelled()), Applicability::Safe);
        }
        return;
    };
    let Some(model) = checker.model else { return };
    match (model.sizes, size) {
        (SizeRule::Presets { auto: true, .. } | SizeRule::Flexible(_), Size::Auto) => {}
        (SizeRule::Presets { sizes, auto }, size) => presets(checker, sizes, auto, size),
        (SizeRule::Flexible(rule), Size::Pixels { width, height }) => {
            match sheet(checker, model) {
                // Frames are smaller than pictures: how small they may be is not published.
                Some(frame_pixels) => {
                    let frames = FlexibleSize { min_pixels: 0, ..rule };
                    flexible(checker, &frames, width, height);
                    animated(checker, &frames, frame_pixels, width, height);
                }
                None => flexible(checker, &rule, width, height),
            }
        }
    }
}

/// The most pixels of one frame, where the request asks for an animation.
fn sheet(checker: &Checker<'_>, model: &Model) -> Option<u32> {
    let rule = model.animation.known().filter(|_| checker.fields.text(Field::OutputFormat) == Some("gif"))?;
    let frames = checker.fields.integer(Field::FrameCount).unwrap_or(i64::from(rule.frame_count.default));
    let cells =
        rule.sheet_cells.iter().find(|(most, _)| frames <= i64::from(*most)).map(|(_, cells)| *cells)?;
    rule.sheet_max_pixels.checked_div(cells)
}

fn animated(checker: &mut Checker<'_>, rule: &FlexibleSize, frame_pixels: u32, width: u32, height: u32) {
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    if pixels <= u64::from(frame_pixels) || !rule.accepts(width, height) {
        return;
    }
    let fitting = FlexibleSize { max_pixels: frame_pixels, ..*rule };
    let template = "so many frames of this size were seen to be refused; at most {} pixels each";
    let parts = [Part::Number(frame_pixels.into())];
    let draft = checker.issue_with(Code::AnimationSize, Field::Size, template, &parts);
    if let Some(nearest) = nearest(&fitting, width, height) {
        draft.fix(spelled(nearest), Applicability::Unsafe);
    }
}

/// What was meant by other separators, spaces, capitals or leading zeros.
fn respelled(text: &str) -> Option<Size> {
    if text.len() > 24 {
        return None;
    }
    let tight: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    if tight.eq_ignore_ascii_case("auto") {
        return Some(Size::Auto);
    }
    let (width, rest) = edge(without_zeros(tight.as_bytes()))?;
    let (rest, unit) = match rest {
        // The two bytes are those of ×.
        [b'x' | b'X' | b'*' | b',' | b':' | b'/', rest @ ..] | [0xc3, 0x97, rest @ ..] => (rest, "px"),
        [b'b', b'y', rest @ ..] => (rest, ""),
        _ => return None,
    };
    let (height, rest) = edge(without_zeros(rest))?;
    (rest.is_empty() || rest == unit.as_bytes()).then_some(Size::Pixels { width, height })
}

fn without_zeros(mut digits: &[u8]) -> &[u8] {
    while let [b'0', rest @ ..] = digits {
        digits = rest;
    }
    digits
}

fn presets(checker: &mut Checker<'_>, sizes: &[(u32, u32)], auto: bool, size: Size) {
    let wanted = match size {
        Size::Pixels { width, height } => Some((width, height)),
        Size::Auto => None,
    };
    if wanted.is_some_and(|wanted| sizes.contains(&wanted)) {
        return;
    }
    let mut offered = Vec::new();
    if auto {
        offered.push(Value::from("auto"));
    }
    for size in sizes {
        offered.push(spelled(*size));
    }
    let parts = [Part::Text(checker.model_id())];
    let template = "{given} is not drawn by {}; allowed are ";
    let draft = checker.issue_with(Code::SizeNotOffered, Field::Size, template, &parts).one_of(offered);
    let far = |size| wanted.map_or(0.0, |wanted| distance(size, wanted));
    let nearest = sizes.iter().copied().reduce(|best, size| if far(size) < far(best) { size } else { best });
    if let Some(nearest) = nearest {
        draft.fix(spelled(nearest), Applicability::Unsafe);
    }
}

/// A size as requests have it.
pub(super) fn spelled((width, height): (u32, u32)) -> Value {
    Value::from(Size::Pixels { width, height }.spelled())
}

/// How far a size is from the wanted one: by what factor each edge would change, squared and added. A small correction
/// stays at the nearest edge, and a large one keeps the ratio, for that shares the change between both edges.
fn distance(size: (u32, u32), wanted: (u32, u32)) -> f64 {
    let across = excess(f64::from(size.0), f64::from(wanted.0));
    let down = excess(f64::from(size.1), f64::from(wanted.1));
    across * across + down * down
}

/// By how much the larger of two numbers exceeds the smaller, as a share of it: 0 when equal, 1 at twice as much.
fn excess(a: f64, b: f64) -> f64 {
    let (large, small) = if a > b { (a, b) } else { (b, a) };
    if small > 0.0 { large / small - 1.0 } else { f64::MAX }
}

fn flexible(checker: &mut Checker<'_>, rule: &FlexibleSize, width: u32, height: u32) {
    if rule.accepts(width, height) {
        let pixels = u64::from(width).saturating_mul(u64::from(height));
        if pixels > u64::from(rule.experimental_above_pixels) {
            let template = "{given} is experimental: more than 2560x1440 pixels";
            checker.issue(Code::SizeExperimental, Field::Size, template);
        }
        return;
    }
    let draft = checker.issue(Code::SizeNotOffered, Field::Size, "{given}");
    let draft = broken_rules(draft, rule, width, height).allowed_numbers(&[
        ("multiple_of", rule.multiple_of),
        ("max_edge", rule.max_edge),
        ("min_pixels", rule.min_pixels),
        ("max_pixels", rule.max_pixels),
        ("max_ratio", rule.max_ratio),
    ]);
    if let Some((width, height)) = nearest(rule, width, height) {
        let nearest = Size::Pixels { width, height };
        draft
            .and("; nearest allowed {}", &[Part::Size(nearest)])
            .fix(Value::from(nearest.spelled()), Applicability::Unsafe);
    }
}

/// The rules of free sizes that a size breaks, in words.
fn broken_rules<'c>(mut draft: Draft<'c>, rule: &FlexibleSize, width: u32, height: u32) -> Draft<'c> {
    let pixels = u64::from(width).saturating_mul(u64::from(height));
    let (long, short) = (width.max(height), width.min(height));
    let odd = |edge: u32| edge.checked_rem(rule.multiple_of) != Some(0);
    let mut separator = ": ";
    let rules = [
        (odd(width) || odd(height), "{}both edges must be multiples of {}", rule.multiple_of),
        (long > rule.max_edge, "{}no edge may be longer than {}", rule.max_edge),
        (
            u64::from(long) > u64::from(short).saturating_mul(u64::from(rule.max_ratio)),
            "{}one edge may be at most {} times the other",
            rule.max_ratio,
        ),
        (pixels < u64::from(rule.min_pixels), "{}at least {} pixels in all", rule.min_pixels),
        (pixels > u64::from(rule.max_pixels), "{}at most {} pixels in all", rule.max_pixels),
    ];
    for (_, template, number) in rules.into_iter().filter(|(broken, ..)| *broken) {
        draft = draft.and(template, &[Part::Text(separator), Part::Number(number.into())]);
        separator = "; ";
    }
    draft
}

/// The legal size nearest by [`distance`]. Beside one width the legal heights are those between two bounds, so the best is
/// the wanted height or the bound it lies beyond. Columns are tried outwards from the wanted width, and no further than
/// where the width alone is further off than the best so far.
fn nearest(rule: &FlexibleSize, width: u32, height: u32) -> Option<(u32, u32)> {
    let step = rule.multiple_of.max(1);
    let columns = rule.max_edge.checked_div(step)?;
    let middle = width.checked_div(step)?.min(columns);
    let mut best: Option<(f64, (u32, u32))> = None;
    let mut column = |column: u32| {
        let beside = column.saturating_mul(step);
        let across = excess(f64::from(beside), f64::from(width));
        if best.is_some_and(|(least, _)| across * across > least) {
            return false;
        }
        let (least, most) = heights(rule, beside);
        let wanted = height.clamp(least, most.max(least));
        let below = wanted.saturating_sub(wanted.checked_rem(step).unwrap_or(0));
        for other in [below, below.saturating_add(step)] {
            let far = distance((beside, other), (width, height));
            if rule.accepts(beside, other) && best.is_none_or(|(least, _)| far < least) {
                best = Some((far, (beside, other)));
            }
        }
        true
    };
    let _ = (1..=middle).rev().all(&mut column);
    let _ = (middle.max(1)..=columns).all(&mut column);
    best.map(|(_, size)| size)
}

/// Between which bounds the heights beside one width are legal, but for being multiples.
fn heights(rule: &FlexibleSize, beside: u32) -> (u32, u32) {
    let bound = |number: u32, by: u32| number.checked_div(by).unwrap_or(0);
    let least = bound(rule.min_pixels, beside).max(bound(beside, rule.max_ratio));
    let most = bound(rule.max_pixels, beside).min(beside.saturating_mul(rule.max_ratio)).min(rule.max_edge);
    (least, most)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::{distance, nearest, respelled};
    use crate::catalog::Catalog;
    use crate::catalog::model::{FlexibleSize, SizeRule};

    fn rule() -> FlexibleSize {
        match Catalog::default().find("gpt-image-2").unwrap().sizes {
            SizeRule::Flexible(rule) => rule,
            SizeRule::Presets { .. } => panic!("no free sizes"),
        }
    }

    #[test]
    fn nearest_sizes_are_what_a_person_would_choose() {
        for (wanted, found) in [
            ((1000, 1500), (1008, 1504)),
            ((1920, 1080), (1920, 1088)),
            ((512, 512), (816, 816)),
            ((8000, 6000), (3344, 2480)),
            ((1, 1), (816, 816)),
            ((4000, 100), (1440, 480)),
        ] {
            assert_eq!(nearest(&rule(), wanted.0, wanted.1), Some(found), "{wanted:?}");
        }
    }

    #[test]
    fn other_spellings_are_understood() {
        for (text, size) in [
            ("1024 x 1024", "1024x1024"),
            ("1024X768", "1024x768"),
            ("1024×768", "1024x768"),
            ("1024*768", "1024x768"),
            ("01024x768px", "1024x768"),
            (" AUTO ", "auto"),
        ] {
            assert_eq!(respelled(text).map(|size| size.to_string()).as_deref(), Some(size), "{text}");
        }
        for text in ["large", "", "x", "1024", "1024x", "-1x5", "1e3x1e3"] {
            assert_eq!(respelled(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn no_legal_size_is_nearer(width in 1_u32..6000, height in 1_u32..6000) {
            let rule = rule();
            let (found_width, found_height) = nearest(&rule, width, height).unwrap();
            prop_assert!(rule.accepts(found_width, found_height));
            let found = distance((found_width, found_height), (width, height));
            for other_width in (16..=3840).step_by(16) {
                for other_height in (16..=3840).step_by(16).filter(|other| rule.accepts(other_width, *other)) {
                    prop_assert!(found <= distance((other_width, other_height), (width, height)));
                }
            }
        }
    }
}
