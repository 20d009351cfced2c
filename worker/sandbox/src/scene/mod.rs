//! Scenes, drawn row by row in linear light, so that even the largest picture needs little memory beside itself.

mod actor;
mod city;
mod grade;
mod growth;
mod landscape;
mod palette;
mod ridge;
mod silk;
mod sky;
mod space;
mod sprite;
mod studio;
mod style;
mod subject;
mod water;
mod weather;

pub use grade::{Grade, Overlay};
pub use palette::Palette;
pub use style::apply as treat;

use crate::draw::{Gamma, Light, Pixels, Random};
use crate::words::{Brief, Hour, Place, Subject, Weather};

/// The size of a picture in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// From left to right.
    pub width: f32,
    /// From top to bottom.
    pub height: f32,
    /// What lengths are measured in, so that a scene keeps its look in every shape: the edge of the square of that area.
    pub unit: f32,
}

impl Frame {
    /// The frame of a picture.
    pub fn new(width: u32, height: u32) -> Self {
        let (width, height) = (width as f32, height as f32);
        Self { width, height, unit: (width * height).sqrt() }
    }
}

/// How much is drawn: what `quality` changes. The composition stays the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detail {
    /// Octaves of the noise in clouds and rock.
    pub octaves: u32,
    /// How many layers of land.
    pub layers: u32,
    /// How many trees, stars, windows.
    pub density: f32,
}

impl Detail {
    /// The detail of a resolved `quality`.
    pub fn of(quality: &str) -> Self {
        match quality {
            "low" => Self { octaves: 2, layers: 4, density: 0.45 },
            "medium" => Self { octaves: 4, layers: 6, density: 0.8 },
            "max" => Self { octaves: 7, layers: 9, density: 1.4 },
            "xhigh" => Self { octaves: 6, layers: 8, density: 1.2 },
            _ => Self { octaves: 5, layers: 7, density: 1.0 },
        }
    }
}

/// Something that can be drawn row by row.
trait Scene {
    /// Draws the row whose pixel centres lie at `y`.
    fn row(&self, y: f32, row: &mut [Light]);
}

/// Draws a picture. With `transparent`, only the thing it shows is there, on nothing.
pub fn draw(brief: &Brief, width: u32, height: u32, detail: Detail, seed: u64, transparent: bool) -> Pixels {
    let frame = Frame::new(width, height);
    let random = Random::new(seed);
    let scene = compose(brief, frame, detail, transparent, &random);
    let gamma = Gamma::new();
    let mut pixels = Pixels::new(width, height);
    let mut light: Vec<Light> = vec![[0.0; 4]; width.max(1) as usize];
    let mut y = 0.5;
    for out in pixels.rows_mut() {
        scene.row(y, &mut light);
        for (bytes, pixel) in out.chunks_exact_mut(4).zip(&light) {
            bytes.copy_from_slice(&store(&gamma, *pixel));
        }
        y += 1.0;
    }
    match brief.style {
        Some(style) => treat(style, pixels, random.branch("style").seed()),
        None => pixels,
    }
}

/// The bytes of a pixel of light: alpha is divided out again.
pub fn store(gamma: &Gamma, [r, g, b, a]: Light) -> [u8; 4] {
    if a >= 0.999 {
        [gamma.byte(r), gamma.byte(g), gamma.byte(b), 255]
    } else if a < 0.002 {
        [0; 4]
    } else {
        [gamma.byte(r / a), gamma.byte(g / a), gamma.byte(b / a), (a * 255.0 + 0.5) as u8]
    }
}

fn compose(
    brief: &Brief,
    frame: Frame,
    detail: Detail,
    transparent: bool,
    random: &Random,
) -> Box<dyn Scene> {
    let mut dice = random.branch("brief");
    let place = brief.place.or_else(|| default_place(brief, &mut dice)).unwrap_or(Place::Mountains);
    let hour = brief.hour.unwrap_or_else(|| {
        let hours = [Hour::Dawn, Hour::Day, Hour::Dusk, Hour::Dusk, Hour::Night];
        dice.pick(&hours).copied().unwrap_or(Hour::Dusk)
    });
    let weather = brief.weather.unwrap_or(Weather::Clear);
    let palette = Palette::new(brief, hour, &mut dice);
    let setting = Setting { frame, detail, hour, weather, palette };
    if transparent {
        return Box::new(studio::Studio::new(brief, &setting, true, random));
    }
    match place {
        Place::Studio => Box::new(studio::Studio::new(brief, &setting, false, random)),
        Place::Space => Box::new(space::Space::new(brief, &setting, random)),
        Place::Abstract => Box::new(silk::Silk::new(brief, &setting, random)),
        Place::City => Box::new(city::City::new(brief, &setting, random)),
        _ => Box::new(landscape::Landscape::new(place, brief, &setting, random)),
    }
}

/// Where a thing is shown when the prompt does not say.
fn default_place(brief: &Brief, dice: &mut Random) -> Option<Place> {
    let outdoors = brief.hour.is_some() || brief.weather.is_some();
    let places: &[Place] = match brief.subject {
        None => &[Place::Mountains, Place::Lake, Place::Meadow, Place::Forest, Place::Desert],
        Some(Subject::Whale | Subject::Boat | Subject::Lighthouse | Subject::Fish) => &[Place::Sea],
        Some(Subject::Balloon) => &[Place::Mountains, Place::Meadow, Place::Desert],
        Some(Subject::Rocket) => &[Place::Space],
        Some(Subject::House) => &[Place::Lake, Place::Meadow],
        Some(Subject::Tree | Subject::Person) => &[Place::Meadow, Place::Mountains],
        Some(_) if outdoors => &[Place::Meadow, Place::Mountains, Place::Lake],
        Some(_) => &[Place::Studio],
    };
    dice.pick(places).copied()
}

/// What all parts of one picture share.
struct Setting {
    frame: Frame,
    detail: Detail,
    hour: Hour,
    weather: Weather,
    palette: Palette,
}
