//! Smooth randomness for hills, clouds and water: gradient noise (Ken Perlin, "Improving noise", 2002) and sums of it.

/// One field of smooth random values.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    seed: u32,
}

impl Noise {
    /// The field of that seed.
    pub const fn new(seed: u32) -> Self {
        Self { seed }
    }

    const fn hash(self, x: i32, y: i32) -> u32 {
        let mut h = self.seed ^ (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77);
        h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
        h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
        h ^ (h >> 15)
    }

    #[inline]
    fn slope(self, cell: (i32, i32), x: f32, y: f32) -> f32 {
        // Eight directions of equal length are enough once octaves are summed.
        const D: f32 = core::f32::consts::FRAC_1_SQRT_2;
        const DIRECTIONS: [(f32, f32); 8] =
            [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (D, D), (D, -D), (-D, D), (-D, -D)];
        let index = (self.hash(cell.0, cell.1) & 7) as usize;
        let (dx, dy) = DIRECTIONS.get(index).copied().unwrap_or_default();
        x * dx + y * dy
    }

    /// The value at a point, about -0.7 to 0.7.
    #[inline]
    pub fn at(self, x: f32, y: f32) -> f32 {
        let (fx, fy) = (x.floor(), y.floor());
        let (cx, cy) = (fx as i32, fy as i32);
        let (nx, ny) = (cx.wrapping_add(1), cy.wrapping_add(1));
        let (x, y) = (x - fx, y - fy);
        let fade = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
        let (u, v) = (fade(x), fade(y));
        let top = mix(self.slope((cx, cy), x, y), self.slope((nx, cy), x - 1.0, y), u);
        let bottom = mix(self.slope((cx, ny), x, y - 1.0), self.slope((nx, ny), x - 1.0, y - 1.0), u);
        mix(top, bottom, v)
    }

    /// Several octaves, each twice as fine and half as strong; about -1 to 1.
    pub fn fbm(self, x: f32, y: f32, octaves: u32) -> f32 {
        let (mut sum, mut weight, mut total) = (0.0, 1.0, 0.0);
        let (mut x, mut y) = (x, y);
        for _ in 0..octaves {
            sum += self.at(x, y) * weight;
            total += weight;
            weight *= 0.5;
            // Turned a little each time, or the lattices of the octaves show through.
            (x, y) = (x * 1.62 - y * 1.18 + 17.3, x * 1.18 + y * 1.62 - 9.1);
        }
        if total > 0.0 { sum / total * 1.6 } else { 0.0 }
    }

    /// Octaves with sharp crests, for mountains; about 0 to 1.
    pub fn ridged(self, x: f32, y: f32, octaves: u32) -> f32 {
        let (mut sum, mut weight, mut total, mut carry) = (0.0, 1.0, 0.0, 1.0_f32);
        let (mut x, mut y) = (x, y);
        for _ in 0..octaves {
            let crest = (1.0 - self.at(x, y).abs() * 1.7).max(0.0);
            let crest = crest * crest;
            sum += crest * weight * carry;
            total += weight;
            carry = crest.clamp(0.25, 1.0);
            weight *= 0.5;
            (x, y) = (x * 2.03 + 31.7, y * 2.03 - 11.9);
        }
        if total > 0.0 { sum / total } else { 0.0 }
    }
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Values on a coarse grid over a picture, read back smoothly: soft things need no more, and cost a sixteenth.
#[derive(Clone, Debug)]
pub struct Field {
    columns: usize,
    rows: usize,
    step: f32,
    top: f32,
    values: Vec<f32>,
}

impl Field {
    /// Samples `value(x, y)` every `step` pixels of a picture of that size.
    pub fn new(width: f32, height: f32, step: f32, value: impl FnMut(f32, f32) -> f32) -> Self {
        Self::band(width, (0.0, height), step, value)
    }

    /// The same for the rows from `top` to `bottom` only; beyond them the nearest of these rows counts.
    pub fn band(
        width: f32,
        (top, bottom): (f32, f32),
        step: f32,
        mut value: impl FnMut(f32, f32) -> f32,
    ) -> Self {
        let step = step.max(1.0);
        let height = (bottom - top).max(0.0);
        let columns = ((width / step).ceil() as usize).saturating_add(2);
        let rows = ((height / step).ceil() as usize).saturating_add(2);
        let mut values = Vec::with_capacity(columns.saturating_mul(rows));
        for row in 0..rows {
            for column in 0..columns {
                values.push(value(column as f32 * step, top + row as f32 * step));
            }
        }
        Self { columns, rows, step, top, values }
    }

    /// Reads one line of pixels at height `y`.
    pub fn line(&self, y: f32) -> Line<'_> {
        let y = ((y - self.top) / self.step).max(0.0);
        let last = self.rows.saturating_sub(2);
        let row = (y as usize).min(last);
        let start = row.saturating_mul(self.columns);
        let middle = start.saturating_add(self.columns);
        let end = middle.saturating_add(self.columns);
        Line {
            top: self.values.get(start..middle).unwrap_or_default(),
            bottom: self.values.get(middle..end).unwrap_or_default(),
            t: (y - row as f32).clamp(0.0, 1.0),
            scale: 1.0 / self.step,
        }
    }
}

/// A line of a [`Field`].
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    top: &'a [f32],
    bottom: &'a [f32],
    t: f32,
    scale: f32,
}

impl Line<'_> {
    /// The value at `x`.
    #[inline]
    pub fn at(&self, x: f32) -> f32 {
        let x = (x * self.scale).max(0.0);
        let column = (x as usize).min(self.top.len().saturating_sub(2));
        let t = (x - column as f32).clamp(0.0, 1.0);
        let pair = |row: &[f32]| match row.get(column..) {
            Some([a, b, ..]) => a + (b - a) * t,
            _ => 0.0,
        };
        let (top, bottom) = (pair(self.top), pair(self.bottom));
        top + (bottom - top) * self.t
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, Noise};

    #[test]
    fn noise_is_smooth_and_bounded() {
        let noise = Noise::new(3);
        let mut x = -50.0;
        while x < 50.0 {
            let here = noise.at(x, 0.37);
            assert!(here.abs() <= 1.0, "{here} at {x}");
            assert!((noise.at(x + 0.01, 0.37) - here).abs() < 0.05);
            x += 0.13;
        }
        assert!(noise.at(f32::MAX, f32::MIN).is_finite());
    }

    #[test]
    fn a_field_gives_back_what_is_linear() {
        let field = Field::new(100.0, 60.0, 8.0, |x, y| 2.0 * x - y);
        for (x, y) in [(0.0, 0.0), (3.5, 9.25), (99.0, 59.0)] {
            assert!((field.line(y).at(x) - (2.0 * x - y)).abs() < 1e-3, "{x} {y}");
        }
        assert!(field.line(1e9).at(-1e9).is_finite());
    }
}
