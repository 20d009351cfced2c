//! Deep space: clouds of gas, stars, a planet with its ring.

use crate::draw::{Field, Light, Noise, Random, Rgb, glow, over, smoothstep};
use crate::words::Brief;

use super::sprite::{Coat, Sprite};
use super::{Frame, Scene, Setting};

pub(super) struct Space {
    frame: Frame,
    gas: Field,
    hue: Field,
    dust: Field,
    colors: [Rgb; 3],
    deep: Rgb,
    stars: Vec<(f32, f32, f32, Rgb)>,
    planet: Planet,
    sprite: Option<Sprite>,
}

struct Planet {
    x: f32,
    y: f32,
    radius: f32,
    /// Towards the light.
    sun: (f32, f32),
    bands: Noise,
    colors: [Rgb; 2],
    /// Inner and outer radius of the ring, how flat it lies, its lean.
    ring: Option<(f32, f32, f32, f32)>,
    rim: Rgb,
    octaves: u32,
}

const GASES: &[[u32; 3]] = &[
    [0x4a1c9c, 0xe03c8c, 0xffa060],
    [0x0c3c8c, 0x1ca0b8, 0xc0f0e0],
    [0x6c1c4c, 0xf05840, 0xffd080],
    [0x1c2c8c, 0x7c4ce0, 0xf0a8f0],
];

impl Space {
    pub(super) fn new(brief: &Brief, setting: &Setting, random: &Random) -> Self {
        let (frame, detail) = (setting.frame, setting.detail);
        let mut dice = random.branch("space");
        let mut colors = dice.pick(GASES).copied().unwrap_or_default().map(Rgb::hex);
        for (color, named) in colors.iter_mut().skip(1).zip(&brief.colors) {
            *color = *named;
        }
        let (noise, warp, hues) = (Noise::new(dice.seed()), Noise::new(dice.seed()), Noise::new(dice.seed()));
        let lean = dice.range(-0.8, 0.8);
        let step = (frame.unit / 300.0).max(2.0);
        let gas = Field::new(frame.width, frame.height, step, |x, y| {
            let (u, v) = ((x - frame.width * 0.5) / frame.unit, (y - frame.height * 0.5) / frame.unit);
            let (bx, by) = (warp.fbm(u * 2.0, v * 2.0, 3), warp.fbm(u * 2.0 + 40.0, v * 2.0, 3));
            let band = (u * lean.sin() + v * lean.cos()) * 2.1;
            let cloud = noise.fbm(u * 2.4 + bx * 0.9, v * 2.4 + by * 0.9, detail.octaves.saturating_add(1));
            cloud * 0.75 + 0.5 - band * band
        });
        let hue = Field::new(frame.width, frame.height, step * 4.0, |x, y| {
            hues.fbm(x / frame.unit * 1.4, y / frame.unit * 1.4, 2)
        });
        let dust = Field::new(frame.width, frame.height, step, |x, y| {
            let (u, v) = (x / frame.unit * 3.1 + 70.0, y / frame.unit * 3.1);
            let bend = warp.at(u * 0.7, v * 0.7);
            noise.ridged(u + bend, v - bend, detail.octaves)
        });
        let scale = (frame.unit / 1024.0).clamp(0.45, 2.4);
        let count = (900.0 * detail.density * frame.width * frame.height / (frame.unit * frame.unit)) as u32;
        let mut stars: Vec<_> = (0..count)
            .map(|_| {
                let bright = dice.unit().powi(9);
                let color = Rgb::hex(0xb8d0ff).lerp(Rgb::hex(0xffdcb8), dice.unit());
                let light = 0.12 + dice.unit().powi(3) * 0.5 + bright * 1.6;
                let (x, y) = (dice.unit() * frame.width, dice.unit() * frame.height);
                (x, y, scale * (0.55 + bright * 1.3), color * light)
            })
            .collect();
        stars.sort_by(|a, b| a.1.total_cmp(&b.1));
        let side = if dice.chance(0.5) { 0.3 } else { 0.7 };
        let angle = dice.range(-2.6, -0.5);
        let tint = brief.colors.first().copied();
        let [_, warm, pale] = colors;
        let planet = Planet {
            x: frame.width * (side + dice.range(-0.05, 0.05)),
            y: frame.height * dice.range(0.5, 0.68),
            radius: frame.unit * dice.range(0.13, 0.2),
            sun: (angle.cos(), angle.sin()),
            bands: Noise::new(dice.seed()),
            colors: [tint.unwrap_or(warm).tone(0.9, 0.7), pale.tone(0.95, 0.6)],
            ring: dice
                .chance(0.7)
                .then(|| (1.35, dice.range(1.9, 2.3), dice.range(0.16, 0.32), dice.range(-0.5, 0.5))),
            rim: pale,
            octaves: detail.octaves,
        };
        let deep = colors.first().copied().unwrap_or_default().with_lightness(0.13);
        let sprite = brief.subject.map(|subject| {
            let mut coat = Coat::of(subject, brief.subject_color);
            coat.light = pale;
            coat.shade = deep;
            coat.dusk = 0.15;
            coat.lit = true;
            let size = frame.unit * 0.36;
            let foot = (frame.width * (1.0 - side), frame.height * 0.42 + size * 0.5);
            Sprite::new(subject, foot, size, side > 0.5, dice.range(-0.3, 0.3), &coat, frame)
        });
        Self { frame, gas, hue, dust, colors, deep, stars, planet, sprite }
    }
}

impl Scene for Space {
    fn row(&self, y: f32, row: &mut [Light]) {
        let (gas, hue, dust) = (self.gas.line(y), self.hue.line(y), self.dust.line(y));
        let [cold, warm, pale] = self.colors;
        for (x, pixel) in row.iter_mut().enumerate() {
            let x = x as f32 + 0.5;
            let thick = gas.at(x);
            let lane = smoothstep(0.35, 0.85, dust.at(x)) * 0.55;
            let light = smoothstep(-0.35, 0.85, thick);
            let core = smoothstep(0.45, 1.05, thick);
            let mut color = self.deep * 0.55 + cold * (light * 0.34);
            color = color.lerp(warm, (light * light * (0.55 + hue.at(x) * 0.7)).clamp(0.0, 0.8) * 0.8);
            color = color + pale * (core * core * 0.55);
            color = color * (1.0 - lane * (0.35 + light * 0.65));
            *pixel = [color.r, color.g, color.b, 1.0];
        }
        let reach = 9.0;
        let first = self.stars.partition_point(|star| star.1 < y - reach);
        for (sx, sy, size, color) in self.stars.iter().skip(first).take_while(|star| star.1 <= y + reach) {
            let dy = y - sy;
            let from = (sx - reach).max(0.0) as usize;
            let to = ((sx + reach) as usize).min(row.len());
            for (x, pixel) in row.iter_mut().enumerate().take(to).skip(from) {
                let dx = x as f32 + 0.5 - sx;
                let d2 = (dx * dx + dy * dy) / (size * size);
                glow(pixel, *color, (-d2).exp() + 0.03 / (1.0 + d2) * (size - 0.5).max(0.0));
            }
        }
        self.planet.row(y, row);
        if let Some(sprite) = &self.sprite {
            sprite.row(y, row);
        }
        let _ = self.frame;
    }
}

impl Planet {
    fn row(&self, y: f32, row: &mut [Light]) {
        let dy = y - self.y;
        let r = self.radius;
        if dy.abs() > r * 2.6 {
            return;
        }
        for (x, pixel) in row.iter_mut().enumerate() {
            let dx = x as f32 + 0.5 - self.x;
            let d2 = dx * dx + dy * dy;
            if d2 > r * r * 6.8 {
                continue;
            }
            let d = d2.sqrt();
            let air = ((d - r) / (r * 0.09)).max(0.0);
            let facing = (dx * self.sun.0 + dy * self.sun.1) / d.max(1.0);
            if d >= r - 1.0 {
                glow(pixel, self.rim, (-air * air).exp() * (facing * 0.5 + 0.35).max(0.0) * 0.5);
            }
            let ring = self.ring_at(dx, dy);
            if let Some((light, _, false)) = ring {
                over(pixel, self.rim.tone(0.9, 0.6) * (0.4 + 0.6 * light), light * 0.75);
            }
            if d < r + 0.5 {
                let color = self.surface(dx / r, dy / r);
                over(pixel, color, (r + 0.5 - d).clamp(0.0, 1.0));
            }
            if let Some((light, _, true)) = ring {
                over(pixel, self.rim.tone(0.9, 0.6) * (0.4 + 0.6 * light), light * 0.75);
            }
        }
    }

    fn surface(&self, x: f32, y: f32) -> Rgb {
        let z = (1.0 - x * x - y * y).max(0.0).sqrt();
        let lean = self.ring.map_or(0.2, |ring| ring.3);
        let across = y * lean.cos() - x * lean.sin();
        let swirl = self.bands.fbm(x / (z + 0.6) * 1.2, across * 3.0, self.octaves.min(4)) * 0.16;
        let band = self.bands.fbm(0.5, (across + swirl * 0.5) * 5.5, 3);
        let [a, b] = self.colors;
        let color = a.lerp(b, smoothstep(-0.6, 0.6, band + swirl));
        let light = (x * self.sun.0 + y * self.sun.1) * 0.86 + z * 0.42;
        let rim = (1.0 - z).powi(3) * (x * self.sun.0 + y * self.sun.1).max(0.0);
        color * (smoothstep(-0.18, 0.85, light) * 1.05 + 0.012) + self.rim * (rim * 0.5)
    }

    /// How much ring lies at a point, and whether it lies in front of the planet.
    fn ring_at(&self, dx: f32, dy: f32) -> Option<(f32, f32, bool)> {
        let (inner, outer, flat, lean) = self.ring?;
        let (sin, cos) = lean.sin_cos();
        let (u, v) = ((dx * cos + dy * sin) / self.radius, (dy * cos - dx * sin) / self.radius / flat);
        let d = (u * u + v * v).sqrt();
        if d < inner || d > outer {
            return None;
        }
        let t = (d - inner) / (outer - inner);
        let grooves = 0.62 + 0.38 * self.bands.fbm(9.0, t * 14.0, 3);
        let gap = 1.0 - smoothstep(0.035, 0.0, (t - 0.62).abs());
        let edge = smoothstep(0.0, 0.08, t) * smoothstep(1.0, 0.9, t);
        Some((grooves * gap * edge, d, v > 0.0))
    }
}
