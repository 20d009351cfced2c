//! What stands on a ridge: far away as part of its outline, near by as shapes of its own.

use crate::draw::{Mask, Noise, Path, Point, Random, smoothstep};

use super::ridge::SUB;
use super::{Detail, Frame};

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

/// From this height on, in pixels, a conifer is drawn with branches.
const DRAWN_PX: f32 = 56.0;

/// Raises the outline of a ridge by what is far away, and gives what is near as a shape.
pub(super) fn grow(
    outline: &mut [f32],
    ground: &[f32],
    growth: Growth,
    frame: Frame,
    detail: Detail,
    random: &Random,
) -> Option<Mask> {
    let mut dice = random.clone();
    let (height, cover, conifer) = match growth {
        Growth::Bare => return None,
        Growth::Grass(height) => return grass(ground, height * frame.unit, frame, detail, &mut dice),
        Growth::Conifers(height, cover) => (height * frame.unit, cover, true),
        Growth::Broadleaf(height, cover) => (height * frame.unit, cover, false),
    };
    let mut drawn = Path::new();
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
        match (conifer, height > DRAWN_PX) {
            (true, true) => drawn.join(conifer_path((x, foot + size * 0.1), size, &mut dice)),
            (true, false) => conifer_at(outline, x, foot, size, &mut dice),
            (false, _) => crown_at(outline, x, foot, size, &mut dice),
        }
    }
    drawn.bounds()?;
    Some(Mask::fill(&drawn, frame.width as u32, frame.height as u32))
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
    let tiers = (size / 9.0).clamp(3.0, 8.0);
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

/// A conifer with its branches: each tier reaches out and droops, then the outline goes back in under the next.
fn conifer_path((x, foot): Point, size: f32, dice: &mut Random) -> Path {
    let half = size * dice.range(0.19, 0.26);
    let tiers = (size / 13.0).clamp(7.0, 19.0) as u16;
    let lean = size * dice.range(-0.012, 0.012);
    let top = (x + lean, foot - size);
    let mut side = |sign: f32| {
        let mut points: Vec<Point> = Vec::new();
        for tier in 1..=tiers {
            let t = f32::from(tier) / f32::from(tiers);
            let y = foot - size * (0.97 - 0.9 * t);
            let reach = half * t.powf(0.86) * dice.range(0.78, 1.12);
            let droop = size / f32::from(tiers) * dice.range(0.35, 0.75);
            let middle = x + lean * (1.0 - t);
            let rise = size / f32::from(tiers) * 0.22;
            points.push((middle + sign * reach * 0.62, y - droop * 0.1));
            points.push((middle + sign * reach, y + droop * 0.55));
            points.push((middle + sign * reach * 0.66, y + droop * 0.32));
            points.push((middle + sign * reach * 0.34, y - rise));
        }
        points
    };
    let right = side(1.0);
    let mut left = side(-1.0);
    left.reverse();
    let trunk = size * 0.018;
    let mut outline = vec![top];
    outline.extend(right);
    outline.extend([(x + trunk, foot - size * 0.06), (x + trunk, foot), (x - trunk, foot)]);
    outline.push((x - trunk, foot - size * 0.06));
    outline.extend(left);
    Path::polygon(&outline)
}

fn crown_at(outline: &mut [f32], x: f32, foot: f32, size: f32, dice: &mut Random) {
    for _ in 0..6 {
        let r = size * dice.range(0.16, 0.3);
        let cx = x + size * dice.range(-0.26, 0.26);
        let cy = foot - size * dice.range(0.22, 0.66);
        raise(outline, cx, r, |dx| cy - (r * r - dx * dx).max(0.0).sqrt());
    }
}

/// Bent blades, in tufts.
fn grass(ground: &[f32], height: f32, frame: Frame, detail: Detail, dice: &mut Random) -> Option<Mask> {
    let tufts = Noise::new(dice.seed());
    let wind = dice.range(-0.35, 0.35);
    let step = (height * 0.05).max(0.9) / detail.density.clamp(0.6, 1.4);
    let mut blades = Path::new();
    let mut x = -height;
    while x < frame.width + height {
        x += step * dice.range(0.3, 1.7);
        let tuft = (tufts.fbm(x / frame.unit * 6.0, 0.0, 3) * 0.5 + 0.5).clamp(0.0, 1.0);
        let size = height * (0.18 + 0.82 * tuft * tuft) * dice.range(0.45, 1.0);
        let foot = ground.get(x.max(0.0) as usize).or(ground.last()).copied().unwrap_or(0.0) + 2.0;
        let bend = size * (wind + dice.range(-0.3, 0.3));
        let points: Vec<Point> = (0..=5_u16)
            .map(|i| {
                let t = f32::from(i) / 5.0;
                (x + bend * t * t, foot - size * t * (1.0 - 0.12 * t))
            })
            .collect();
        blades.join(Path::stroke(&points, (size * 0.05).clamp(1.0, 5.0), 0.15));
    }
    blades.bounds()?;
    Some(Mask::fill(&blades, frame.width as u32, frame.height as u32))
}
