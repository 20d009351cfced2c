//! A skyline: rows of towers with lit windows, over water.

use std::cell::RefCell;

use crate::draw::{Light, Random, Rgb, glow, over};
use crate::words::{Brief, Hour, Weather};

use super::actor::{Actor, foreground};
use super::growth::Growth;
use super::ridge::Ridge;
use super::sky::{Sky, SkyPlan};
use super::sprite::Sprite;
use super::water::Water;
use super::{Scene, Setting};

pub(super) struct City {
    sky: Sky,
    rows: Vec<Row>,
    water: Water,
    haze: Rgb,
    lamp: Rgb,
    lit: f32,
    sprite: Option<Sprite>,
    quay: Option<Ridge>,
    spare: RefCell<Vec<Light>>,
}

struct Row {
    towers: Vec<Tower>,
    color: Rgb,
    foot: f32,
    fade: f32,
}

struct Tower {
    left: f32,
    right: f32,
    top: f32,
    /// A narrower part on top, and a mast: widths as shares, heights in pixels.
    step: (f32, f32),
    mast: f32,
    window: (f32, f32),
    seed: Random,
    tone: f32,
}

impl City {
    pub(super) fn new(brief: &Brief, setting: &Setting, random: &Random) -> Self {
        let (frame, detail, palette) = (setting.frame, setting.detail, &setting.palette);
        let mut dice = random.branch("city");
        let line = frame.height * dice.range(0.7, 0.76);
        let low_sun = matches!(setting.hour, Hour::Dawn | Hour::Dusk);
        let plan = SkyPlan {
            horizon: line,
            sun: (
                dice.range(0.25, 0.75),
                if low_sun { dice.range(0.6, 0.78) } else { dice.range(0.2, 0.35) },
            ),
            sun_radius: if palette.night { 0.04 } else { dice.range(0.045, 0.075) },
            clouds: if setting.weather == Weather::Clear { dice.range(0.15, 0.4) } else { 0.65 },
            stars: if palette.night { 0.8 } else { 0.0 },
        };
        let sky = Sky::new(frame, palette, &plan, detail, random);
        let haze = palette.haze();
        let count = detail.layers.saturating_sub(3).clamp(2, 5);
        let rows = (0..count).map(|i| {
            let t = i as f32 / count.saturating_sub(1).max(1) as f32;
            let mut dice = random.branch(&format!("towers {i}"));
            let color = palette.far.blend(palette.near, 0.25 + 0.75 * t).blend(haze, (1.0 - t) * 0.4);
            let tall = frame.unit * (0.44 - 0.2 * t);
            let mut towers = Vec::new();
            let mut x = -frame.unit * 0.05;
            while x < frame.width {
                let width = frame.unit * dice.range(0.035, 0.085) * (0.8 + 0.4 * t);
                // Towers gather in the middle of a town.
                let middle = 1.0 - ((x / frame.width - 0.5) * 1.7).powi(2).min(0.75);
                let high = tall * dice.range(0.35, 1.0) * middle;
                let pitch = (frame.unit * 0.0105 * (0.75 + 0.5 * t)).max(4.0);
                towers.push(Tower {
                    left: x.round(),
                    right: (x + width).round(),
                    top: (line - high).round(),
                    step: if dice.chance(0.45) {
                        (dice.range(0.4, 0.75), high * dice.range(0.06, 0.2))
                    } else {
                        (0.0, 0.0)
                    },
                    mast: if dice.chance(0.28) { high * dice.range(0.1, 0.28) } else { 0.0 },
                    window: (pitch * dice.range(0.85, 1.2), pitch * dice.range(1.1, 1.6)),
                    seed: Random::new(dice.next()),
                    tone: dice.range(0.9, 1.1),
                });
                x += width * dice.range(0.72, 1.1);
            }
            Row { towers, color, foot: line, fade: (1.0 - t) * 0.5 }
        });
        let rows = rows.collect();
        let water = Water::new(setting, line, 0.9, sky.sun(), random);
        let lit = match setting.hour {
            Hour::Night => 0.55,
            Hour::Dusk => 0.42,
            Hour::Dawn => 0.2,
            Hour::Day => 0.0,
        };
        let actor = Actor::new(brief, frame, sky.sun().x, &mut dice);
        let near = palette.near.blend(haze, 0.12);
        let quay = actor.as_ref().map(|actor| foreground(Growth::Bare, setting, near, Some(actor), random));
        let sprite = actor.zip(quay.as_ref()).map(|(actor, quay)| actor.sprite(setting, line, quay));
        Self { sky, rows, water, haze, lamp: palette.lamp, lit, sprite, quay, spare: RefCell::default() }
    }

    fn above(&self, y: f32, row: &mut [Light]) {
        self.sky.row(y, row);
        for towers in &self.rows {
            towers.row(y, row, self);
        }
    }
}

impl Row {
    fn row(&self, y: f32, row: &mut [Light], city: &City) {
        let down = ((y - (self.foot - 200.0)) / 200.0).clamp(0.0, 1.0);
        let base = self.color.lerp(city.haze, self.fade * down);
        for tower in &self.towers {
            let centre = tower.left.midpoint(tower.right);
            let half = (tower.right - tower.left) * 0.5;
            let body = y + 0.5 >= tower.top;
            let cap = tower.step.0 > 0.0 && y + 0.5 >= tower.top - tower.step.1;
            let mast = tower.mast > 0.0 && y + 0.5 >= tower.top - tower.step.1 - tower.mast;
            if !(body || cap || mast) {
                continue;
            }
            let color = base * tower.tone;
            let half = if body {
                half
            } else if cap {
                half * tower.step.0
            } else {
                1.0_f32.max(half * 0.03)
            };
            let (left, right) = (centre - half, centre + half);
            let from = left.max(0.0) as usize;
            let to = (right.max(0.0).ceil() as usize).min(row.len());
            // The side away from the sun lies in shade.
            let shaded = city.sky.sun().x < centre;
            for (x, pixel) in row.iter_mut().enumerate().take(to).skip(from) {
                let x = x as f32;
                let coverage = ((x + 1.0).min(right) - x.max(left)).clamp(0.0, 1.0);
                let side = ((x - left) / (right - left)).clamp(0.0, 1.0);
                let side = if shaded { side } else { 1.0 - side };
                over(pixel, color * (1.06 - 0.22 * side), coverage);
                if body && city.lit > 0.0 {
                    tower.window_at(x + 0.5, y, pixel, city, 1.0 - self.fade);
                }
            }
        }
    }
}

impl Tower {
    fn window_at(&self, x: f32, y: f32, pixel: &mut Light, city: &City, near: f32) {
        let (column, line) = ((x - self.left) / self.window.0, (y - self.top) / self.window.1);
        let (u, v) = (column.fract(), line.fract());
        let margin = 1.2;
        if !(0.25..0.75).contains(&u) || !(0.25..0.7).contains(&v) || line < margin || x > self.right - 2.0 {
            return;
        }
        let mut dice = self.seed.branch_number((column as u64) << 32 | line as u64);
        // Whole floors are dark or at work.
        let floor = self.seed.branch_number(line as u64).unit();
        if dice.unit() < city.lit * (0.45 + 0.8 * floor) {
            let cool = dice.chance(0.18);
            let color = if cool { Rgb::hex(0xc8e4ff) } else { city.lamp };
            glow(pixel, color, near * dice.range(0.35, 0.95));
        }
    }
}

impl Scene for City {
    fn row(&self, y: f32, row: &mut [Light]) {
        if y > self.water.line {
            let mut spare = self.spare.borrow_mut();
            self.water.row(y, row, &mut spare, |above, row| self.above(above, row));
        } else {
            self.above(y, row);
        }
        if let Some(sprite) = &self.sprite {
            sprite.row(y, row);
        }
        if let Some(quay) = &self.quay {
            quay.row(y, row);
        }
    }
}
