//! The sky: its colours, a sun or a moon with its glow, stars, clouds.

use crate::draw::{Field, Light, Noise, Random, Rgb, glow, over, smoothstep};

use super::palette::Palette;
use super::{Detail, Frame};

/// A sky down to its horizon; below, it goes on in the horizon's colour.
pub(super) struct Sky {
    lines: Vec<Rgb>,
    horizon: f32,
    sun: Sun,
    stars: Vec<Star>,
    clouds: Option<Clouds>,
}

/// A sun, or a moon where it is night.
#[derive(Clone, Copy)]
pub(super) struct Sun {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) radius: f32,
    pub(super) color: Rgb,
    /// The reach of its glow in pixels; 0 for none.
    pub(super) reach: f32,
    pub(super) strength: f32,
    pub(super) moon: bool,
    marks: Noise,
}

struct Star {
    x: f32,
    y: f32,
    size: f32,
    color: Rgb,
}

struct Clouds {
    density: Field,
    light: Field,
    lit: Rgb,
    shade: Rgb,
    cover: f32,
}

/// How a sky is made.
pub(super) struct SkyPlan {
    pub(super) horizon: f32,
    /// The middle of the sun, as shares of the width and of the sky's height.
    pub(super) sun: (f32, f32),
    /// Its radius in units of the frame.
    pub(super) sun_radius: f32,
    /// How much of the sky clouds cover, 0 to 1.
    pub(super) clouds: f32,
    /// How many stars, 0 to 1.
    pub(super) stars: f32,
}

impl Sky {
    pub(super) fn new(
        frame: Frame,
        palette: &Palette,
        plan: &SkyPlan,
        detail: Detail,
        random: &Random,
    ) -> Self {
        let gradient = palette.sky_gradient();
        let rows = frame.height.ceil() as usize;
        let lines = (0..rows).map(|y| gradient.at((y as f32 + 0.5) / plan.horizon.max(1.0))).collect();
        let mut dice = random.branch("sun");
        let sun = Sun {
            x: plan.sun.0 * frame.width,
            y: plan.sun.1 * plan.horizon,
            radius: plan.sun_radius * frame.unit,
            color: palette.sun,
            reach: frame.unit * if palette.night { 0.16 } else { 0.3 },
            strength: if palette.night { 0.35 } else { 0.75 },
            moon: palette.night,
            marks: Noise::new(dice.seed()),
        };
        let clouds = (plan.clouds > 0.01).then(|| Clouds::new(frame, palette, plan, &sun, detail, random));
        Self { lines, horizon: plan.horizon, sun, stars: stars(frame, plan, detail, random), clouds }
    }

    pub(super) const fn sun(&self) -> Sun {
        self.sun
    }

    pub(super) fn row(&self, y: f32, row: &mut [Light]) {
        let line = self.lines.get(y.max(0.0) as usize).or(self.lines.last()).copied().unwrap_or_default();
        row.fill([line.r, line.g, line.b, 1.0]);
        self.star_row(y, row);
        self.sun.row(y, row);
        if let Some(clouds) = &self.clouds {
            clouds.row(y, self.horizon, row);
        }
    }

    fn star_row(&self, y: f32, row: &mut [Light]) {
        let reach = 4.0;
        let first = self.stars.partition_point(|star| star.y < y - reach);
        for star in self.stars.iter().skip(first).take_while(|star| star.y <= y + reach) {
            let dy = y - star.y;
            let from = (star.x - reach).max(0.0) as usize;
            let to = ((star.x + reach).max(0.0) as usize).min(row.len());
            for (x, pixel) in row.iter_mut().enumerate().take(to).skip(from) {
                let dx = x as f32 + 0.5 - star.x;
                let d2 = (dx * dx + dy * dy) / (star.size * star.size);
                glow(pixel, star.color, (-d2).exp());
            }
        }
    }
}

impl Sun {
    fn row(&self, y: f32, row: &mut [Light]) {
        let dy = y - self.y;
        let inner = self.radius * 0.9;
        for (x, pixel) in row.iter_mut().enumerate() {
            let dx = x as f32 + 0.5 - self.x;
            let d = (dx * dx + dy * dy).sqrt();
            if self.reach > 0.0 {
                let t = (d - inner).max(0.0) / self.reach;
                // A bright core that falls off quickly and a wide veil that never quite ends.
                let light = 0.55 / (1.0 + t * t * 9.0) + 0.45 / (1.0 + t * 22.0);
                glow(pixel, self.color, (light - 0.035).max(0.0) * self.strength * 0.6);
            }
            let edge = d - self.radius;
            if edge < 1.0 {
                let coverage = (0.5 - edge).clamp(0.0, 1.0);
                let color = if self.moon { self.face(dx, dy, d) } else { self.color * 1.25 };
                over(pixel, color, coverage);
            }
        }
    }

    /// The moon: a little darker to its rim, with seas.
    fn face(&self, dx: f32, dy: f32, d: f32) -> Rgb {
        let r = self.radius.max(1.0);
        let seas = smoothstep(0.05, 0.55, self.marks.fbm(dx / r * 1.6 + 3.0, dy / r * 1.6, 4));
        let rim = 1.0 - (d / r).min(1.0).powi(4) * 0.18;
        self.color * (rim * (1.0 - seas * 0.28))
    }
}

fn stars(frame: Frame, plan: &SkyPlan, detail: Detail, random: &Random) -> Vec<Star> {
    let mut dice = random.branch("stars");
    let area = frame.width * plan.horizon / (frame.unit * frame.unit);
    let count = (plan.stars * area * 420.0 * detail.density) as u32;
    let scale = (frame.unit / 1024.0).clamp(0.45, 2.2);
    let mut stars: Vec<Star> = (0..count)
        .map(|_| {
            let bright = dice.unit().powi(6);
            let warmth = dice.unit();
            let color = Rgb::hex(0xbfd4ff).lerp(Rgb::hex(0xffe4c4), warmth);
            let y = dice.unit() * plan.horizon;
            // The haze near the horizon swallows them.
            let clear = 1.0 - smoothstep(0.55, 0.98, y / plan.horizon.max(1.0));
            Star {
                x: dice.unit() * frame.width,
                y,
                size: scale * (0.55 + bright * 1.15),
                color: color * ((0.14 + 0.9 * bright + 0.25 * dice.unit().powi(3)) * clear),
            }
        })
        .collect();
    stars.sort_by(|a, b| a.y.total_cmp(&b.y));
    stars
}

impl Clouds {
    fn new(
        frame: Frame,
        palette: &Palette,
        plan: &SkyPlan,
        sun: &Sun,
        detail: Detail,
        random: &Random,
    ) -> Self {
        let mut dice = random.branch("clouds");
        let noise = Noise::new(dice.seed());
        let warp = Noise::new(dice.seed());
        let drift = dice.range(-40.0, 40.0);
        let step = (frame.unit / 340.0).max(2.0);
        let density = |x: f32, y: f32| {
            // Clouds lie on a plane above: towards the horizon they crowd together and flatten.
            let rise = (plan.horizon - y).max(0.0) / frame.unit + 0.07;
            let (u, v) = ((x - frame.width * 0.5) / frame.unit / rise * 0.75, 1.4 / rise);
            let bend = warp.at(u * 0.6 + 9.0, v * 0.6) * 0.9;
            noise.fbm(u + bend + drift, v + bend * 0.4, detail.octaves)
        };
        let density = Field::new(frame.width, plan.horizon.max(1.0), step, density);
        // Light falls from the sun: a cloud is dark where there is more cloud on the way to it.
        let light = Field::new(frame.width, plan.horizon.max(1.0), step * 2.0, |x, y| {
            let (dx, dy) = (sun.x - x, sun.y - y);
            let far = (dx * dx + dy * dy).sqrt().max(1.0);
            let stride = frame.unit * 0.022;
            let here = density.line(y).at(x);
            let there = density.line(y + dy / far * stride).at(x + dx / far * stride);
            let near = 1.0 / (1.0 + far / frame.unit * 2.2);
            (here - there) * 1.6 + 0.35 + near * 0.55
        });
        Self { density, light, lit: palette.cloud, shade: palette.cloud_shade, cover: plan.clouds }
    }

    fn row(&self, y: f32, horizon: f32, row: &mut [Light]) {
        if y >= horizon {
            return;
        }
        let (density, light) = (self.density.line(y), self.light.line(y));
        let threshold = 0.5 - self.cover;
        let fade = smoothstep(1.0, 0.82, y / horizon.max(1.0));
        for (x, pixel) in row.iter_mut().enumerate() {
            let x = x as f32 + 0.5;
            let alpha = smoothstep(threshold, threshold + 0.5, density.at(x));
            if alpha > 0.0 {
                let color = self.shade.lerp(self.lit, light.at(x).clamp(0.0, 1.15));
                over(pixel, color, alpha * fade * 0.92);
            }
        }
    }
}
