//! Treatments of a finished picture: what words such as "watercolor" or "pixel art" ask for.

use crate::draw::resample::resample;
use crate::draw::{Field, Noise, Pixels};
use crate::words::Style;

/// Treats a picture. Transparency stays as it is.
pub fn apply(style: Style, pixels: Pixels, seed: u32) -> Pixels {
    match style {
        Style::Plain => pixels,
        Style::Pixel => blocks(&pixels),
        Style::Grey => each(pixels, |_, _, [r, g, b]| {
            let grey = luma([r, g, b]);
            // A gentle S: deep shadows, clear lights.
            let toned = grey * grey * (3.0 - 2.0 * grey);
            [grey + (toned - grey) * 0.6; 3]
        }),
        Style::Vintage => vintage(pixels),
        Style::Poster => each(pixels, |_, _, color| {
            let levels = 6.0;
            let light = luma(color).max(0.02);
            let step = ((light * levels).floor() + 0.5) / levels;
            color.map(|channel| channel * step / light)
        }),
        Style::Sketch => sketch(pixels, seed),
        Style::Watercolor => watercolor(pixels, seed),
    }
}

fn luma([r, g, b]: [f32; 3]) -> f32 {
    r * 0.299 + g * 0.587 + b * 0.114
}

/// Changes every pixel; `change` is given its place and its colour, 0 to 1 as a screen shows it.
fn each(mut pixels: Pixels, mut change: impl FnMut(f32, f32, [f32; 3]) -> [f32; 3]) -> Pixels {
    let mut y = 0.5;
    for row in pixels.rows_mut() {
        let mut x = 0.5;
        for pixel in row.chunks_exact_mut(4) {
            if let [r, g, b, _] = pixel {
                let color = [*r, *g, *b].map(|channel| f32::from(channel) / 255.0);
                [*r, *g, *b] = change(x, y, color).map(|channel| (channel * 255.0 + 0.5) as u8);
            }
            x += 1.0;
        }
        y += 1.0;
    }
    pixels
}

fn blocks(pixels: &Pixels) -> Pixels {
    let (width, height) = (pixels.width(), pixels.height());
    let edge = (((f64::from(width) * f64::from(height)).sqrt() / 96.0).round() as u32).max(2);
    let whole = [0.0, 0.0, width as f32, height as f32];
    let small = resample(pixels, whole, width.div_ceil(edge), height.div_ceil(edge));
    let small = each(small, |_, _, color| color.map(|channel| (channel * 9.0).round() / 9.0));
    let mut out = Pixels::new(width, height);
    for (y, row) in (0_u32..).zip(out.rows_mut()) {
        for (x, pixel) in (0_u32..).zip(row.chunks_exact_mut(4)) {
            let (x, y) = (x.checked_div(edge).unwrap_or(0), y.checked_div(edge).unwrap_or(0));
            pixel.copy_from_slice(&small.pixel(x, y));
        }
    }
    out
}

fn vintage(pixels: Pixels) -> Pixels {
    let (width, height) = (pixels.width() as f32, pixels.height() as f32);
    each(pixels, |x, y, color| {
        let grey = luma(color);
        let [r, g, b] = color.map(|channel| grey + (channel - grey) * 0.55);
        let (dx, dy) = (x / width - 0.5, y / height - 0.5);
        let dark = 1.0 - (dx * dx + dy * dy) * 0.75;
        // Faded blacks, yellowed whites.
        [0.08 + r * 0.9 * dark + 0.03, 0.06 + g * 0.86 * dark + 0.015, 0.09 + b * 0.68 * dark]
    })
}

/// How much lighter or darker the neighbours are, 0 to about 1.
fn edges(pixels: &Pixels) -> Vec<f32> {
    let mut out = Vec::with_capacity((pixels.width() as usize).saturating_mul(pixels.height() as usize));
    let lights = |y: u32| -> Vec<f32> {
        let light = |p: &[u8]| match p {
            [r, g, b, _] => luma([f32::from(*r), f32::from(*g), f32::from(*b)]) / 255.0,
            _ => 0.0,
        };
        pixels.row(y).chunks_exact(4).map(light).collect()
    };
    let mut here = lights(0);
    for y in 0..pixels.height() {
        let last = pixels.height().saturating_sub(1);
        let next = lights(y.saturating_add(1).min(last));
        for (x, light) in here.iter().enumerate() {
            let right = here.get(x.saturating_add(1)).unwrap_or(light);
            let below = next.get(x).unwrap_or(light);
            out.push(((right - light).abs() + (below - light).abs()) * 4.0);
        }
        here = next;
    }
    out
}

fn sketch(pixels: Pixels, seed: u32) -> Pixels {
    let edges = edges(&pixels);
    let paper = Noise::new(seed);
    let scale = 1.0 / (pixels.width().max(pixels.height()) as f32 / 1024.0).max(0.4);
    let mut index = 0_usize;
    each(pixels, |x, y, color| {
        let edge = edges.get(index).copied().unwrap_or(0.0).min(1.0);
        index = index.saturating_add(1);
        let tone = luma(color);
        let (u, v) = (x * scale, y * scale);
        // Two layers of hatching, the second only in the darks; the hand is not quite steady.
        let wobble = paper.at(u * 0.02, v * 0.02) * 5.0;
        let stroke = |angle: f32| {
            let across = (u * angle.cos() + v * angle.sin() + wobble) / 5.2;
            (across.fract().abs() - 0.5).abs() * 2.0
        };
        let hatch = |limit: f32, line: f32| ((limit - tone) * 2.6).clamp(0.0, 1.0) * (line - 0.35).max(0.0);
        let ink = edge * 0.9 + hatch(0.72, stroke(0.75)) * 0.8 + hatch(0.4, stroke(-0.75)) * 0.9;
        let grain = 0.965 + paper.fbm(u * 0.6, v * 0.6, 2) * 0.02;
        let light = (grain - ink.min(1.0) * 0.82).max(0.08);
        [light, light * 0.985, light * 0.95]
    })
}

fn watercolor(pixels: Pixels, seed: u32) -> Pixels {
    let (width, height) = (pixels.width(), pixels.height());
    let whole = [0.0, 0.0, width as f32, height as f32];
    let unit = (f64::from(width) * f64::from(height)).sqrt() as f32;
    // Washes: the picture without its small detail, its borders wandering.
    let third = |edge: u32| (edge / 3).max(2);
    let wash = resample(&pixels, whole, third(width), third(height));
    let paper = Noise::new(seed);
    let (sx, sy) = (wash.width() as f32 / width as f32, wash.height() as f32 / height as f32);
    let (cx, cy) = (width as f32 * 0.5, height as f32 * 0.5);
    let step = (unit / 256.0).max(1.5);
    let field = |at: f32, scale: f32, octaves: u32| {
        Field::new(width as f32, height as f32, step, |x, y| {
            paper.fbm(x / unit * scale + at, y / unit * scale, octaves)
        })
    };
    let (across, down, pools) = (field(0.0, 22.0, 2), field(50.0, 22.0, 2), field(9.0, 5.0, 3));
    let reach = unit * 0.006;
    each(pixels, |x, y, fine| {
        let (u, v) = (x / unit, y / unit);
        let (wx, wy) = (across.line(y).at(x), down.line(y).at(x));
        let at = wash.pixel(((x + wx * reach) * sx).max(0.0) as u32, ((y + wy * reach) * sy).max(0.0) as u32);
        let soft = [0_usize, 1, 2].map(|i| f32::from(at.get(i).copied().unwrap_or(0)) / 255.0);
        let pool = 1.0 + pools.line(y).at(x) * 0.13 + paper.at(u * 160.0, v * 160.0) * 0.035;
        // Paper shows through towards the rim.
        let (dx, dy) = ((x - cx) / cx, (y - cy) / cy);
        let rim = (dx.abs().powi(4) + dy.abs().powi(4)).sqrt() + wx * 0.16;
        let bare = ((rim - 0.84) * 5.0).clamp(0.0, 1.0);
        let mut out = [0.0; 3];
        for (((out, soft), fine), white) in out.iter_mut().zip(soft).zip(fine).zip([0.985, 0.975, 0.95]) {
            let color = (soft * 0.75 + fine * 0.25) * 0.86 + 0.14;
            let wet = 1.0 - (1.0 - color) * pool;
            *out = wet + (white - wet) * bare;
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::apply;
    use crate::scene::{Detail, draw};
    use crate::words::{Brief, Style};

    #[test]
    fn every_style_changes_the_picture_and_keeps_its_size_and_alpha() {
        for transparent in [false, true] {
            let picture = draw(&Brief::read("a lake"), 96, 64, Detail::of("low"), 9, transparent);
            let alpha = |pixels: &crate::draw::Pixels| {
                pixels.bytes().chunks_exact(4).map(|pixel| pixel[3]).collect::<Vec<_>>()
            };
            for style in
                [Style::Pixel, Style::Grey, Style::Vintage, Style::Poster, Style::Sketch, Style::Watercolor]
            {
                let out = apply(style, picture.clone(), 1);
                assert_eq!((out.width(), out.height()), (96, 64));
                assert_ne!(out, picture, "{style:?}");
                if style != Style::Pixel {
                    assert_eq!(alpha(&out), alpha(&picture), "{style:?}");
                }
            }
            assert_eq!(apply(Style::Plain, picture.clone(), 1), picture);
        }
    }
}
