//! Land under a sky: mountains, lakes, forests, meadows, dunes.

use std::cell::RefCell;

use crate::draw::{Light, Random, Rgb};
use crate::words::{Brief, Hour, Place, Weather};

use super::actor::{Actor, foreground};
use super::growth::Growth;
use super::ridge::{Ridge, RidgePlan, Snow};
use super::sky::{Sky, SkyPlan};
use super::sprite::Sprite;
use super::water::Water;
use super::weather::{Falling, Flock};
use super::{Scene, Setting};

/// Ranges one behind the other; water between the far ones and the near one where the place has it.
pub(super) struct Landscape {
    sky: Sky,
    far: Vec<Ridge>,
    water: Option<Water>,
    near: Ridge,
    sprite: Option<Sprite>,
    flock: Option<Flock>,
    falling: Option<Falling>,
    spare: RefCell<Vec<Light>>,
}

/// What distinguishes the places.
struct Terrain {
    /// Where the farthest crest lies, as a share of the height.
    horizon: f32,
    /// The waterline as a share of the height.
    water: Option<f32>,
    amplitude: (f32, f32),
    frequency: (f32, f32),
    jagged: (f32, f32),
    relief: f32,
    growth: fn(f32) -> Growth,
    foreground: Growth,
}

impl Terrain {
    fn of(place: Place) -> Self {
        match place {
            Place::Lake => Self {
                horizon: 0.42,
                water: Some(0.6),
                amplitude: (0.16, 0.05),
                frequency: (1.5, 2.2),
                jagged: (0.85, 0.2),
                relief: 0.5,
                growth: |t| if t > 0.55 { Growth::Conifers(0.03 + 0.035 * t, 0.9) } else { Growth::Bare },
                foreground: Growth::Conifers(0.24, 0.42),
            },
            Place::Sea => Self {
                horizon: 0.52,
                water: Some(0.56),
                amplitude: (0.05, 0.03),
                frequency: (1.1, 0.8),
                jagged: (0.6, 0.3),
                relief: 0.2,
                growth: |_| Growth::Bare,
                foreground: Growth::Grass(0.035),
            },
            Place::Forest => Self {
                horizon: 0.46,
                water: None,
                amplitude: (0.1, 0.05),
                frequency: (1.2, 1.6),
                jagged: (0.3, 0.0),
                relief: 0.0,
                growth: |t| Growth::Conifers(0.035 + 0.15 * t * t, 0.98),
                foreground: Growth::Conifers(0.42, 0.55),
            },
            Place::Meadow => Self {
                horizon: 0.5,
                water: None,
                amplitude: (0.06, 0.05),
                frequency: (1.0, 1.1),
                jagged: (0.25, 0.0),
                relief: 0.0,
                growth: |t| if t < 0.85 { Growth::Broadleaf(0.02 + 0.075 * t, 0.62) } else { Growth::Bare },
                foreground: Growth::Grass(0.13),
            },
            Place::Desert => Self {
                horizon: 0.52,
                water: None,
                amplitude: (0.05, 0.09),
                frequency: (1.6, 0.7),
                jagged: (0.5, 0.7),
                relief: 0.1,
                growth: |_| Growth::Bare,
                foreground: Growth::Bare,
            },
            _ => Self {
                horizon: 0.44,
                water: None,
                amplitude: (0.15, 0.08),
                frequency: (1.3, 1.7),
                jagged: (0.95, 0.35),
                relief: 0.55,
                growth: |t| {
                    if t > 0.6 { Growth::Conifers(0.03 + 0.05 * (t - 0.5), 0.85) } else { Growth::Bare }
                },
                foreground: Growth::Conifers(0.16, 0.5),
            },
        }
    }
}

impl Landscape {
    pub(super) fn new(place: Place, brief: &Brief, setting: &Setting, random: &Random) -> Self {
        let Setting { frame, detail, palette, .. } = setting;
        let (frame, detail) = (*frame, *detail);
        let terrain = Terrain::of(place);
        let mut dice = random.branch("landscape");
        let shift = dice.range(-0.05, 0.05);
        let horizon = (terrain.horizon + shift) * frame.height;
        let line = terrain.water.map(|share| (share + shift) * frame.height);
        let low_sun = matches!(setting.hour, Hour::Dawn | Hour::Dusk);
        let plan = SkyPlan {
            horizon: horizon * 1.12,
            sun: (dice.range(0.2, 0.8), if low_sun { dice.range(0.62, 0.84) } else { dice.range(0.2, 0.42) }),
            sun_radius: if setting.palette.night { dice.range(0.035, 0.055) } else { dice.range(0.03, 0.05) },
            clouds: match setting.weather {
                Weather::Clear => dice.range(0.18, 0.42),
                Weather::Cloudy | Weather::Rain => 0.75,
                Weather::Fog | Weather::Snow => 0.5,
            },
            stars: if palette.night { 1.0 } else { 0.0 },
        };
        let sky = Sky::new(frame, palette, &plan, detail, random);
        let haze = palette.haze();
        let foggy = if setting.weather == Weather::Fog { 0.35 } else { 0.0 };
        let bottom = line.unwrap_or(frame.height * 1.02);
        let layers = detail.layers.saturating_sub(1).max(2);
        let (land_far, land_near) = earth(place, setting);
        let summit = horizon - terrain.amplitude.0 * frame.unit;
        let far = (0..layers).map(|i| {
            let t = i as f32 / layers.saturating_sub(1).max(1) as f32;
            let crest = land_far.blend(land_near, t.powf(1.25)).blend(haze, (1.0 - t) * 0.25 + foggy);
            let base = horizon + (bottom - horizon) * t.powf(1.3) * if line.is_some() { 0.86 } else { 0.8 };
            let plan = RidgePlan {
                base,
                amplitude: lerp(terrain.amplitude, t),
                frequency: lerp(terrain.frequency, t),
                jagged: lerp(terrain.jagged, t),
                growth: (terrain.growth)(t),
                crest,
                foot: crest.blend(haze, 0.72 - 0.5 * t + foggy * 0.5),
                depth: 0.2 + 0.12 * t,
                relief: terrain.relief * (0.35 + 0.65 * t),
                snow: snow(place, setting, t, (summit, base)),
                mound: None,
                rim: palette.sun * (0.10 * (1.0 - t) * if palette.night { 0.25 } else { 1.0 }),
            };
            Ridge::new(frame, &plan, detail, &random.branch(&format!("ridge {i} of {place:?}")))
        });
        let far = far.collect();
        let water = line.map(|line| {
            let rough = dice.range(0.35, 0.8);
            Water::new(setting, line, rough, sky.sun(), random)
        });
        let actor = Actor::new(brief, frame, sky.sun().x, &mut dice);
        let near = foreground(terrain.foreground, setting, land_near, actor.as_ref(), random);
        let sprite = actor.map(|actor| actor.sprite(setting, line.unwrap_or(horizon), &near));
        let flock = Flock::new(setting, horizon, random);
        let falling = Falling::new(setting, random);
        Self { sky, far, water, near, sprite, flock, falling, spare: RefCell::default() }
    }

    fn above(&self, y: f32, row: &mut [Light]) {
        // Nothing behind the nearest ridge that fills the row can be seen.
        let hidden = self.far.iter().rposition(|ridge| y - 0.5 >= ridge.floor());
        if hidden.is_none() {
            self.sky.row(y, row);
        }
        for ridge in self.far.iter().skip(hidden.unwrap_or(0)) {
            ridge.row(y, row);
        }
    }
}

impl Scene for Landscape {
    fn row(&self, y: f32, row: &mut [Light]) {
        match &self.water {
            Some(water) if y > water.line => {
                let mut spare = self.spare.borrow_mut();
                water.row(y, row, &mut spare, |above, row| self.above(above, row));
            }
            _ => self.above(y, row),
        }
        if let Some(flock) = &self.flock {
            flock.row(y, row);
        }
        if let Some(sprite) = &self.sprite {
            sprite.row(y, row);
        }
        self.near.row(y, row);
        if let Some(falling) = &self.falling {
            falling.row(y, row);
        }
    }
}

/// The farthest and the nearest land: the palette's, in the colours of what grows there as far as the hour shows them.
fn earth(place: Place, setting: &Setting) -> (Rgb, Rgb) {
    let palette = &setting.palette;
    let (far, near) = match place {
        Place::Meadow => (0x9cbf8a, 0x3f7a34),
        Place::Forest => (0x8fae9c, 0x1f4a34),
        Place::Desert => (0xe0b48a, 0xb86a38),
        _ => return (palette.far, palette.near),
    };
    let amount = match setting.hour {
        _ if palette.tinted => 0.0,
        Hour::Day => 0.78,
        Hour::Dawn => 0.4,
        Hour::Dusk => 0.22,
        Hour::Night => 0.0,
    };
    let toward = |own: Rgb, earth: u32, amount: f32| {
        let earth = Rgb::hex(earth);
        own.blend(earth.with_lightness(earth.lightness().midpoint(own.lightness())), amount)
    };
    (toward(palette.far, far, amount * 0.8), toward(palette.near, near, amount))
}

fn snow(place: Place, setting: &Setting, t: f32, (summit, base): (f32, f32)) -> Option<Snow> {
    let cold = setting.weather == Weather::Snow;
    let high = matches!(place, Place::Mountains | Place::Lake) && t < 0.6;
    if !(cold || high) {
        return None;
    }
    let palette = &setting.palette;
    let [top, _, low, _] = palette.sky;
    let color = if palette.night {
        top.blend(low, 0.7).with_lightness(if cold { 0.62 - 0.16 * t } else { 0.56 })
    } else {
        Rgb::WHITE.blend(palette.sun, 0.35).blend(low, 0.2 + 0.2 * t).with_lightness(0.95 - 0.06 * t)
    };
    // In winter it lies down to the foot; else only the summits carry it.
    let unit = setting.frame.unit;
    let line = if cold { base + unit * 0.04 } else { summit + (base - summit) * 0.62 };
    Some(Snow { color, line, fade: unit * if cold { 0.09 } else { 0.06 } })
}

fn lerp((far, near): (f32, f32), t: f32) -> f32 {
    far + (near - far) * t
}
