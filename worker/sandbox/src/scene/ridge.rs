//! Land as seen from the side: a crest line, and what grows or stands on it.

use crate::draw::{Field, Gradient, Light, Mask, Noise, Random, Rgb, over, smoothstep};

use super::growth::{Growth, grow};
use super::{Detail, Frame};

/// Crest samples per pixel: steep outlines (trees, towers) stay smooth.
pub(super) const SUB: usize = 4;

/// One range of hills, in front of what was drawn before it.
pub(super) struct Ridge {
    /// Heights of the outline, `SUB` per pixel, in pixels from the top.
    outline: Vec<f32>,
    /// The highest and lowest outline sample of each pixel.
    spans: Vec<(f32, f32)>,
    /// The ground without what stands on it.
    ground: Vec<f32>,
    /// From crest to foot.
    colors: Vec<Rgb>,
    depth: f32,
    /// The lowest point of the outline: below it the ridge hides everything.
    floor: f32,
    relief: Option<Relief>,
    rim: Rgb,
    /// What stands on it near by, and its colour.
    standing: Option<(Mask, Rgb)>,
}

/// Light and shade on rock.
struct Relief {
    field: Field,
    shift: (f32, f32),
    strength: f32,
    snow: Option<Snow>,
}

/// Snow lies above a line, deeper in the gullies.
#[derive(Clone, Copy)]
pub(super) struct Snow {
    pub(super) color: Rgb,
    /// In pixels from the top.
    pub(super) line: f32,
    /// Over how many pixels it thins out.
    pub(super) fade: f32,
}

/// A hill at `x`, so many pixels wide to each side, so many high.
#[derive(Clone, Copy)]
pub(super) struct Mound {
    pub(super) x: f32,
    pub(super) half: f32,
    pub(super) height: f32,
}

/// How a ridge is made. Lengths are in units of the frame.
pub(super) struct RidgePlan {
    /// The mean height of the crest, in pixels from the top.
    pub(super) base: f32,
    /// How far the crest rises and falls.
    pub(super) amplitude: f32,
    /// How many hills fit into one unit.
    pub(super) frequency: f32,
    /// Rounded (0) to jagged (1).
    pub(super) jagged: f32,
    pub(super) growth: Growth,
    pub(super) crest: Rgb,
    pub(super) foot: Rgb,
    /// Over what depth the colour runs from crest to foot.
    pub(super) depth: f32,
    /// How strongly rock is modelled, 0 to 1.
    pub(super) relief: f32,
    pub(super) snow: Option<Snow>,
    pub(super) mound: Option<Mound>,
    /// The light that catches the crest.
    pub(super) rim: Rgb,
}

impl Ridge {
    pub(super) fn new(frame: Frame, plan: &RidgePlan, detail: Detail, random: &Random) -> Self {
        let mut dice = random.branch("crest");
        let noise = Noise::new(dice.seed());
        let offset = dice.range(0.0, 64.0);
        let columns = (frame.width.ceil() as usize).saturating_add(1);
        let height = |x: f32| {
            let u = x / frame.unit * plan.frequency + offset;
            let round = noise.fbm(u, offset, detail.octaves.min(3));
            let sharp = noise.ridged(u, offset, detail.octaves.saturating_add(1)) * 1.7 - 0.85;
            let hill = plan.mound.map_or(0.0, |mound| {
                let away = (x - mound.x) / mound.half.max(1.0);
                mound.height * (-away * away).exp()
            });
            plan.base - hill - (round + (sharp - round) * plan.jagged) * plan.amplitude * frame.unit
        };
        let samples = columns.saturating_mul(SUB);
        let bare: Vec<f32> = (0..samples).map(|i| height((i as f32 + 0.5) / SUB as f32)).collect();
        let ground: Vec<f32> = bare.iter().skip(SUB / 2).step_by(SUB).copied().collect();
        let mut outline = bare;
        let standing = grow(&mut outline, &ground, plan.growth, frame, detail, &random.branch("growth"));
        let spans: Vec<(f32, f32)> = outline
            .chunks_exact(SUB)
            .map(|chunk| {
                chunk.iter().fold((f32::MAX, f32::MIN), |(low, high), y| (low.min(*y), high.max(*y)))
            })
            .collect();
        let floor = spans.iter().fold(f32::MIN, |floor, span| floor.max(span.1));
        let gradient = Gradient::new(&[(0.0, plan.crest), (1.0, plan.foot)]);
        let colors = (0..=64_u16).map(|i| gradient.at(f32::from(i) / 64.0)).collect();
        let depth = (plan.depth * frame.unit).max(1.0);
        let relief = (plan.relief > 0.0 || plan.snow.is_some()).then(|| {
            let rock = Noise::new(dice.seed());
            let highest = ground.iter().fold(f32::MAX, |top, y| top.min(*y));
            let lowest = ground.iter().fold(f32::MIN, |bottom, y| bottom.max(*y));
            let band = (highest.max(0.0), (lowest + depth).min(frame.height));
            let field = Field::band(frame.width, band, (frame.unit / 256.0).max(2.0), |x, y| {
                let crest = ground.get(x as usize).copied().unwrap_or(plan.base);
                let down = (y - crest) / frame.unit;
                if down < -0.02 || down * frame.unit > depth {
                    return 0.0;
                }
                // Gullies run downwards and lean.
                rock.ridged(x / frame.unit * 9.0 + down * 3.0, down * 4.5 + offset, detail.octaves.min(4))
            });
            // Light comes from the side: a face is bright where the rock rises away from it.
            let shift = (frame.unit * 0.0155, -frame.unit * 0.006);
            Relief { field, shift, strength: plan.relief, snow: plan.snow }
        });
        Self {
            outline,
            spans,
            ground,
            colors,
            depth,
            floor,
            relief,
            rim: plan.rim,
            standing: standing.map(|mask| (mask, plan.crest)),
        }
    }

    /// Below this height nothing behind the ridge shows.
    pub(super) const fn floor(&self) -> f32 {
        self.floor
    }

    /// The height of the ground at `x`, in pixels from the top.
    pub(super) fn ground(&self, x: f32) -> f32 {
        self.ground.get(x.max(0.0) as usize).or(self.ground.last()).copied().unwrap_or(self.floor)
    }

    pub(super) fn row(&self, y: f32, row: &mut [Light]) {
        if let Some((mask, color)) = &self.standing {
            mask.row(y as i32).paint(row, |_, pixel, coverage| over(pixel, *color, coverage));
        }
        let line = self
            .relief
            .as_ref()
            .map(|relief| (relief, relief.field.line(y), relief.field.line(y + relief.shift.1)));
        let last = self.colors.len().saturating_sub(1) as f32;
        let columns = self.spans.iter().zip(&self.ground).zip(self.outline.chunks_exact(SUB));
        for (x, (pixel, ((span, ground), samples))) in row.iter_mut().zip(columns).enumerate() {
            if y + 0.5 <= span.0 {
                continue;
            }
            let coverage = if y - 0.5 >= span.1 {
                1.0
            } else {
                samples.iter().map(|top| (y - top + 0.5).clamp(0.0, 1.0)).sum::<f32>() / SUB as f32
            };
            let down = y - ground;
            let t = (down / self.depth).clamp(0.0, 1.0);
            let mut color = self.colors.get((t * last) as usize).copied().unwrap_or_default();
            if let Some((relief, here, there)) = &line
                && t < 1.0
            {
                let x = x as f32 + 0.5;
                let light = here.at(x) - there.at(x + relief.shift.0);
                if let Some(snow) = relief.snow {
                    let above = (snow.line - y) / snow.fade + light * 1.6;
                    color = color.lerp(snow.color, smoothstep(-0.5, 0.7, above) * (1.0 - t * t));
                }
                color = color * (1.0 + light * relief.strength * (1.0 - t)).max(0.3);
            }
            let edge = down.abs() / (self.depth * 0.03 + 2.0);
            if edge < 1.0 {
                color = color + self.rim * (1.0 - edge);
            }
            over(pixel, color, coverage);
        }
    }
}
