//! Land as seen from the side: a crest line, and what grows or stands on it.

use crate::draw::{Field, Gradient, Light, Noise, Random, Rgb, over, smoothstep};

use super::{Detail, Frame};

/// Crest samples per pixel: steep outlines (trees, towers) stay smooth.
const SUB: usize = 4;

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
}

/// Light and shade on rock.
struct Relief {
    field: Field,
    strength: f32,
    snow: Option<(Rgb, f32)>,
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
    /// Snow above the slope: its colour and how far down it lies.
    pub(super) snow: Option<(Rgb, f32)>,
    /// The light that catches the crest.
    pub(super) rim: Rgb,
}

/// What stands on a ridge; lengths in units of the frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Growth {
    Bare,
    /// Conifers about so high, that share of the crest covered.
    Conifers(f32, f32),
    /// Round trees likewise.
    Broadleaf(f32, f32),
    /// Blades so high.
    Grass(f32),
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
            plan.base - (round + (sharp - round) * plan.jagged) * plan.amplitude * frame.unit
        };
        let samples = columns.saturating_mul(SUB);
        let bare: Vec<f32> = (0..samples).map(|i| height((i as f32 + 0.5) / SUB as f32)).collect();
        let ground: Vec<f32> = bare.iter().skip(SUB / 2).step_by(SUB).copied().collect();
        let mut outline = bare;
        grow(&mut outline, &ground, plan.growth, frame, detail, &random.branch("growth"));
        let spans: Vec<(f32, f32)> = outline
            .chunks_exact(SUB)
            .map(|chunk| {
                chunk.iter().fold((f32::MAX, f32::MIN), |(low, high), y| (low.min(*y), high.max(*y)))
            })
            .collect();
        let floor = spans.iter().fold(f32::MIN, |floor, span| floor.max(span.1));
        let gradient = Gradient::new(&[(0.0, plan.crest), (1.0, plan.foot)]);
        let colors = (0..=64_u16).map(|i| gradient.at(f32::from(i) / 64.0)).collect();
        let relief = (plan.relief > 0.0 || plan.snow.is_some()).then(|| {
            let rock = Noise::new(dice.seed());
            let field = Field::new(frame.width, frame.height, (frame.unit / 512.0).max(1.5), |x, y| {
                let crest = ground.get(x as usize).copied().unwrap_or(plan.base);
                let down = (y - crest) / frame.unit;
                if down < -0.02 {
                    return 0.0;
                }
                // Gullies run downwards and lean away from the light.
                let (u, v) = (x / frame.unit * 9.0 + down * 3.0, down * 4.5 + offset);
                rock.ridged(u, v, detail.octaves) - rock.ridged(u + 0.14, v - 0.05, detail.octaves)
            });
            Relief {
                field,
                strength: plan.relief,
                snow: plan.snow.map(|(color, reach)| (color, reach * frame.unit)),
            }
        });
        Self {
            outline,
            spans,
            ground,
            colors,
            depth: (plan.depth * frame.unit).max(1.0),
            floor,
            relief,
            rim: plan.rim,
        }
    }

    /// Below this height nothing behind the ridge shows.
    pub(super) const fn floor(&self) -> f32 {
        self.floor
    }

    pub(super) fn row(&self, y: f32, row: &mut [Light]) {
        let line = self.relief.as_ref().map(|relief| (relief, relief.field.line(y)));
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
            if let Some((relief, line)) = &line {
                let light = line.at(x as f32 + 0.5);
                if let Some((snow, reach)) = relief.snow {
                    let amount = smoothstep(reach, 0.0, down * (1.0 - light * 1.8)) * (1.0 - t);
                    color = color.lerp(snow, smoothstep(0.25, 0.7, amount) * 0.9);
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

/// Raises the outline by what stands on the ground.
fn grow(outline: &mut [f32], ground: &[f32], growth: Growth, frame: Frame, detail: Detail, random: &Random) {
    let mut dice = random.clone();
    let (height, cover, conifer) = match growth {
        Growth::Bare => return,
        Growth::Grass(height) => return grass(outline, height * frame.unit, frame, &mut dice),
        Growth::Conifers(height, cover) => (height * frame.unit, cover, true),
        Growth::Broadleaf(height, cover) => (height * frame.unit, cover, false),
    };
    let patches = Noise::new(dice.seed());
    let step = height * if conifer { 0.2 } else { 0.42 } / detail.density.clamp(0.7, 1.6);
    let mut x = -height;
    while x < frame.width + height {
        x += step * dice.range(0.5, 1.5);
        let wooded = patches.fbm(x / frame.unit * 2.5, 0.5, 2) * 0.5 + 0.5;
        let size = height * dice.range(0.55, 1.1) * smoothstep(0.0, 0.25, wooded - (1.0 - cover));
        if size < height * 0.2 {
            continue;
        }
        let foot = ground.get(x.max(0.0) as usize).or(ground.last()).copied().unwrap_or(0.0);
        if conifer {
            conifer_at(outline, x, foot, size, &mut dice);
        } else {
            crown_at(outline, x, foot, size, &mut dice);
        }
    }
}

fn raise(outline: &mut [f32], x: f32, half: f32, mut top: impl FnMut(f32) -> f32) {
    let from = ((x - half) * SUB as f32).max(0.0) as usize;
    let to = (((x + half) * SUB as f32).max(0.0) as usize).min(outline.len());
    for (i, y) in outline.iter_mut().enumerate().take(to).skip(from) {
        let dx = (i as f32 + 0.5) / SUB as f32 - x;
        *y = y.min(top(dx));
    }
}

fn conifer_at(outline: &mut [f32], x: f32, foot: f32, size: f32, dice: &mut Random) {
    let half = size * dice.range(0.17, 0.24);
    let tiers = (size / 9.0).clamp(3.0, 11.0);
    let lean = dice.range(-0.3, 0.3);
    raise(outline, x, half, |dx| {
        let out = (dx.abs() / half).min(1.0);
        // Each tier of branches droops: the outline steps in and out on the way up.
        let step = (out * tiers + lean * dx.signum()).rem_euclid(1.0);
        let droop = (step - 0.5) * size / tiers * 0.7 * (1.0 - (out * 2.0 - 1.0).powi(4)).max(0.0);
        let spire = size * (1.0 - out.powf(0.82));
        foot + size * 0.06 - spire + droop
    });
}

fn crown_at(outline: &mut [f32], x: f32, foot: f32, size: f32, dice: &mut Random) {
    for _ in 0..5 {
        let r = size * dice.range(0.16, 0.3);
        let cx = x + size * dice.range(-0.24, 0.24);
        let cy = foot - size * dice.range(0.3, 0.72);
        raise(outline, cx, r, |dx| cy - (r * r - dx * dx).max(0.0).sqrt());
    }
}

fn grass(outline: &mut [f32], height: f32, frame: Frame, dice: &mut Random) {
    let tufts = Noise::new(dice.seed());
    let mut x = -height;
    let step = (height * 0.055).max(0.7);
    while x < frame.width + height {
        x += step * dice.range(0.4, 1.6);
        let tuft = (tufts.fbm(x / frame.unit * 7.0, 0.0, 2) * 0.5 + 0.5).clamp(0.0, 1.0);
        let size = height * (0.25 + 0.75 * tuft) * dice.range(0.4, 1.0);
        let index = (x.max(0.0) * SUB as f32) as usize;
        let foot = outline.get(index.min(outline.len().saturating_sub(1))).copied().unwrap_or(0.0);
        let half = (size * 0.05).max(0.45);
        let lean = size * dice.range(-0.25, 0.25);
        // A blade as a thin triangle whose tip leans.
        raise(outline, x + lean * 0.5, half + lean.abs() * 0.5, |dx| {
            let along = ((dx + lean * 0.5).abs() / (half + lean.abs())).min(1.0);
            foot + 1.0 - size * (1.0 - along)
        });
    }
}
