//! Colours in linear light, so that glows and blends behave as light does.

use core::ops::{Add, Mul};

/// Red, green and blue in linear light; 0 to 1 is what a screen shows, more is brighter than white.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rgb {
    /// Red.
    pub r: f32,
    /// Green.
    pub g: f32,
    /// Blue.
    pub b: f32,
}

impl Rgb {
    /// No light.
    pub const BLACK: Self = Self { r: 0.0, g: 0.0, b: 0.0 };
    /// White.
    pub const WHITE: Self = Self { r: 1.0, g: 1.0, b: 1.0 };

    /// The colour that CSS writes as `#rrggbb`.
    pub fn hex(code: u32) -> Self {
        let channel = |shift: u32| decode(((code >> shift) & 0xff) as f32 / 255.0);
        Self { r: channel(16), g: channel(8), b: channel(0) }
    }

    /// Between `self` (0) and `other` (1), as light mixes.
    #[inline]
    #[must_use]
    pub fn lerp(self, other: Self, t: f32) -> Self {
        Self {
            r: self.r + (other.r - self.r) * t,
            g: self.g + (other.g - self.g) * t,
            b: self.b + (other.b - self.b) * t,
        }
    }

    /// Between `self` (0) and `other` (1), as the eye sees steps: through Oklab, so that blue to orange does not turn grey.
    #[must_use]
    pub fn blend(self, other: Self, t: f32) -> Self {
        let (a, b) = (self.to_oklab(), other.to_oklab());
        let mut mixed = [0.0; 3];
        for ((out, a), b) in mixed.iter_mut().zip(a).zip(b) {
            *out = a + (b - a) * t;
        }
        Self::from_oklab(mixed)
    }

    /// The same hue with lightness and chroma multiplied.
    #[must_use]
    pub fn tone(self, lightness: f32, chroma: f32) -> Self {
        let [l, a, b] = self.to_oklab();
        Self::from_oklab([l * lightness, a * chroma, b * chroma])
    }

    /// The same colour with that lightness (0 black, 1 white).
    #[must_use]
    pub fn with_lightness(self, lightness: f32) -> Self {
        let [_, a, b] = self.to_oklab();
        Self::from_oklab([lightness, a, b])
    }

    /// How light it looks, 0 to 1.
    pub fn lightness(self) -> f32 {
        let [l, _, _] = self.to_oklab();
        l
    }

    /// How much light it is, 0 to 1.
    #[inline]
    pub fn luminance(self) -> f32 {
        self.r * 0.2126 + self.g * 0.7152 + self.b * 0.0722
    }

    // Björn Ottosson, "A perceptual color space for image processing", 2020.
    fn to_oklab(self) -> [f32; 3] {
        let l = (0.412_221_46 * self.r + 0.536_332_55 * self.g + 0.051_445_995 * self.b).max(0.0).cbrt();
        let m = (0.211_903_5 * self.r + 0.680_699_5 * self.g + 0.107_396_96 * self.b).max(0.0).cbrt();
        let s = (0.088_302_46 * self.r + 0.281_718_85 * self.g + 0.629_978_7 * self.b).max(0.0).cbrt();
        [
            0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
            1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
            0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
        ]
    }

    fn from_oklab([l, a, b]: [f32; 3]) -> Self {
        let cube = |x: f32| x * x * x;
        let l_ = cube(l + 0.396_337_78 * a + 0.215_803_76 * b);
        let m_ = cube(l - 0.105_561_346 * a - 0.063_854_17 * b);
        let s_ = cube(l - 0.089_484_18 * a - 1.291_485_5 * b);
        Self {
            r: (4.076_741_7 * l_ - 3.307_711_6 * m_ + 0.230_969_94 * s_).max(0.0),
            g: (-1.268_438 * l_ + 2.609_757_4 * m_ - 0.341_319_4 * s_).max(0.0),
            b: (-0.004_196_086_3 * l_ - 0.703_418_6 * m_ + 1.707_614_7 * s_).max(0.0),
        }
    }
}

impl Add for Rgb {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self { r: self.r + other.r, g: self.g + other.g, b: self.b + other.b }
    }
}

impl Mul<f32> for Rgb {
    type Output = Self;
    #[inline]
    fn mul(self, factor: f32) -> Self {
        Self { r: self.r * factor, g: self.g * factor, b: self.b * factor }
    }
}

impl Mul for Rgb {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        Self { r: self.r * other.r, g: self.g * other.g, b: self.b * other.b }
    }
}

/// An sRGB channel (0 to 1) in linear light.
pub fn decode(channel: f32) -> f32 {
    if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
}

fn encode(light: f32) -> f32 {
    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

/// Tables between linear light and the bytes of an sRGB picture.
pub struct Gamma {
    /// Indexed by the square root of the light, which spreads the dark end where eight bits are coarse.
    encode: Vec<u8>,
    decode: [f32; 256],
}

const STEPS: usize = 4096;

impl Gamma {
    /// Computes both tables.
    pub fn new() -> Self {
        let encode = (0..STEPS).map(|i| {
            let root = i as f32 / (STEPS as f32 - 1.0);
            (encode(root * root) * 255.0).round() as u8
        });
        let mut table = [0.0; 256];
        for (byte, light) in table.iter_mut().enumerate() {
            *light = decode(byte as f32 / 255.0);
        }
        Self { encode: encode.collect(), decode: table }
    }

    /// The byte of an amount of light; brighter than white becomes white.
    #[inline]
    pub fn byte(&self, light: f32) -> u8 {
        let index = (light.max(0.0).sqrt() * (STEPS as f32 - 1.0) + 0.5) as usize;
        self.encode.get(index).copied().unwrap_or(255)
    }

    /// The light of a byte.
    #[inline]
    pub fn light(&self, byte: u8) -> f32 {
        self.decode.get(usize::from(byte)).copied().unwrap_or(1.0)
    }
}

impl Default for Gamma {
    fn default() -> Self {
        Self::new()
    }
}

/// Colours along a line from 0 to 1, mixed as the eye sees steps.
#[derive(Clone, Debug)]
pub struct Gradient(Vec<(f32, Rgb)>);

impl Gradient {
    /// Stops in rising order.
    pub fn new(stops: &[(f32, Rgb)]) -> Self {
        Self(stops.to_vec())
    }

    /// The colour at `t`; beyond the ends, that of the end.
    pub fn at(&self, t: f32) -> Rgb {
        let mut before: Option<(f32, Rgb)> = None;
        for &(stop, color) in &self.0 {
            if t <= stop {
                return before.map_or(color, |(from, start)| {
                    let span = (stop - from).max(1e-6);
                    start.blend(color, (t - from) / span)
                });
            }
            before = Some((stop, color));
        }
        before.map_or(Rgb::BLACK, |(_, color)| color)
    }
}

/// 0 below `low`, 1 above `high`, an S between them.
#[inline]
pub fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::{Gamma, Gradient, Rgb};

    #[test]
    fn bytes_survive_the_round_trip_through_light() {
        let gamma = Gamma::new();
        for byte in 0..=255 {
            assert_eq!(gamma.byte(gamma.light(byte)), byte);
        }
        assert_eq!(gamma.byte(f32::INFINITY), 255);
        assert_eq!(gamma.byte(-1.0), 0);
        assert_eq!(gamma.byte(f32::NAN), 0);
    }

    #[test]
    fn blending_ends_at_both_colours() {
        let (a, b) = (Rgb::hex(0x0b3d91), Rgb::hex(0xffa020));
        for (t, want) in [(0.0, a), (1.0, b)] {
            let got = a.blend(b, t);
            assert!((got.r - want.r).abs() + (got.g - want.g).abs() + (got.b - want.b).abs() < 1e-3);
        }
    }

    #[test]
    fn a_gradient_is_constant_beyond_its_ends() {
        let gradient = Gradient::new(&[(0.2, Rgb::BLACK), (0.8, Rgb::WHITE)]);
        assert!(gradient.at(-1.0).luminance() < 1e-3);
        assert!(gradient.at(2.0).luminance() > 0.99);
        assert!(gradient.at(0.4).luminance() < gradient.at(0.6).luminance());
    }
}
