//! Outlines: written as SVG writes them, bent into polygons.

/// A point in pixels.
pub type Point = (f32, f32);

/// Closed outlines. Where several overlap in the same direction they join; in opposite directions they cut holes.
#[derive(Clone, Debug, Default)]
pub struct Path {
    rings: Vec<Vec<Point>>,
}

/// How outlines are placed in a picture: scaled, turned about their origin, then moved.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Where the origin comes to lie, in pixels.
    pub at: Point,
    /// Pixels per unit, to the right; negative mirrors.
    pub scale_x: f32,
    /// Pixels per unit, downwards.
    pub scale_y: f32,
    /// Clockwise, in radians.
    pub turn: f32,
}

impl Place {
    /// Upright, with the same scale both ways.
    pub const fn new(at: Point, scale: f32) -> Self {
        Self { at, scale_x: scale, scale_y: scale, turn: 0.0 }
    }

    /// Where a point comes to lie.
    pub fn map(&self, (x, y): Point) -> Point {
        let (sin, cos) = self.turn.sin_cos();
        let (x, y) = (x * self.scale_x, y * self.scale_y);
        (self.at.0 + x * cos - y * sin, self.at.1 + x * sin + y * cos)
    }
}

impl Path {
    /// No outline.
    pub const fn new() -> Self {
        Self { rings: Vec::new() }
    }

    /// Reads absolute `M L C Q Z` of SVG path data; anything else ends the reading. Curves become `steps` lines each.
    pub fn svg(data: &str, steps: u32) -> Self {
        let mut path = Self::new();
        let mut ring: Vec<Point> = Vec::new();
        let mut words = data.split([' ', ',']).filter(|word| !word.is_empty()).peekable();
        let mut command = "";
        while let Some(&word) = words.peek() {
            if matches!(word, "M" | "L" | "C" | "Q" | "Z") {
                command = word;
                words.next();
                if command == "Z" {
                    path.push(core::mem::take(&mut ring));
                    continue;
                }
            }
            let mut point = || {
                let x = words.next()?.parse().ok()?;
                let y = words.next()?.parse().ok()?;
                Some((x, y))
            };
            let from = ring.last().copied().unwrap_or_default();
            match command {
                "M" => {
                    path.push(core::mem::take(&mut ring));
                    let Some(to) = point() else { break };
                    ring.push(to);
                    command = "L";
                }
                "L" => {
                    let Some(to) = point() else { break };
                    ring.push(to);
                }
                "Q" => {
                    let (Some(c), Some(to)) = (point(), point()) else { break };
                    let third = |p: Point| (p.0 + (c.0 - p.0) * 2.0 / 3.0, p.1 + (c.1 - p.1) * 2.0 / 3.0);
                    cubic(&mut ring, [from, third(from), third(to), to], steps);
                }
                "C" => {
                    let (Some(c1), Some(c2), Some(to)) = (point(), point(), point()) else { break };
                    cubic(&mut ring, [from, c1, c2, to], steps);
                }
                _ => break,
            }
        }
        path.push(ring);
        path
    }

    /// Straight lines through the points and back to the first.
    pub fn polygon(points: &[Point]) -> Self {
        let mut path = Self::new();
        path.push(points.to_vec());
        path
    }

    /// An ellipse about a centre.
    pub fn ellipse(center: Point, rx: f32, ry: f32) -> Self {
        // A line for every two pixels of the rim is finer than one can see.
        let steps = (rx.abs().max(ry.abs()) * 3.0).clamp(16.0, 512.0) as u16;
        let points = (0..steps).map(|i| {
            let (sin, cos) = (f32::from(i) / f32::from(steps) * core::f32::consts::TAU).sin_cos();
            (center.0 + rx * cos, center.1 + ry * sin)
        });
        let mut path = Self::new();
        path.push(points.collect());
        path
    }

    /// A line of points drawn as thick as told, thinning to `end_width` at its end.
    pub fn stroke(points: &[Point], width: f32, end_width: f32) -> Self {
        let last = points.len().saturating_sub(1).max(1) as f32;
        let mut left = Vec::with_capacity(points.len().saturating_mul(2));
        let mut right = Vec::with_capacity(points.len());
        for (i, &(x, y)) in points.iter().enumerate() {
            let before = points.get(i.saturating_sub(1)).copied().unwrap_or((x, y));
            let after = points.get(i.saturating_add(1)).copied().unwrap_or((x, y));
            let (dx, dy) = (after.0 - before.0, after.1 - before.1);
            let length = (dx * dx + dy * dy).sqrt().max(1e-6);
            let half = (width + (end_width - width) * i as f32 / last) * 0.5;
            let (nx, ny) = (-dy / length * half, dx / length * half);
            left.push((x + nx, y + ny));
            right.push((x - nx, y - ny));
        }
        left.extend(right.into_iter().rev());
        let mut path = Self::new();
        path.push(left);
        path
    }

    /// Adds the outlines of another path.
    pub fn join(&mut self, other: Self) {
        self.rings.extend(other.rings);
    }

    /// The path as it lies in the picture.
    #[must_use]
    pub fn placed(&self, place: &Place) -> Self {
        Self { rings: self.rings.iter().map(|ring| ring.iter().map(|p| place.map(*p)).collect()).collect() }
    }

    /// The closed outlines.
    pub fn rings(&self) -> &[Vec<Point>] {
        &self.rings
    }

    /// The box around it: left, top, right, bottom. `None` without outlines.
    pub fn bounds(&self) -> Option<[f32; 4]> {
        let points = || self.rings.iter().flatten().filter(|p| p.0.is_finite() && p.1.is_finite());
        points().next()?;
        Some(points().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |[l, t, r, b], &(x, y)| {
            [l.min(x), t.min(y), r.max(x), b.max(y)]
        }))
    }

    fn push(&mut self, ring: Vec<Point>) {
        if ring.len() > 2 {
            self.rings.push(ring);
        }
    }
}

fn cubic(ring: &mut Vec<Point>, [a, b, c, d]: [Point; 4], steps: u32) {
    for i in 1..=steps.max(1) {
        let t = i as f32 / steps.max(1) as f32;
        let s = 1.0 - t;
        let (wa, wb, wc, wd) = (s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t);
        ring.push((a.0 * wa + b.0 * wb + c.0 * wc + d.0 * wd, a.1 * wa + b.1 * wb + c.1 * wc + d.1 * wd));
    }
}

#[cfg(test)]
mod tests {
    use super::{Path, Place};

    #[test]
    fn svg_data_is_read_with_repeated_commands_and_several_rings() {
        let path = Path::svg("M 0 0 10 0 10 10 Z M 20 20 L 30 20 Q 30 30 20 30 Z", 4);
        assert_eq!(path.rings().len(), 2);
        assert_eq!(path.rings()[0], [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]);
        assert_eq!(path.rings()[1].last(), Some(&(20.0, 30.0)));
    }

    #[test]
    fn unreadable_data_ends_quietly() {
        for data in ["", "M", "M 1", "L x y", "C 1 2 3", "M 0 0 L 1 1 A 3 3"] {
            assert!(Path::svg(data, 8).rings().is_empty(), "{data}");
        }
    }

    #[test]
    fn placing_scales_turns_and_moves() {
        let place = Place { at: (5.0, 5.0), scale_x: 2.0, scale_y: 2.0, turn: core::f32::consts::FRAC_PI_2 };
        let (x, y) = place.map((1.0, 0.0));
        assert!((x - 5.0).abs() < 1e-5 && (y - 7.0).abs() < 1e-5);
    }
}
