//! The stages on the way to a picture: the same one, first as large soft patches, then finer.

use crate::draw::Pixels;
use crate::draw::resample::resample;

/// The stage `index` of `count`, from 0.
pub fn partial(pixels: &Pixels, index: u32, count: u32) -> Pixels {
    let (width, height) = (pixels.width(), pixels.height());
    let left = count.saturating_sub(index).clamp(1, 5);
    // Patches of about 8, 20, 50 pixels in a picture of 1,024, the coarsest first.
    let patch =
        8.0 * 2.5_f32.powi(left.saturating_sub(1) as i32) * (width.max(height) as f32 / 1024.0).max(0.25);
    let whole = |pixels: &Pixels| [0.0, 0.0, pixels.width() as f32, pixels.height() as f32];
    let edge = |edge: u32| ((edge as f32 / patch).round() as u32).max(2);
    let small = resample(pixels, whole(pixels), edge(width), edge(height));
    // Growing in two steps rounds the corners that one linear step leaves.
    let middle = resample(
        &small,
        whole(&small),
        small.width().saturating_mul(2).min(width),
        small.height().saturating_mul(2).min(height),
    );
    resample(&middle, whole(&middle), width, height)
}

#[cfg(test)]
mod tests {
    use super::partial;
    use crate::scene::{Detail, draw};
    use crate::words::Brief;

    #[test]
    fn each_stage_is_nearer_to_the_picture() {
        let picture = draw(&Brief::read("lake at dusk"), 192, 128, Detail::of("medium"), 4, false);
        let distance = |index, count| {
            let stage = partial(&picture, index, count);
            assert_eq!((stage.width(), stage.height()), (192, 128));
            let pairs = stage.bytes().iter().zip(picture.bytes());
            pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>()
        };
        for count in 1..=3 {
            let stages: Vec<u64> = (0..count).map(|index| distance(index, count)).collect();
            assert!(stages.windows(2).all(|pair| pair[0] > pair[1]), "{stages:?}");
            assert!(*stages.last().unwrap() > 0);
        }
    }
}
