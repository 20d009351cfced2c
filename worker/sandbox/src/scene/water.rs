//! Still or moving water: the scene above it upside down, broken by ripples.

use crate::draw::{Field, Light, Noise, Random, Rgb, glow, over};

use super::sky::Sun;
use super::{Frame, Setting};

/// A surface that begins at a line and runs towards the viewer.
pub(super) struct Water {
    pub(super) line: f32,
    frame: Frame,
    ripples: Field,
    tint: Rgb,
    sun: Sun,
    roughness: f32,
}

impl Water {
    pub(super) fn new(setting: &Setting, line: f32, roughness: f32, sun: Sun, random: &Random) -> Self {
        let frame = setting.frame;
        let mut dice = random.branch("water");
        let noise = Noise::new(dice.seed());
        let octaves = setting.detail.octaves.min(4);
        // Ripples are drawn as they lie on a plane: close together far away, wide and long near by.
        let ripples =
            Field::new(frame.width, frame.height - line, 2.0_f32.max(frame.unit / 700.0), |x, y| {
                let near = y / frame.unit + 0.012;
                let (u, v) = ((x - frame.width * 0.5) / frame.unit / near * 0.35, 0.9 / near);
                noise.fbm(u, v * 1.3, octaves)
            });
        let tint = setting.palette.near.blend(setting.palette.haze(), 0.25).tone(0.85, 1.15);
        Self { line, frame, ripples, tint, sun, roughness }
    }

    /// Draws the row at `y` from `mirrored`, which draws the row of the scene above.
    pub(super) fn row(
        &self,
        y: f32,
        row: &mut [Light],
        spare: &mut Vec<Light>,
        mirrored: impl Fn(f32, &mut [Light]),
    ) {
        let depth = y - self.line;
        let near = depth / self.frame.unit;
        let mut above = self.line - depth * 0.92 - 1.0;
        if above < 0.0 {
            // A tall foreground would mirror what lies above the picture; the top of the sky stands in.
            above = -above * 0.3;
        }
        spare.clear();
        spare.resize(row.len(), [0.0; 4]);
        mirrored(above, spare);
        let ripples = self.ripples.line(depth);
        let reach = self.roughness * self.frame.unit * (0.006 + near * 0.09);
        let murk = (0.12 + near * 0.85).min(0.72);
        let spread = self.sun.radius * (1.1 + near * 5.0);
        for (x, pixel) in row.iter_mut().enumerate() {
            let centre = x as f32 + 0.5;
            let ripple = ripples.at(centre);
            let at = centre + ripple * reach - 0.5;
            let left = at.max(0.0) as usize;
            let [a, b] = match spare.get(left..) {
                Some([a, b, ..]) => [*a, *b],
                Some([a]) => [*a; 2],
                _ => [spare.last().copied().unwrap_or_default(); 2],
            };
            let t = (at - left as f32).clamp(0.0, 1.0);
            for ((out, a), b) in pixel.iter_mut().zip(a).zip(b) {
                *out = a + (b - a) * t;
            }
            over(pixel, self.tint, (murk - ripple * 0.22).clamp(0.0, 0.9));
            // The path of light towards the sun: only slopes that face it flash.
            let aside = (centre - self.sun.x) / spread;
            let path = 1.0 / (1.0 + aside * aside * (1.0 + aside * aside * 0.4));
            let facet = (ripple * 2.3 + path * 0.62 - 0.55).clamp(0.0, 1.0);
            glow(pixel, self.sun.color, facet * facet * path * self.sun.strength * 0.9);
        }
    }
}
