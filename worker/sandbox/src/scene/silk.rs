//! Bands of colour folded like silk.

use crate::draw::{Field, Gradient, Light, Noise, Random, Rgb};
use crate::words::Brief;

use super::sprite::{Coat, Sprite};
use super::{Scene, Setting};

pub(super) struct Silk {
    fold: Field,
    sheen: Field,
    colors: Vec<Rgb>,
    sprite: Option<Sprite>,
}

const DYES: &[[u32; 5]] = &[
    [0x12103c, 0x4c1c8c, 0xe03c7c, 0xff9c5c, 0xffecc4],
    [0x04203c, 0x0c5c8c, 0x2cb8b0, 0xa8e8b8, 0xfafad8],
    [0x200c28, 0x8c1c3c, 0xf05c3c, 0xffb84c, 0xfff0c8],
    [0x0c143c, 0x2c3cb8, 0x8c6cf0, 0xf0a0e0, 0xffecf0],
    [0x102420, 0x1c5c48, 0x6c9c5c, 0xe0c06c, 0xfcf0d8],
];

impl Silk {
    pub(super) fn new(brief: &Brief, setting: &Setting, random: &Random) -> Self {
        let (frame, detail) = (setting.frame, setting.detail);
        let mut dice = random.branch("silk");
        let dye = match brief.colors.as_slice() {
            [] => dice.pick(DYES).copied().unwrap_or_default().map(Rgb::hex),
            [one] => [
                one.with_lightness(0.2),
                one.with_lightness(0.42),
                *one,
                one.with_lightness(0.82),
                one.with_lightness(0.95),
            ],
            [one, two] => {
                [one.with_lightness(0.2), *one, one.blend(*two, 0.5), *two, two.with_lightness(0.93)]
            }
            [one, two, three, ..] => {
                [one.with_lightness(0.22), *one, *two, *three, three.with_lightness(0.94)]
            }
        };
        let [a, b, c, d, e] = dye;
        let gradient = Gradient::new(&[(0.0, a), (0.28, b), (0.55, c), (0.8, d), (1.0, e)]);
        let colors = (0..=255_u16).map(|i| gradient.at(f32::from(i) / 255.0)).collect();
        let (slow, fine) = (Noise::new(dice.seed()), Noise::new(dice.seed()));
        let (sin, cos) = dice.range(-0.9, 0.9).sin_cos();
        let bands = dice.range(2.6, 4.2);
        let step = (frame.unit / 360.0).max(2.0);
        let height = |x: f32, y: f32| {
            let (x, y) = ((x - frame.width * 0.5) / frame.unit, (y - frame.height * 0.5) / frame.unit);
            let (u, v) = (x * cos - y * sin, x * sin + y * cos);
            let bend = slow.fbm(u * 1.1, v * 1.1, 2) * 0.9;
            let ripple = fine.fbm(u * 0.9 + bend, v * 2.6 + bend * 1.7, detail.octaves.min(4)) * 0.34;
            (v * bands + bend + ripple) * 1.15
        };
        let fold = Field::new(frame.width, frame.height, step, height);
        // The slope of the folds, from neighbouring samples.
        let reach = step * 1.5;
        let sheen = Field::new(frame.width, frame.height, step * 1.5, |x, y| {
            let (above, here, below) = (fold.line(y - reach), fold.line(y), fold.line(y + reach));
            let slope_x = here.at(x + reach) - here.at(x - reach);
            let slope_y = below.at(x) - above.at(x);
            (slope_x * 0.55 - slope_y) / reach * frame.unit * 0.085
        });
        let sprite = brief.subject.map(|subject| {
            let coat = Coat::of(subject, brief.subject_color);
            let size = frame.width.min(frame.height) * 0.5;
            let foot = (frame.width * 0.5, frame.height * 0.5 + size * 0.5);
            Sprite::new(subject, foot, size, dice.chance(0.5), 0.0, &coat, frame)
        });
        Self { fold, sheen, colors, sprite }
    }
}

impl Scene for Silk {
    fn row(&self, y: f32, row: &mut [Light]) {
        let (fold, sheen) = (self.fold.line(y), self.sheen.line(y));
        let last = self.colors.len().saturating_sub(1) as f32;
        for (x, pixel) in row.iter_mut().enumerate() {
            let x = x as f32 + 0.5;
            let height = fold.at(x);
            // Each fold runs through the dye and back, so that no edge shows.
            let t = 0.5 - 0.5 * (height * core::f32::consts::PI).cos();
            let color = self.colors.get((t * last) as usize).copied().unwrap_or_default();
            let slope = sheen.at(x);
            let light = 0.9 + slope.clamp(-1.0, 1.0) * 0.42;
            let gleam = (slope - 0.2).clamp(0.0, 1.0);
            let color = color * light + Rgb::WHITE * (gleam * gleam * 0.3);
            *pixel = [color.r, color.g, color.b, 1.0];
        }
        if let Some(sprite) = &self.sprite {
            sprite.row(y, row);
        }
    }
}
