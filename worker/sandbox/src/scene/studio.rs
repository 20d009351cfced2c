//! One thing: on a plain ground with soft light, or on nothing at all.

use crate::draw::{Light, Mask, Path, Random, Rgb, over, smoothstep};
use crate::words::{Brief, Subject};

use super::sprite::{Coat, Sprite};
use super::{Frame, Scene, Setting};

pub(super) struct Studio {
    frame: Frame,
    /// Wall and floor; `None` for nothing behind the thing.
    room: Option<Room>,
    sprites: Vec<Sprite>,
}

struct Room {
    wall: Rgb,
    floor: Rgb,
    light: Rgb,
    middle: f32,
    seam: f32,
    disc: Mask,
}

const ANY: &[Subject] = &[
    Subject::Flower,
    Subject::Gem,
    Subject::Balloon,
    Subject::Leaf,
    Subject::Mushroom,
    Subject::Star,
    Subject::Mug,
    Subject::Apple,
];

impl Studio {
    pub(super) fn new(brief: &Brief, setting: &Setting, transparent: bool, random: &Random) -> Self {
        let frame = setting.frame;
        let mut dice = random.branch("studio");
        let subject = brief.subject.or_else(|| dice.pick(ANY).copied()).unwrap_or(Subject::Flower);
        let coat = Coat::of(subject, brief.subject_color);
        let edge = frame.width.min(frame.height);
        let size = edge * dice.range(0.6, 0.68) * if transparent { 1.22 } else { 1.0 };
        let middle = frame.width * if transparent { 0.5 } else { dice.range(0.46, 0.54) };
        let foot =
            if transparent { frame.height * 0.5 + size * 0.5 } else { frame.height * 0.5 + edge * 0.33 };
        let mirror = dice.chance(0.5);
        let turn = dice.range(-0.05, 0.05);
        let shade = setting.palette.near.tone(0.6, 1.0);
        let mut sprites =
            vec![Sprite::shadow((middle, foot), size, frame, shade, if transparent { 0.35 } else { 0.5 })];
        sprites.push(Sprite::new(subject, (middle, foot), size, mirror, turn, &coat, frame));
        let room = (!transparent).then(|| {
            let [_, high, low, horizon] = setting.palette.sky;
            let wall = brief.colors.first().copied().unwrap_or_else(|| high.blend(low, dice.range(0.3, 0.9)));
            let wall = away(wall, coat.main);
            let center = (middle + edge * dice.range(-0.06, 0.06), frame.height * 0.47);
            let disc = Path::ellipse(center, edge * 0.37, edge * 0.37);
            Room {
                wall,
                floor: wall.tone(0.86, 0.95),
                light: horizon.blend(Rgb::WHITE, 0.3),
                middle,
                seam: foot - edge * 0.06,
                disc: Mask::fill(&disc, frame.width as u32, frame.height as u32),
            }
        });
        Self { frame, room, sprites }
    }
}

/// A wall that the thing stands out from.
fn away(wall: Rgb, thing: Rgb) -> Rgb {
    let (a, b) = (wall.lightness(), thing.lightness());
    if (a - b).abs() > 0.14 {
        return wall;
    }
    wall.with_lightness(if b > 0.6 { (b - 0.24).max(0.2) } else { (b + 0.24).min(0.95) })
}

impl Scene for Studio {
    fn row(&self, y: f32, row: &mut [Light]) {
        match &self.room {
            None => row.fill([0.0; 4]),
            Some(room) => {
                let unit = self.frame.unit;
                let floor = smoothstep(room.seam - unit * 0.05, room.seam + unit * 0.12, y);
                let base = room.wall.lerp(room.floor, floor);
                let dy = (y - self.frame.height * 0.4) / unit;
                for (x, pixel) in row.iter_mut().enumerate() {
                    let dx = (x as f32 + 0.5 - room.middle) / unit;
                    let near = 1.0 / (1.0 + (dx * dx + dy * dy) * 3.2);
                    let color = base.lerp(room.light, near * near * 0.42) * (0.72 + 0.28 * near);
                    *pixel = [color.r, color.g, color.b, 1.0];
                }
                let disc = room.wall.blend(room.light, 0.38);
                room.disc.row(y as i32).paint(row, |_, pixel, coverage| over(pixel, disc, coverage * 0.62));
            }
        }
        for sprite in &self.sprites {
            sprite.row(y, row);
        }
    }
}
