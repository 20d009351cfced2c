//! What needs the pixels of a picture and not only its header: a module of its own, because most pages never load it.
//!
//! In the order data flows: [`decode`] reads files, [`transparency`] says how much of a mask is transparent, [`chroma`]
//! turns a flat background into transparency, [`encode`] writes files. The `face` is what JavaScript calls (`src/npm/pixels`
//! in the repository).
//!
//! Every function takes bytes from anywhere: it never panics, and [`Limits`] bounds what a small file can make it allocate.

pub mod chroma;
pub mod decode;
pub mod encode;
mod error;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub mod face;
pub mod transparency;

pub use chroma::{ChromaKey, chroma_key};
pub use decode::{Limits, Picture};
pub use encode::Output;
pub use error::PixelsError;
pub use transparency::{Transparency, transparency};
