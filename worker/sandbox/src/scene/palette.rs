//! The light of an hour, in colours that go together.

use crate::draw::{Gradient, Random, Rgb};
use crate::words::{Brief, Hour, Weather};

/// The colours of one picture.
#[derive(Clone, Debug)]
pub struct Palette {
    /// The sky from its top (0) to the horizon (1).
    pub sky: [Rgb; 4],
    /// The sun or the moon, and its glow.
    pub sun: Rgb,
    /// Clouds where the light meets them.
    pub cloud: Rgb,
    /// Clouds where it does not.
    pub cloud_shade: Rgb,
    /// The farthest land.
    pub far: Rgb,
    /// The nearest land.
    pub near: Rgb,
    /// What stands out.
    pub accent: Rgb,
    /// Lit windows, lamps.
    pub lamp: Rgb,
    /// Whether stars show.
    pub night: bool,
    /// Whether named colours rule it.
    pub tinted: bool,
}

/// Sky from top to horizon, sun, lit cloud, shaded cloud, far, near, accent.
type Row = [u32; 10];

const DAWN: &[Row] = &[
    [0x35508f, 0x7d8fc4, 0xf0b8b0, 0xffe2c2, 0xfff0d0, 0xffd8c8, 0x9a8fb8, 0xb8a0b8, 0x232f4f, 0xf07f6a],
    [0x2b4a72, 0x5f8fae, 0xcfd8c0, 0xffe9b8, 0xfff4d6, 0xffe6c8, 0x8f9fb0, 0x9fb8b8, 0x16383c, 0xf2a65a],
    [0x4b3f7a, 0x9a70a8, 0xf09fa8, 0xffd8b0, 0xffeccc, 0xffc8c0, 0x866a9f, 0xc890a8, 0x2c2040, 0xffb35c],
];
const DAY: &[Row] = &[
    [0x1f5fb0, 0x4f93d4, 0x98c8e8, 0xdceff4, 0xfffbea, 0xffffff, 0xa8bcd0, 0x8fb4cc, 0x1c4a3c, 0xffb23c],
    [0x186a96, 0x4ca6bc, 0xa4d8d4, 0xf0f4dc, 0xfffbe4, 0xfffdf4, 0xa6c0c4, 0x86b8b4, 0x164846, 0xf26d52],
    [0x2c529c, 0x6a98d8, 0xb6d4f0, 0xfaecdc, 0xfff8e0, 0xfffaf0, 0xb0b8cc, 0xa0b0cc, 0x2a3c54, 0xe85d75],
];
const DUSK: &[Row] = &[
    [0x1c1c4c, 0x6a2f78, 0xe05a5f, 0xffc06a, 0xffe8b0, 0xff9f6c, 0x5c346c, 0xb45c74, 0x161028, 0xffc857],
    [0x142c54, 0x385c86, 0xe88c5c, 0xffd086, 0xfff0c0, 0xffb078, 0x4c4c6c, 0xa4706c, 0x101a28, 0xff7a48],
    [0x2a163c, 0x862c5c, 0xf07048, 0xffb84c, 0xffeca8, 0xff8c60, 0x5c244c, 0xc05858, 0x1a0c1c, 0xffe070],
    [0x2c3a6c, 0x806ca0, 0xf4a08c, 0xffdca8, 0xfff2d4, 0xffbca4, 0x6c5888, 0xb08098, 0x1c1a34, 0xf4606c],
];
const NIGHT: &[Row] = &[
    [0x04081c, 0x0c183c, 0x1c3464, 0x3c5c88, 0xf4f0e0, 0x506088, 0x142040, 0x284068, 0x040814, 0xffc86c],
    [0x06061a, 0x16123c, 0x38266c, 0x704c94, 0xf8eaf0, 0x5c4884, 0x1c1640, 0x443470, 0x080618, 0xff9c8c],
    [0x020e1a, 0x082434, 0x144a58, 0x3c8684, 0xeaf8f0, 0x3c6c74, 0x0c2636, 0x205460, 0x020c12, 0x9cf0b4],
];

impl Palette {
    /// The colours of an hour; chance picks among those that fit, named colours and the weather tint them.
    pub fn new(brief: &Brief, hour: Hour, random: &mut Random) -> Self {
        let rows = match hour {
            Hour::Dawn => DAWN,
            Hour::Day => DAY,
            Hour::Dusk => DUSK,
            Hour::Night => NIGHT,
        };
        let [top, high, low, horizon, sun, cloud, shade, far, near, accent] =
            random.pick(rows).copied().unwrap_or_default().map(Rgb::hex);
        let night = hour == Hour::Night;
        let mut palette = Self {
            sky: [top, high, low, horizon],
            sun,
            cloud,
            cloud_shade: shade,
            far,
            near,
            accent,
            lamp: Rgb::hex(0xffc86a),
            night,
            tinted: !brief.colors.is_empty(),
        };
        match brief.weather {
            Some(Weather::Rain) => palette.each(|color| color.tone(0.82, 0.45)),
            Some(Weather::Fog) => palette.each(|color| color.tone(1.0, 0.6)),
            Some(Weather::Snow) => {
                palette.each(|color| color.tone(1.04, 0.7));
                let lightness = if night { 0.34 } else { 0.55 };
                palette.near = palette.near.blend(Rgb::hex(0x7f94b4).with_lightness(lightness), 0.35);
            }
            Some(Weather::Cloudy) => palette.each(|color| color.tone(0.96, 0.75)),
            Some(Weather::Clear) | None => {}
        }
        palette.tint(&brief.colors);
        palette
    }

    /// Draws everything towards the named colours: the first rules the sky, the last the land, each keeping its lightness.
    fn tint(&mut self, colors: &[Rgb]) {
        let (Some(&first), Some(&last)) = (colors.first(), colors.last()) else { return };
        let toward = |color: Rgb, hue: Rgb, amount: f32| {
            let lightness = color.lightness() * 0.72 + hue.lightness() * 0.28;
            color.blend(hue.with_lightness(lightness), amount)
        };
        for (color, amount) in self.sky.iter_mut().zip([0.8, 0.8, 0.75, 0.55]) {
            *color = toward(*color, first, amount);
        }
        self.sun = toward(self.sun, first, 0.25);
        self.cloud = toward(self.cloud, first, 0.55);
        self.cloud_shade = toward(self.cloud_shade, first, 0.7);
        self.far = toward(self.far, last, 0.8);
        self.near = toward(self.near, last, 0.7);
        self.accent = if colors.len() > 1 { last } else { first };
    }

    fn each(&mut self, change: impl Fn(Rgb) -> Rgb) {
        for color in &mut self.sky {
            *color = change(*color);
        }
        for color in [&mut self.sun, &mut self.cloud, &mut self.cloud_shade, &mut self.far, &mut self.near] {
            *color = change(*color);
        }
    }

    /// The sky as a line of colours from its top (0) to the horizon (1).
    pub fn sky_gradient(&self) -> Gradient {
        let [top, high, low, horizon] = self.sky;
        Gradient::new(&[(0.0, top), (0.42, high), (0.8, low), (1.0, horizon)])
    }

    /// The haze that distance puts over things.
    pub fn haze(&self) -> Rgb {
        let [_, _, low, horizon] = self.sky;
        low.blend(horizon, 0.6)
    }
}
