//! Drawing: colours, noise, shapes, rows of light.

pub mod color;
pub mod noise;
pub mod path;
pub mod pixels;
pub mod random;
pub mod resample;
pub mod shape;

pub use color::{Gamma, Gradient, Rgb, smoothstep};
pub use noise::{Field, Noise};
pub use path::{Path, Place, Point};
pub use pixels::Pixels;
pub use random::{Random, digest};
pub use shape::{Light, Mask, glow, over};
