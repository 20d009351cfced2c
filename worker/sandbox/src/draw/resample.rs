//! Pictures in another size.

use super::pixels::Pixels;

/// A part of a picture, in its pixels: left, top, width, height.
pub type Crop = [f32; 4];

/// The part of a picture that fills a frame of that shape, cut evenly on both sides.
pub fn cover(pixels: &Pixels, width: u32, height: u32) -> Crop {
    let (w, h) = (pixels.width() as f32, pixels.height() as f32);
    let scale = (w / width.max(1) as f32).min(h / height.max(1) as f32);
    let (cw, ch) = (width as f32 * scale, height as f32 * scale);
    [(w - cw) * 0.5, (h - ch) * 0.5, cw, ch]
}

/// Scales a part of a picture to that size: every new pixel is the mean of what it covers, weighted towards its middle.
pub fn resample(pixels: &Pixels, crop: Crop, width: u32, height: u32) -> Pixels {
    let [left, top, crop_width, crop_height] = crop;
    let columns = taps(left, crop_width, width, pixels.width());
    let rows = taps(top, crop_height, height, pixels.height());
    let mut out = Pixels::new(width, height);
    // One source row scaled across is used by at most a few neighbouring rows: keep the last ones.
    let mut kept: Vec<(u32, Vec<[f32; 4]>)> = Vec::new();
    for (line, row) in out.rows_mut().zip(&rows) {
        let last = row.first.saturating_add(row.weights.len() as u32);
        kept.retain(|(y, _)| (row.first..last).contains(y));
        for y in row.first..last {
            if !kept.iter().any(|(kept, _)| *kept == y) {
                kept.push((y, across(pixels.row(y), &columns)));
            }
        }
        let mut sums = vec![[0.0_f32; 4]; columns.len()];
        for (y, weight) in (row.first..last).zip(&row.weights) {
            let Some((_, source)) = kept.iter().find(|(kept, _)| *kept == y) else { continue };
            for (sum, pixel) in sums.iter_mut().zip(source) {
                for (sum, channel) in sum.iter_mut().zip(pixel) {
                    *sum += channel * weight;
                }
            }
        }
        for (bytes, [r, g, b, a]) in line.chunks_exact_mut(4).zip(&sums) {
            // Alpha was multiplied in, so that clear pixels do not bleed their colour.
            let scale = if *a > 0.0 { 255.0 / a } else { 0.0 };
            let byte = |value: f32| (value + 0.5) as u8;
            bytes.copy_from_slice(&[byte(r * scale), byte(g * scale), byte(b * scale), byte(*a)]);
        }
    }
    out
}

/// A picture shrunk to fit a square of that edge; smaller ones stay.
pub fn fit(pixels: Pixels, edge: u32) -> Pixels {
    let longest = pixels.width().max(pixels.height());
    if longest <= edge {
        return pixels;
    }
    let scale = edge as f32 / longest as f32;
    let size = |edge: u32| ((edge as f32 * scale).round() as u32).max(1);
    let whole = [0.0, 0.0, pixels.width() as f32, pixels.height() as f32];
    resample(&pixels, whole, size(pixels.width()), size(pixels.height()))
}

/// Which source pixels make one new pixel.
struct Taps {
    first: u32,
    weights: Vec<f32>,
}

fn taps(start: f32, length: f32, size: u32, limit: u32) -> Vec<Taps> {
    let scale = length / size.max(1) as f32;
    let reach = scale.max(1.0);
    let end = limit.saturating_sub(1) as f32;
    (0..size)
        .map(|i| {
            let middle = start + (i as f32 + 0.5) * scale - 0.5;
            let first = (middle - reach).ceil().clamp(0.0, end);
            let last = (middle + reach).floor().clamp(first, end);
            let count = (last - first) as u32;
            let mut weights: Vec<f32> =
                (0..=count).map(|k| (1.0 - (first + k as f32 - middle).abs() / reach).max(0.0)).collect();
            let total: f32 = weights.iter().sum();
            if total > 0.0 {
                for weight in &mut weights {
                    *weight /= total;
                }
            } else if let Some(weight) = weights.first_mut() {
                *weight = 1.0;
            }
            Taps { first: first as u32, weights }
        })
        .collect()
}

fn across(row: &[u8], columns: &[Taps]) -> Vec<[f32; 4]> {
    columns
        .iter()
        .map(|taps| {
            let start = (taps.first as usize).saturating_mul(4);
            let mut sum = [0.0_f32; 4];
            let source = row.get(start..).unwrap_or_default();
            for (pixel, weight) in source.chunks_exact(4).zip(&taps.weights) {
                if let [r, g, b, a] = pixel {
                    let alpha = f32::from(*a) / 255.0 * weight;
                    let [sr, sg, sb, sa] = &mut sum;
                    *sr += f32::from(*r) * alpha;
                    *sg += f32::from(*g) * alpha;
                    *sb += f32::from(*b) * alpha;
                    *sa += f32::from(*a) * weight;
                }
            }
            sum
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{cover, fit, resample};
    use crate::draw::Pixels;

    fn checker(width: u32, height: u32) -> Pixels {
        let mut rgba = Vec::new();
        for y in 0..height {
            for x in 0..width {
                rgba.extend(if (x + y) % 2 == 0 { [255, 255, 255, 255] } else { [0, 0, 0, 255] });
            }
        }
        Pixels::from_rgba(width, height, rgba).unwrap()
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let pixels = checker(16, 9);
        assert_eq!(resample(&pixels, cover(&pixels, 16, 9), 16, 9), pixels);
    }

    #[test]
    fn shrinking_averages_and_growing_interpolates() {
        let small = resample(&checker(64, 64), [0.0, 0.0, 64.0, 64.0], 8, 8);
        for pixel in small.bytes().chunks_exact(4) {
            assert!((120..136).contains(&pixel[0]), "{pixel:?}");
        }
        let grown = resample(&checker(2, 1), [0.0, 0.0, 2.0, 1.0], 8, 4);
        let row: Vec<u8> = grown.row(1).chunks_exact(4).map(|pixel| pixel[0]).collect();
        assert!(row.windows(2).all(|pair| pair[0] >= pair[1]), "{row:?}");
        assert_eq!((row[0], row[7]), (255, 0));
    }

    #[test]
    fn clear_pixels_do_not_bleed() {
        let pixels = Pixels::from_rgba(2, 1, vec![255, 0, 0, 255, 0, 255, 0, 0]).unwrap();
        let one = resample(&pixels, [0.0, 0.0, 2.0, 1.0], 1, 1);
        assert_eq!(one.bytes(), [255, 0, 0, 128]);
    }

    #[test]
    fn covering_cuts_the_longer_side_evenly() {
        let pixels = checker(200, 100);
        assert_eq!(cover(&pixels, 64, 64), [50.0, 0.0, 100.0, 100.0]);
        let fitted = fit(checker(200, 100), 50);
        assert_eq!((fitted.width(), fitted.height()), (50, 25));
    }
}
