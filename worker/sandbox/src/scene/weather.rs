//! What falls or flies between the viewer and the scene.

use crate::draw::{Light, Mask, Path, Point, Random, Rgb, over};
use crate::words::{Hour, Weather};

use super::Setting;

/// Flakes or drops, by row.
pub(super) struct Falling {
    /// Middle, radius across and along, slant, opacity.
    drops: Vec<Drop>,
    reach: f32,
    color: Rgb,
}

struct Drop {
    x: f32,
    y: f32,
    wide: f32,
    long: f32,
    slant: f32,
    alpha: f32,
}

impl Falling {
    pub(super) fn new(setting: &Setting, random: &Random) -> Option<Self> {
        let frame = setting.frame;
        let mut dice = random.branch("falling");
        let area = frame.width * frame.height / (frame.unit * frame.unit);
        let (count, snow) = match setting.weather {
            Weather::Snow => (520.0, true),
            Weather::Rain => (900.0, false),
            Weather::Clear | Weather::Cloudy | Weather::Fog => return None,
        };
        let count = (count * area * setting.detail.density) as u32;
        let mut drops: Vec<Drop> = (0..count)
            .map(|_| {
                let near = dice.unit().powi(3);
                let (x, y) = (dice.range(-0.05, 1.05) * frame.width, dice.range(-0.05, 1.05) * frame.height);
                let unit = frame.unit;
                if snow {
                    let size = unit * (0.0012 + 0.0052 * near);
                    Drop { x, y, wide: size, long: size, slant: 0.0, alpha: 0.85 - 0.45 * near }
                } else {
                    let long = unit * (0.01 + 0.026 * near);
                    Drop {
                        x,
                        y,
                        wide: (unit * 0.0009 * (0.6 + near)).max(0.5),
                        long,
                        slant: 0.16,
                        alpha: 0.16 + 0.16 * near,
                    }
                }
            })
            .collect();
        drops.sort_by(|a, b| a.y.total_cmp(&b.y));
        let reach = drops.iter().fold(0.0_f32, |reach, drop| reach.max(drop.long)) + 1.0;
        let color = setting.palette.cloud.blend(Rgb::WHITE, if setting.palette.night { 0.3 } else { 0.8 });
        Some(Self { drops, reach, color })
    }

    pub(super) fn row(&self, y: f32, row: &mut [Light]) {
        let first = self.drops.partition_point(|drop| drop.y < y - self.reach);
        for drop in self.drops.iter().skip(first).take_while(|drop| drop.y <= y + self.reach) {
            let dy = y - drop.y;
            let along = 1.0 - (dy / drop.long).abs();
            if along <= 0.0 {
                continue;
            }
            let middle = drop.x - dy * drop.slant;
            let half = drop.wide + 1.0;
            let from = (middle - half).max(0.0) as usize;
            let to = ((middle + half).max(0.0).ceil() as usize).min(row.len());
            for (x, pixel) in row.iter_mut().enumerate().take(to).skip(from) {
                let dx = (x as f32 + 0.5 - middle) / drop.wide;
                let d2 = if drop.slant > 0.0 { dx * dx } else { dx * dx + (dy / drop.long).powi(2) };
                over(pixel, self.color, (1.0 - d2 * 0.85).max(0.0) * along.sqrt() * drop.alpha);
            }
        }
    }
}

/// A few birds far away.
pub(super) struct Flock {
    mask: Mask,
    color: Rgb,
}

impl Flock {
    pub(super) fn new(setting: &Setting, horizon: f32, random: &Random) -> Option<Self> {
        let frame = setting.frame;
        let mut dice = random.branch("flock");
        if setting.hour == Hour::Night || setting.weather != Weather::Clear || dice.chance(0.35) {
            return None;
        }
        let (x, y) = (dice.range(0.2, 0.8) * frame.width, dice.range(0.35, 0.7) * horizon);
        let mut birds = Path::new();
        for _ in 0..dice.range(4.0, 9.0) as u32 {
            let at = (x + dice.range(-0.1, 0.1) * frame.unit, y + dice.range(-0.04, 0.04) * frame.unit);
            birds.join(bird(at, frame.unit * dice.range(0.006, 0.013), &mut dice));
        }
        let color = setting.palette.near.blend(setting.palette.haze(), 0.25);
        Some(Self { mask: Mask::fill(&birds, frame.width as u32, frame.height as u32), color })
    }

    pub(super) fn row(&self, y: f32, row: &mut [Light]) {
        self.mask.row(y as i32).paint(row, |_, pixel, coverage| over(pixel, self.color, coverage * 0.85));
    }
}

/// Two wings in flight.
fn bird((x, y): Point, size: f32, dice: &mut Random) -> Path {
    let (lift, lean) = (dice.range(0.35, 0.75), dice.range(-0.18, 0.18));
    let mut path = Path::new();
    for sign in [-1.0_f32, 1.0] {
        let wing: Vec<Point> = (0..=6_u16)
            .map(|i| {
                let t = f32::from(i) / 6.0;
                let rise = (t * core::f32::consts::PI * 0.62).sin() * lift;
                (x + sign * t * size, y - rise * size + lean * sign * t * size)
            })
            .collect();
        path.join(Path::stroke(&wing, (size * 0.2).max(1.1), 0.25));
    }
    path
}
