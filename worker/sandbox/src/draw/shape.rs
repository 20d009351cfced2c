//! Filled shapes: how much of each pixel an outline covers, exactly, and what it is painted with.

use super::color::Rgb;
use super::path::{Path, Point};

/// Light of one pixel: red, green, blue with alpha multiplied in, and alpha.
pub type Light = [f32; 4];

/// Puts a colour over a pixel.
#[inline]
pub fn over(pixel: &mut Light, color: Rgb, alpha: f32) {
    let keep = 1.0 - alpha;
    let [r, g, b, a] = pixel;
    *r = *r * keep + color.r * alpha;
    *g = *g * keep + color.g * alpha;
    *b = *b * keep + color.b * alpha;
    *a = *a * keep + alpha;
}

/// Adds light to a pixel, as a glow does.
#[inline]
pub fn glow(pixel: &mut Light, color: Rgb, amount: f32) {
    let [r, g, b, _] = pixel;
    *r += color.r * amount;
    *g += color.g * amount;
    *b += color.b * amount;
}

/// How much of each pixel in a box is covered, 0 to 255.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    left: i32,
    top: i32,
    width: usize,
    coverage: Vec<u8>,
}

impl Mask {
    /// Fills a path inside a picture of that size; what lies outside is cut off.
    ///
    /// Signed areas of the outline are summed per pixel, then along the row: Raph Levien's font-rs works so. The result is the
    /// exact area for outlines that do not overlap.
    pub fn fill(path: &Path, width: u32, height: u32) -> Self {
        let Some([l, t, r, b]) = path.bounds() else { return Self::default() };
        let limit = |value: f32, edge: u32| value.clamp(0.0, edge as f32) as i32;
        let (left, top) = (limit(l.floor(), width), limit(t.floor(), height));
        let (right, bottom) = (limit(r.ceil(), width), limit(b.ceil(), height));
        let columns = usize::try_from(right.saturating_sub(left)).unwrap_or(0);
        let rows = usize::try_from(bottom.saturating_sub(top)).unwrap_or(0);
        if columns == 0 || rows == 0 {
            return Self::default();
        }
        // One column more takes the area that continues to the right of the box.
        let stride = columns.saturating_add(1);
        let mut areas = vec![0.0_f32; stride.saturating_mul(rows)];
        let shift = |(x, y): Point| (x - left as f32, y - top as f32);
        for ring in path.rings() {
            let Some(mut from) = ring.last().copied().map(shift) else { continue };
            for to in ring.iter().copied().map(shift) {
                edge(&mut areas, stride, rows, from, to);
                from = to;
            }
        }
        let mut coverage = Vec::with_capacity(columns.saturating_mul(rows));
        for row in areas.chunks_exact(stride) {
            let mut sum = 0.0;
            coverage.extend(row.iter().take(columns).map(|area| {
                sum += area;
                (sum.abs().min(1.0) * 255.0 + 0.5) as u8
            }));
        }
        Self { left, top, width: columns, coverage }
    }

    /// The same with its rim softened over about `radius` pixels on both sides, still inside a picture of that size.
    #[must_use]
    pub fn blurred(&self, radius: f32, width: u32, height: u32) -> Self {
        let reach = radius.clamp(0.0, 4096.0).ceil() as i32;
        if reach == 0 || self.width == 0 {
            return self.clone();
        }
        let rows = self.coverage.len().checked_div(self.width).unwrap_or(0) as i32;
        let left = self.left.saturating_sub(reach).max(0);
        let top = self.top.saturating_sub(reach).max(0);
        let right = self.left.saturating_add(self.width as i32).saturating_add(reach).min(width as i32);
        let bottom = self.top.saturating_add(rows).saturating_add(reach).min(height as i32);
        let columns = right.saturating_sub(left).max(0) as usize;
        let mut out = Vec::new();
        for y in top..bottom {
            let row = self.row(y);
            out.extend((left..right).map(|x| row.at(x)));
        }
        let mut blurred = Self { left, top, width: columns, coverage: out };
        // Two box filters of a third of the reach make a soft slope without a visible edge.
        let box_radius = (reach as usize).div_ceil(2);
        for _ in 0..2 {
            blurred.box_rows(box_radius);
            blurred.transpose();
            blurred.box_rows(box_radius);
            blurred.transpose();
        }
        blurred
    }

    fn box_rows(&mut self, radius: usize) {
        let window = radius.saturating_mul(2).saturating_add(1) as u32;
        let mut source = Vec::with_capacity(self.width);
        for row in self.coverage.chunks_exact_mut(self.width.max(1)) {
            source.clear();
            source.extend_from_slice(row);
            let get = |i: usize| source.get(i).copied().map_or(0, u32::from);
            let mut sum: u32 = (0..radius).map(get).sum();
            for (x, out) in row.iter_mut().enumerate() {
                sum = sum.saturating_add(get(x.saturating_add(radius)));
                *out = sum.checked_div(window).unwrap_or(0).min(255) as u8;
                if let Some(leaving) = x.checked_sub(radius) {
                    sum = sum.saturating_sub(get(leaving));
                }
            }
        }
    }

    fn transpose(&mut self) {
        let rows = self.coverage.len().checked_div(self.width).unwrap_or(0);
        let mut out = Vec::with_capacity(self.coverage.len());
        for column in 0..self.width {
            out.extend(self.coverage.iter().skip(column).step_by(self.width.max(1)).copied());
        }
        self.coverage = out;
        self.width = rows;
    }

    /// The first and the last row (excluded) it touches.
    pub fn span(&self) -> (i32, i32) {
        let rows = self.coverage.len().checked_div(self.width).unwrap_or(0) as i32;
        (self.top, self.top.saturating_add(rows))
    }

    /// Its coverage along the row at `y`.
    pub fn row(&self, y: i32) -> MaskRow<'_> {
        let row = usize::try_from(y.saturating_sub(self.top)).ok();
        let start = row.and_then(|row| row.checked_mul(self.width));
        let coverage = start
            .and_then(|start| self.coverage.get(start..start.saturating_add(self.width)))
            .unwrap_or_default();
        MaskRow { left: self.left, coverage }
    }
}

/// One row of a [`Mask`].
#[derive(Clone, Copy, Debug)]
pub struct MaskRow<'a> {
    left: i32,
    coverage: &'a [u8],
}

impl MaskRow<'_> {
    /// The coverage at `x`; 0 outside.
    pub fn at(&self, x: i32) -> u8 {
        let index = usize::try_from(x.saturating_sub(self.left)).ok();
        index.and_then(|index| self.coverage.get(index)).copied().unwrap_or(0)
    }

    /// Calls `paint(x, pixel, coverage)` for every covered pixel of a row of light.
    #[inline]
    pub fn paint(&self, row: &mut [Light], mut paint: impl FnMut(f32, &mut Light, f32)) {
        let start = usize::try_from(self.left).unwrap_or(0);
        let Some(row) = row.get_mut(start..) else { return };
        for (i, (pixel, coverage)) in row.iter_mut().zip(self.coverage).enumerate() {
            if *coverage > 0 {
                paint(start.saturating_add(i) as f32 + 0.5, pixel, f32::from(*coverage) / 255.0);
            }
        }
    }
}

/// Adds one edge to the table of signed areas.
fn edge(areas: &mut [f32], stride: usize, rows: usize, from: Point, to: Point) {
    if !(from.0.is_finite() && from.1.is_finite() && to.0.is_finite() && to.1.is_finite())
        || (from.1 - to.1).abs() < f32::EPSILON
    {
        return;
    }
    let (direction, from, to) = if from.1 < to.1 { (1.0, from, to) } else { (-1.0, to, from) };
    let slope = (to.0 - from.0) / (to.1 - from.1);
    let first = from.1.max(0.0);
    let mut x = from.0 + (first - from.1) * slope;
    let last_row = (to.1.ceil().max(0.0) as usize).min(rows);
    let right = stride.saturating_sub(1) as f32;
    for row in first as usize..last_row {
        let start = row.saturating_mul(stride);
        let Some(line) = areas.get_mut(start..start.saturating_add(stride)) else { return };
        let y = row as f32;
        let height = (y + 1.0).min(to.1) - y.max(first);
        let next = x + slope * height;
        let area = height * direction;
        let (x0, x1) = if x < next { (x, next) } else { (next, x) };
        let (x0, x1) = (x0.clamp(0.0, right), x1.clamp(0.0, right));
        spread(line, x0, x1, area);
        x = next;
    }
}

/// Spreads the area to the right of an edge from `x0` to `x1` over the pixels it crosses.
fn spread(line: &mut [f32], x0: f32, x1: f32, area: f32) {
    let mut add = |index: f32, amount: f32| {
        if let Some(cell) = line.get_mut(index as usize) {
            *cell += amount;
        }
    };
    let first = x0.floor();
    let cells = x1.ceil() - first;
    if cells <= 1.0 {
        let middle = (x0 + x1) * 0.5 - first;
        add(first, area * (1.0 - middle));
        add(first + 1.0, area * middle);
        return;
    }
    // The share of each crossed pixel is the difference of the running integral at its two sides.
    let width = (x1 - x0).max(1e-6);
    let integral = |x: f32| {
        let x = (x - x0).clamp(0.0, width);
        x * x / (2.0 * width)
    };
    let covered = |cell: f32| {
        let (a, b) = (cell, cell + 1.0);
        integral(b) - integral(a) + (b - x1).max(0.0) - (a - x1).max(0.0)
    };
    let (mut cell, mut before) = (first, 0.0);
    while cell < first + cells {
        let now = covered(cell);
        add(cell, area * (now - before));
        before = now;
        cell += 1.0;
    }
    add(cell, area * (1.0 - before));
}

#[cfg(test)]
mod tests {
    use super::Mask;
    use crate::draw::path::Path;

    fn area(mask: &Mask) -> f32 {
        mask.coverage.iter().map(|c| f32::from(*c) / 255.0).sum()
    }

    #[test]
    fn areas_are_exact() {
        let square = Path::polygon(&[(2.25, 3.5), (10.75, 3.5), (10.75, 8.0), (2.25, 8.0)]);
        assert!((area(&Mask::fill(&square, 20, 20)) - 8.5 * 4.5).abs() < 0.2);
        let circle = Path::ellipse((50.0, 50.0), 30.0, 30.0);
        assert!((area(&Mask::fill(&circle, 100, 100)) - 2827.4).abs() < 10.0);
        let slanted = Path::polygon(&[(0.0, 0.0), (90.0, 3.0), (90.0, 13.0), (0.0, 10.0)]);
        assert!((area(&Mask::fill(&slanted, 100, 100)) - 900.0).abs() < 3.0);
    }

    #[test]
    fn what_lies_outside_is_cut_off_and_does_not_bleed() {
        let circle = Path::ellipse((0.0, 50.0), 30.0, 30.0);
        let mask = Mask::fill(&circle, 100, 100);
        assert!((area(&mask) - 2827.4 / 2.0).abs() < 10.0);
        assert_eq!(mask.row(50).at(99), 0);
        let outside = Path::ellipse((-500.0, 50.0), 30.0, 30.0);
        assert!(area(&Mask::fill(&outside, 100, 100)) < 0.01);
        let holes = Path::polygon(&[(f32::NAN, 0.0), (5.0, f32::INFINITY), (3.0, 3.0), (0.0, 9.0)]);
        let _ = Mask::fill(&holes, 10, 10);
    }

    #[test]
    fn blurring_keeps_the_area_and_softens_the_rim() {
        let square = Path::polygon(&[(40.0, 40.0), (60.0, 40.0), (60.0, 60.0), (40.0, 60.0)]);
        let sharp = Mask::fill(&square, 100, 100);
        let soft = sharp.blurred(8.0, 100, 100);
        assert!((area(&soft) - area(&sharp)).abs() < 12.0, "{}", area(&soft));
        let edge = soft.row(50).at(40);
        assert!((60..200).contains(&edge), "{edge}");
    }
}
