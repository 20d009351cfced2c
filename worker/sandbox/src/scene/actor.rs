//! The thing a prompt names, in an outdoor scene: on the ground, on the water, or in the sky.

use crate::draw::{Random, Rgb};
use crate::words::{Brief, Hour, Subject};

use super::growth::Growth;
use super::ridge::{Mound, Ridge, RidgePlan};
use super::sprite::{Coat, Sprite};
use super::subject::{Stand, stand};
use super::{Frame, Setting};

/// A thing before it is put somewhere.
pub(super) struct Actor {
    subject: Subject,
    stand: Stand,
    x: f32,
    size: f32,
    mirror: bool,
    height: f32,
    color: Option<Rgb>,
}

impl Actor {
    /// Chooses where it stands: on the side the sun is not.
    pub(super) fn new(brief: &Brief, frame: Frame, sun_x: f32, dice: &mut Random) -> Option<Self> {
        let subject = brief.subject?;
        let (stand, size) = stand(subject);
        let size = (size * frame.unit).min(frame.height * 0.55) * dice.range(0.92, 1.1);
        let aside = dice.range(0.26, 0.38);
        let x = frame.width * if sun_x > frame.width * 0.5 { aside } else { 1.0 - aside };
        let (mirror, height) = (dice.chance(0.5), dice.range(0.34, 0.5));
        Some(Self { subject, stand, x, size, mirror, height, color: brief.subject_color })
    }

    /// The hill it stands on, if it stands on the ground.
    fn mound(&self, frame: Frame) -> Option<Mound> {
        let hill = Mound { x: self.x, half: self.size * 1.1, height: frame.unit * 0.07 };
        (self.stand == Stand::Ground).then_some(hill)
    }

    /// Puts it there. `line` is the horizon or the waterline.
    pub(super) fn sprite(&self, setting: &Setting, line: f32, ground: &Ridge) -> Sprite {
        let (frame, palette) = (setting.frame, &setting.palette);
        let y = match self.stand {
            Stand::Ground => ground.ground(self.x) + self.size * 0.015,
            Stand::Water => line + (frame.height - line) * 0.42,
            Stand::Air => line * self.height + self.size * 0.5,
        };
        let mut coat = Coat::of(self.subject, self.color);
        coat.light = palette.sun;
        coat.shade = palette.near.tone(0.9, 1.0);
        coat.lit = setting.hour != Hour::Day;
        coat.dusk = match setting.hour {
            Hour::Day => 0.06,
            Hour::Dawn => 0.3,
            Hour::Dusk => 0.46,
            Hour::Night => 0.62,
        };
        Sprite::new(self.subject, (self.x, y), self.size, self.mirror, 0.0, &coat, frame)
    }
}

/// The nearest ground, with the hill that the thing stands on. Trees would hide it, so then only grass grows.
pub(super) fn foreground(
    growth: Growth,
    setting: &Setting,
    near: Rgb,
    actor: Option<&Actor>,
    random: &Random,
) -> Ridge {
    let frame = setting.frame;
    let plan = RidgePlan {
        base: frame.height * 0.95,
        amplitude: 0.03,
        frequency: 1.1,
        jagged: 0.0,
        growth: if actor.is_some() { Growth::Grass(0.03) } else { growth },
        crest: near.tone(0.82, 1.0),
        foot: near.tone(0.5, 0.9),
        depth: 0.12,
        relief: 0.0,
        snow: None,
        mound: actor.and_then(|actor| actor.mound(frame)),
        rim: Rgb::BLACK,
    };
    Ridge::new(frame, &plan, setting.detail, &random.branch("foreground"))
}
