//! The light of a prompt over a picture that exists already, and the thing the prompt names put into it.

use crate::draw::{Gradient, Light, Random, Rgb, smoothstep};
use crate::words::{Brief, Hour, Subject};

use super::sprite::{Coat, Sprite};
use super::subject::{Stand, stand};
use super::{Detail, Frame, Palette, Setting, Weather, weather};

/// A change of light: shadows, middle tones and highlights drawn towards the colours of an hour.
pub struct Grade {
    shadow: Rgb,
    middle: Rgb,
    light: Rgb,
    amount: f32,
    contrast: f32,
    exposure: f32,
    saturation: f32,
    glow: Rgb,
    /// The sky that lights the upper part, where an hour was asked for.
    sky: Option<Gradient>,
    center: (f32, f32),
}

impl Grade {
    /// What the words of a prompt ask for; without any, a gentle one by chance.
    pub fn new(brief: &Brief, random: &Random) -> Self {
        let mut dice = random.branch("grade");
        let hours = [Hour::Dawn, Hour::Dusk, Hour::Day];
        let hour = brief.hour.unwrap_or_else(|| dice.pick(&hours).copied().unwrap_or(Hour::Dusk));
        let palette = Palette::new(brief, hour, &mut dice);
        let [top, high, low, horizon] = palette.sky;
        let asked = brief.hour.is_some() || !brief.colors.is_empty() || brief.weather.is_some();
        let (exposure, contrast) = match hour {
            Hour::Night => (0.3, 1.12),
            Hour::Dusk => (0.85, 1.1),
            Hour::Dawn => (1.04, 1.0),
            Hour::Day => (1.08, 1.06),
        };
        let grey = matches!(brief.weather, Some(Weather::Rain | Weather::Fog | Weather::Snow));
        Self {
            shadow: palette.near.blend(top, 0.4),
            middle: high.blend(low, if hour == Hour::Night { 0.4 } else { 0.75 }),
            light: horizon,
            amount: if asked { 0.62 } else { 0.34 },
            contrast,
            exposure,
            saturation: if grey { 0.6 } else { 1.08 },
            glow: palette.sun * if palette.night { 0.06 } else { 0.16 },
            sky: brief.hour.map(|_| palette.sky_gradient()),
            center: (dice.range(0.15, 0.85), dice.range(0.05, 0.3)),
        }
    }

    /// Changes one row; `v` is its height as a share of the picture's.
    pub fn row(&self, v: f32, row: &mut [Light]) {
        let width = row.len().max(1) as f32;
        let dy = v - self.center.1;
        let light = self
            .sky
            .as_ref()
            .map_or(self.light, |sky| sky.at(0.3 + v * 1.1).lerp(self.light, smoothstep(0.35, 0.75, v)));
        for (x, pixel) in row.iter_mut().enumerate() {
            let u = (x as f32 + 0.5) / width;
            let [r, g, b, a] = *pixel;
            let mut color = Rgb { r, g, b };
            let luminance = color.luminance();
            let grey = Rgb { r: luminance, g: luminance, b: luminance };
            color = grey.lerp(color, self.saturation) * self.exposure;
            let tone = (luminance * self.exposure).max(0.0).sqrt().min(1.0);
            let map = if tone < 0.5 {
                self.shadow.lerp(self.middle, tone * 2.0)
            } else {
                self.middle.lerp(light, tone * 2.0 - 1.0)
            };
            // The map gives the hue, the picture the light.
            let toned = map * (tone * tone / map.luminance().max(0.02)).min(2.4);
            color = color.lerp(toned, self.amount);
            color = color * (1.0 + (tone - 0.45) * (self.contrast - 1.0) * 2.0).max(0.0);
            let dx = u - self.center.0;
            let near = 1.0 / (1.0 + (dx * dx + dy * dy) * 7.0);
            let rim = smoothstep(1.05, 0.35, ((u - 0.5).powi(2) + (v - 0.5).powi(2)).sqrt());
            color = color * (0.72 + 0.28 * rim) + self.glow * near;
            *pixel = [color.r.max(0.0) * a, color.g.max(0.0) * a, color.b.max(0.0) * a, a];
        }
    }
}

/// What is put over a picture: the thing that was named, and what falls.
pub struct Overlay {
    sprites: Vec<Sprite>,
    falling: Option<weather::Falling>,
}

impl Overlay {
    /// `crowded` leaves the lower part of the picture free.
    pub fn new(
        brief: &Brief,
        width: u32,
        height: u32,
        detail: Detail,
        random: &Random,
        crowded: bool,
    ) -> Self {
        let frame = Frame::new(width, height);
        let mut dice = random.branch("overlay");
        let hour = brief.hour.unwrap_or(Hour::Day);
        let palette = Palette::new(brief, hour, &mut dice);
        let weather = brief.weather.unwrap_or(Weather::Clear);
        let mut sprites = Vec::new();
        if let Some(subject) = brief.subject {
            let (way, size) = stand(subject);
            let size = (size * 1.25 * frame.unit).min(frame.height * if crowded { 0.3 } else { 0.6 });
            let x =
                frame.width * if dice.chance(0.5) { dice.range(0.2, 0.32) } else { dice.range(0.68, 0.8) };
            let y = if crowded || way == Stand::Air {
                frame.height * 0.2 + size * 0.5
            } else {
                frame.height * 0.93
            };
            let mut coat = Coat::of(subject, brief.subject_color);
            coat.light = palette.sun;
            coat.shade = palette.near;
            coat.dusk = if hour == Hour::Night { 0.4 } else { 0.08 };
            coat.lit = hour != Hour::Day || subject == Subject::Rocket;
            if way != Stand::Air && !crowded {
                sprites.push(Sprite::shadow((x, y), size, frame, Rgb::BLACK, 0.55));
            }
            sprites.push(Sprite::new(subject, (x, y), size, dice.chance(0.5), 0.0, &coat, frame));
        }
        let setting = Setting { frame, detail, hour, weather, palette };
        Self { sprites, falling: weather::Falling::new(&setting, random) }
    }

    /// Draws the row whose pixel centres lie at `y`.
    pub fn row(&self, y: f32, row: &mut [Light]) {
        for sprite in &self.sprites {
            sprite.row(y, row);
        }
        if let Some(falling) = &self.falling {
            falling.row(y, row);
        }
    }
}
