//! A thing placed in a picture: its parts as masks, painted as the light falls.

use crate::draw::{Light, Mask, Path, Place, Point, Rgb, glow, over};
use crate::words::Subject;

use super::Frame;
use super::subject::{Role, own_color, parts};

/// A thing that is ready to be drawn row by row.
pub(super) struct Sprite {
    shapes: Vec<Shape>,
    glows: Vec<Glow>,
}

struct Shape {
    mask: Mask,
    top: Rgb,
    bottom: Rgb,
    from: f32,
    to: f32,
    alpha: f32,
}

struct Glow {
    center: Point,
    reach: f32,
    color: Rgb,
}

/// The colours a thing is painted in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coat {
    pub(super) main: Rgb,
    pub(super) second: Rgb,
    pub(super) lamp: Rgb,
    /// The colour of the light and of the shade around it, and how strongly they tint.
    pub(super) light: Rgb,
    pub(super) shade: Rgb,
    /// 0: in full daylight; 1: a silhouette in the colour of the shade.
    pub(super) dusk: f32,
    /// Whether lamps shine.
    pub(super) lit: bool,
}

impl Coat {
    /// The colours of a thing: its own, or the one that was named.
    pub(super) fn of(subject: Subject, named: Option<Rgb>) -> Self {
        let main = named.unwrap_or_else(|| Rgb::hex(own_color(subject)));
        let second = match subject {
            Subject::Cat | Subject::Dog => Rgb::hex(0xe88a86),
            Subject::House => Rgb::hex(0xa84a3c),
            Subject::Lighthouse | Subject::Rocket => Rgb::hex(0xd23c38),
            Subject::Balloon | Subject::Fish => Rgb::hex(0xffe8c4),
            _ => Rgb::hex(0xf4a83c),
        };
        Self {
            main,
            second,
            lamp: Rgb::hex(0xffd87a),
            light: Rgb::WHITE,
            shade: Rgb::hex(0x2a2c48),
            dusk: 0.0,
            lit: false,
        }
    }

    fn paint(&self, role: Role) -> (Rgb, Rgb, f32) {
        let bright = self.main.lightness() > 0.82;
        let (color, alpha) = match role {
            Role::Main => (self.main, 1.0),
            Role::Shade => (self.main.tone(0.78, 1.02), 1.0),
            Role::Bright if bright => (self.main.tone(0.92, 1.0), 1.0),
            Role::Bright => (self.main.blend(Rgb::hex(0xfff2dc), 0.45), 1.0),
            Role::Second => (self.second, 1.0),
            Role::Dark => (Rgb::hex(0x22222e), 1.0),
            Role::Pale => (Rgb::hex(0xf8f4ec), 1.0),
            Role::Lamp => (self.lamp, 1.0),
            Role::Green => (Rgb::hex(0x4a944c), 1.0),
            Role::Brown => (Rgb::hex(0x7a5238), 1.0),
            Role::Gleam => (Rgb::WHITE, 0.5),
        };
        if role == Role::Lamp && self.lit {
            return (color * 1.15, color, 1.0);
        }
        let tinted = color * Rgb::WHITE.lerp(self.light, 0.4);
        let color = tinted.blend(self.shade, self.dusk * if role == Role::Gleam { 1.0 } else { 0.94 });
        let alpha = alpha * if role == Role::Gleam { 1.0 - self.dusk } else { 1.0 };
        let flat = role == Role::Gleam || role == Role::Dark;
        let spread = if flat { 0.0 } else { 0.11 * (1.0 - self.dusk * 0.7) };
        (color.tone(1.0 + spread, 1.0), color.tone(1.0 - spread * 1.3, 1.05), alpha)
    }
}

impl Sprite {
    /// Places a thing so that the middle of its foot stands at `foot`; `size` is the edge of its box in pixels.
    pub(super) fn new(
        subject: Subject,
        foot: Point,
        size: f32,
        mirror: bool,
        turn: f32,
        coat: &Coat,
        frame: Frame,
    ) -> Self {
        let scale = size / 100.0;
        let place = Place { at: foot, scale_x: if mirror { -scale } else { scale }, scale_y: scale, turn };
        let (width, height) = (frame.width as u32, frame.height as u32);
        let mut sprite = Self { shapes: Vec::new(), glows: Vec::new() };
        for (role, data) in parts(subject) {
            let origin = Place::new((-50.0, -100.0), 1.0);
            let path = Path::svg(data, 14).placed(&origin).placed(&place);
            let Some([left, top, right, bottom]) = path.bounds() else { continue };
            let (from_color, to_color, alpha) = coat.paint(*role);
            if *role == Role::Lamp && coat.lit {
                sprite.glows.push(Glow {
                    center: (left.midpoint(right), top.midpoint(bottom)),
                    reach: size * 0.22,
                    color: coat.lamp,
                });
            }
            let mask = Mask::fill(&path, width, height);
            sprite.shapes.push(Shape {
                mask,
                top: from_color,
                bottom: to_color,
                from: top,
                to: bottom,
                alpha,
            });
        }
        sprite
    }

    /// A soft dark patch under a thing, for those that stand on plain ground.
    pub(super) fn shadow(foot: Point, size: f32, frame: Frame, color: Rgb, alpha: f32) -> Self {
        let (width, height) = (frame.width as u32, frame.height as u32);
        let path = Path::ellipse((foot.0, foot.1 - size * 0.012), size * 0.4, size * 0.05);
        let mask = Mask::fill(&path, width, height).blurred(size * 0.06, width, height);
        let shape = Shape { mask, top: color, bottom: color, from: 0.0, to: 1.0, alpha };
        Self { shapes: vec![shape], glows: Vec::new() }
    }

    pub(super) fn row(&self, y: f32, row: &mut [Light]) {
        for shape in &self.shapes {
            let t = ((y - shape.from) / (shape.to - shape.from).max(1.0)).clamp(0.0, 1.0);
            let color = shape.top.lerp(shape.bottom, t);
            shape
                .mask
                .row(y as i32)
                .paint(row, |_, pixel, coverage| over(pixel, color, coverage * shape.alpha));
        }
        for lamp in &self.glows {
            let dy = y - lamp.center.1;
            if dy.abs() > lamp.reach {
                continue;
            }
            let from = (lamp.center.0 - lamp.reach).max(0.0) as usize;
            let to = (lamp.center.0 + lamp.reach).max(0.0) as usize;
            for (x, pixel) in row.iter_mut().enumerate().take(to).skip(from) {
                let dx = x as f32 + 0.5 - lamp.center.0;
                let near = (1.0 - (dx * dx + dy * dy).sqrt() / lamp.reach).max(0.0);
                glow(pixel, lamp.color, near * near * near * 0.55);
            }
        }
    }
}
