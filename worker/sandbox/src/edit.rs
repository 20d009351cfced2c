//! Edits: the first picture is the ground, in the light the prompt asks for; further ones lie on it as prints; what the
//! prompt names stands in it. With a mask only its clear part changes: there the prompt's own scene shows.

use crate::draw::resample::{cover, fit, resample};
use crate::draw::{Gamma, Light, Mask, Path, Pixels, Place, Random, Rgb, over, smoothstep};
use crate::scene::{self, Detail, Grade, Overlay};
use crate::words::Brief;

/// The input pictures, each already in the size it is needed in.
#[derive(Debug)]
pub struct Inputs {
    base: Pixels,
    prints: Vec<Pixels>,
    mask: Option<Vec<u8>>,
    markup: Option<Pixels>,
}

impl Inputs {
    /// Starts with the first picture, cut to fill the output.
    pub fn new(first: &Pixels, width: u32, height: u32) -> Self {
        let base = resample(first, cover(first, width, height), width, height);
        Self { base, prints: Vec::new(), mask: None, markup: None }
    }

    /// Adds a further picture. Only as many pixels are kept as a print can show.
    pub fn print(&mut self, pixels: Pixels) {
        let edge = self.base.width().max(self.base.height()) / 2;
        self.prints.push(fit(pixels, edge.max(64)));
    }

    /// Adds the mask, cut as the first picture was: where it is clear, the picture may change.
    pub fn mask(&mut self, mask: &Pixels) {
        let (width, height) = (self.base.width(), self.base.height());
        let scaled = resample(mask, cover(mask, width, height), width, height);
        self.mask = Some(scaled.bytes().iter().skip(3).step_by(4).copied().collect());
    }

    /// Adds a drawing over the first picture.
    pub fn markup(&mut self, markup: &Pixels) {
        let (width, height) = (self.base.width(), self.base.height());
        self.markup = Some(resample(markup, cover(markup, width, height), width, height));
    }

    /// Draws the edited picture.
    pub fn draw(&self, brief: &Brief, detail: Detail, seed: u64, transparent: bool) -> Pixels {
        match &self.mask {
            Some(mask) => self.inside(mask, brief, detail, seed),
            None => self.whole(brief, detail, seed, transparent),
        }
    }

    fn whole(&self, brief: &Brief, detail: Detail, seed: u64, transparent: bool) -> Pixels {
        let random = Random::new(seed);
        let (width, height) = (self.base.width(), self.base.height());
        let grade = Grade::new(brief, &random);
        let overlay = Overlay::new(brief, width, height, detail, &random, !self.prints.is_empty());
        let prints = lay(&self.prints, (0.0, 0.0, width as f32, height as f32), width, height, &random);
        let gamma = Gamma::new();
        let mut out = Pixels::new(width, height);
        let mut light: Vec<Light> = vec![[0.0; 4]; width as usize];
        for (y, (line, source)) in (0_u32..).zip(out.rows_mut().zip(self.base.rows())) {
            for (pixel, bytes) in light.iter_mut().zip(source.chunks_exact(4)) {
                *pixel = read(&gamma, bytes);
            }
            let v = (y as f32 + 0.5) / height as f32;
            grade.row(v, &mut light);
            self.marked(&gamma, y, &mut light);
            overlay.row(y as f32 + 0.5, &mut light);
            for print in &prints {
                print.row(&gamma, y, &mut light);
            }
            if transparent {
                cut_out(v, &mut light);
            }
            for (bytes, pixel) in line.chunks_exact_mut(4).zip(&light) {
                bytes.copy_from_slice(&scene::store(&gamma, *pixel));
            }
        }
        match brief.style {
            Some(style) => scene::treat(style, out, random.branch("style").seed()),
            None => out,
        }
    }

    /// What the markup says is to be there: its strokes shine through as soft light.
    fn marked(&self, gamma: &Gamma, y: u32, light: &mut [Light]) {
        let Some(markup) = &self.markup else { return };
        for (pixel, mark) in light.iter_mut().zip(markup.row(y).chunks_exact(4)) {
            if let [r, g, b, a] = mark {
                let color = Rgb { r: gamma.light(*r), g: gamma.light(*g), b: gamma.light(*b) };
                over(pixel, color, f32::from(*a) / 255.0 * 0.55);
            }
        }
    }

    fn inside(&self, mask: &[u8], brief: &Brief, detail: Detail, seed: u64) -> Pixels {
        let (width, height) = (self.base.width(), self.base.height());
        let Some((left, top, right, bottom)) = clear_box(mask, width) else {
            return self.base.clone();
        };
        let (box_width, box_height) = (right.saturating_sub(left).max(1), bottom.saturating_sub(top).max(1));
        let filling = scene::draw(brief, box_width, box_height, detail, seed, false);
        let random = Random::new(seed);
        let area = (left as f32, top as f32, box_width as f32, box_height as f32);
        let prints = lay(&self.prints, area, width, height, &random);
        let gamma = Gamma::new();
        let mut out = self.base.clone();
        let mut light: Vec<Light> = vec![[0.0; 4]; width as usize];
        let rows = out.rows_mut().zip(mask.chunks_exact(width.max(1) as usize));
        for (y, (line, alphas)) in (0_u32..).zip(rows).skip(top as usize).take(box_height as usize) {
            let within = filling.row(y.saturating_sub(top));
            for (pixel, bytes) in light.iter_mut().skip(left as usize).zip(within.chunks_exact(4)) {
                *pixel = read(&gamma, bytes);
            }
            for print in &prints {
                print.row(&gamma, y, &mut light);
            }
            for ((bytes, new), alpha) in line.chunks_exact_mut(4).zip(&light).zip(alphas) {
                // Opaque pixels of the mask keep the input byte for byte.
                if *alpha == 255 {
                    continue;
                }
                let mut mixed = *new;
                let [r, g, b, a] = read(&gamma, bytes);
                let keep = f32::from(*alpha) / 255.0;
                for (new, old) in mixed.iter_mut().zip([r, g, b, a]) {
                    *new += (old - *new) * keep;
                }
                bytes.copy_from_slice(&scene::store(&gamma, mixed));
            }
        }
        out
    }
}

fn read(gamma: &Gamma, bytes: &[u8]) -> Light {
    match bytes {
        [r, g, b, 255] => [gamma.light(*r), gamma.light(*g), gamma.light(*b), 1.0],
        [r, g, b, a] => {
            let alpha = f32::from(*a) / 255.0;
            [gamma.light(*r) * alpha, gamma.light(*g) * alpha, gamma.light(*b) * alpha, alpha]
        }
        _ => [0.0; 4],
    }
}

/// The box around all pixels of a mask that are not fully opaque.
fn clear_box(mask: &[u8], width: u32) -> Option<(u32, u32, u32, u32)> {
    let mut found: Option<(u32, u32, u32, u32)> = None;
    for (y, row) in (0_u32..).zip(mask.chunks_exact(width.max(1) as usize)) {
        let Some(first) = row.iter().position(|alpha| *alpha < 255) else { continue };
        let last = row.iter().rposition(|alpha| *alpha < 255).unwrap_or(first);
        let (first, last) = (first as u32, (last as u32).saturating_add(1));
        let (l, t, r, _) = found.unwrap_or((first, y, last, y));
        found = Some((l.min(first), t, r.max(last), y.saturating_add(1)));
    }
    found
}

/// Without a background the picture becomes a soft oval.
fn cut_out(v: f32, light: &mut [Light]) {
    let width = light.len().max(1) as f32;
    let dy = v * 2.0 - 1.0;
    for (x, pixel) in light.iter_mut().enumerate() {
        let dx = (x as f32 + 0.5) / width * 2.0 - 1.0;
        let keep = smoothstep(1.0, 0.86, (dx * dx + dy * dy).sqrt());
        for channel in pixel.iter_mut() {
            *channel *= keep;
        }
    }
}

/// A picture as a print with a white rim, turned a little, with a shadow.
struct Print<'a> {
    picture: &'a Pixels,
    place: Place,
    size: (f32, f32),
    paper: Mask,
    image: Mask,
    shadow: Mask,
}

fn lay<'a>(
    pictures: &'a [Pixels],
    (left, top, area_width, area_height): (f32, f32, f32, f32),
    width: u32,
    height: u32,
    random: &Random,
) -> Vec<Print<'a>> {
    let mut dice = random.branch("prints");
    let count = pictures.len().max(1) as f32;
    // As square a grid as holds them, in the lower part of the area, so that the ground stays to be seen.
    let columns = (count * area_width / (area_height * 0.62)).sqrt().ceil().clamp(1.0, count);
    let rows = (count / columns).ceil();
    let (cell_width, cell_height) = (area_width * 0.94 / columns, area_height * 0.62 / rows);
    let mut prints = Vec::new();
    for (index, picture) in pictures.iter().enumerate() {
        let (column, row) = (index as f32 % columns, (index as f32 / columns).floor());
        // A last row that is not full is centred.
        let in_row = (count - row * columns).min(columns);
        let indent = (columns - in_row) * 0.5;
        let at = (
            left + area_width * 0.03
                + (column + indent + 0.5) * cell_width
                + dice.range(-0.03, 0.03) * cell_width,
            top + area_height * 0.35 + (row + 0.5) * cell_height + dice.range(-0.03, 0.03) * cell_height,
        );
        let (w, h) = (picture.width() as f32, picture.height() as f32);
        let scale = (cell_width * 0.8 / w).min(cell_height * 0.8 / h);
        let (pw, ph) = (w * scale, h * scale);
        let rim = pw.min(ph) * 0.045;
        let place = Place { at, scale_x: 1.0, scale_y: 1.0, turn: dice.range(-0.1, 0.1) };
        let rect = |grow: f32, drop: f32| {
            let (x, y) = (pw * 0.5 + grow, ph * 0.5 + grow);
            let corners = [(-x, -y), (x, -y), (x, y), (-x, y)];
            let moved = Place { at: (at.0 + drop * 0.4, at.1 + drop), ..place };
            Mask::fill(&Path::polygon(&corners).placed(&moved), width, height)
        };
        prints.push(Print {
            picture,
            place,
            size: (pw, ph),
            paper: rect(rim, 0.0),
            image: rect(0.0, 0.0),
            shadow: rect(rim, rim * 1.2).blurred(rim * 2.4, width, height),
        });
    }
    prints
}

impl Print<'_> {
    fn row(&self, gamma: &Gamma, y: u32, light: &mut [Light]) {
        let line = y as i32;
        let paper = Rgb::hex(0xfaf8f4);
        self.shadow.row(line).paint(light, |_, pixel, coverage| over(pixel, Rgb::BLACK, coverage * 0.5));
        self.paper.row(line).paint(light, |_, pixel, coverage| over(pixel, paper, coverage));
        let (sin, cos) = self.place.turn.sin_cos();
        let dy = y as f32 + 0.5 - self.place.at.1;
        let (w, h) = (self.picture.width() as f32, self.picture.height() as f32);
        self.image.row(line).paint(light, |x, pixel, coverage| {
            let dx = x - self.place.at.0;
            let u = ((dx * cos + dy * sin) / self.size.0 + 0.5) * w;
            let v = ((dy * cos - dx * sin) / self.size.1 + 0.5) * h;
            let [r, g, b, a] = sample(gamma, self.picture, u - 0.5, v - 0.5);
            if a > 0.0 {
                over(pixel, Rgb { r: r / a, g: g / a, b: b / a }, coverage * a);
            }
        });
    }
}

fn sample(gamma: &Gamma, pixels: &Pixels, x: f32, y: f32) -> Light {
    let (x, y) = (x.max(0.0), y.max(0.0));
    let (cx, cy) = (x as u32, y as u32);
    let (tx, ty) = (x - cx as f32, y - cy as f32);
    let at = |dx: u32, dy: u32| read(gamma, &pixels.pixel(cx.saturating_add(dx), cy.saturating_add(dy)));
    let mut out = [0.0; 4];
    for (light, weight) in [
        (at(0, 0), (1.0 - tx) * (1.0 - ty)),
        (at(1, 0), tx * (1.0 - ty)),
        (at(0, 1), (1.0 - tx) * ty),
        (at(1, 1), tx * ty),
    ] {
        for (out, light) in out.iter_mut().zip(light) {
            *out += light * weight;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Inputs;
    use crate::draw::Pixels;
    use crate::scene::Detail;
    use crate::words::Brief;

    fn plain(width: u32, height: u32, color: [u8; 4]) -> Pixels {
        Pixels::from_rgba(width, height, color.repeat((width * height) as usize)).unwrap()
    }

    fn near(pixels: &Pixels, color: [u8; 3], reach: u8) -> usize {
        let close = |pixel: &[u8]| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= reach);
        pixels.bytes().chunks_exact(4).filter(|pixel| close(pixel)).count()
    }

    #[test]
    fn protected_pixels_stay_and_the_clear_part_changes() {
        let first = plain(120, 80, [10, 200, 30, 255]);
        let mut mask = Vec::new();
        for _ in 0..80 {
            for x in 0..120 {
                mask.extend([0, 0, 0, if x < 60 { 255 } else { 0 }]);
            }
        }
        let mut inputs = Inputs::new(&first, 240, 160);
        inputs.mask(&Pixels::from_rgba(120, 80, mask).unwrap());
        let out = inputs.draw(&Brief::read("night sky"), Detail::of("low"), 1, false);
        for y in 0..160 {
            for x in 0..118 {
                assert_eq!(out.pixel(x, y), [10, 200, 30, 255], "{x},{y}");
            }
        }
        let changed = (122..240).filter(|x| out.pixel(*x, 80) != [10, 200, 30, 255]).count();
        assert!(changed > 100, "{changed}");
    }

    #[test]
    fn every_input_can_be_seen() {
        let mut inputs = Inputs::new(&plain(64, 64, [128, 128, 128, 255]), 256, 256);
        let colors = [[250, 10, 10], [10, 250, 10], [10, 10, 250], [250, 250, 10], [250, 10, 250]];
        for [r, g, b] in colors {
            inputs.print(plain(50, 40, [r, g, b, 255]));
        }
        let out = inputs.draw(&Brief::read("put them together"), Detail::of("low"), 3, false);
        for color in colors {
            assert!(near(&out, color, 12) > 200, "{color:?}: {}", near(&out, color, 12));
        }
    }

    #[test]
    fn a_mask_without_a_clear_pixel_changes_nothing() {
        let first = plain(32, 32, [1, 2, 3, 255]);
        let mut inputs = Inputs::new(&first, 32, 32);
        inputs.mask(&plain(32, 32, [0, 0, 0, 255]));
        assert_eq!(inputs.draw(&Brief::read("cat"), Detail::of("low"), 1, false), first);
    }
}
