//! What JavaScript calls: one input buffer, one output buffer, numbers. `src/npm/pixels` has the other half.

use core::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::chroma::{ChromaKey, Method, Report, chroma_key};
use crate::decode::{Limits, Picture, decode};
use crate::encode::{Output, encode};
use crate::{PixelsError, Transparency, transparency};

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static REPORT: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
}

/// What a call answers when it failed: then the output holds a code, a line feed and a message.
const FAILED: u32 = u32::MAX;

/// Makes room for a file of `length` bytes and gives its address.
#[wasm_bindgen]
pub fn input(length: usize) -> *const u8 {
    INPUT.with_borrow_mut(|input| {
        *input = vec![0; length];
        input.as_ptr()
    })
}

/// The address of the output.
#[wasm_bindgen]
pub fn output() -> *const u8 {
    OUTPUT.with_borrow(Vec::as_ptr)
}

/// The length of the output.
#[wasm_bindgen]
pub fn output_length() -> usize {
    OUTPUT.with_borrow(Vec::len)
}

/// Lets go of both buffers: a picture is used once.
#[wasm_bindgen]
pub fn release() {
    INPUT.take();
    OUTPUT.take();
}

/// How much of the input is transparent: 0 nothing, 1 some, 2 all.
#[wasm_bindgen]
pub fn mask_transparency(max_pixels: u32) -> u32 {
    let found = INPUT.with_borrow(|file| transparency(file, Limits { max_pixels }));
    match found {
        Ok(Transparency::None) => 0,
        Ok(Transparency::Some) => 1,
        Ok(Transparency::All) => 2,
        Err(error) => fail(error),
    }
}

/// Makes the background of the input transparent and writes it to the output: 0. A colour of -1 is found on the border, a
/// tolerance or softness that is no number is the default.
#[wasm_bindgen]
pub fn key(max_pixels: u32, color: i32, tolerance: f32, softness: f32, keep_spill: bool, webp: bool) -> u32 {
    let given = |levels: f32| (!levels.is_nan()).then_some(levels);
    let [_, r, g, b] = color.to_be_bytes();
    let key = ChromaKey {
        color: (color >= 0).then_some([r, g, b]),
        tolerance: given(tolerance),
        softness: given(softness),
        keep_spill,
    };
    let output = if webp { Output::Webp } else { Output::Png };
    // The file goes before the picture is written: both need room.
    let picture = decode(&INPUT.take(), Limits { max_pixels });
    let written = picture.and_then(|mut picture| {
        let report = chroma_key(&mut picture, key);
        REPORT.set(numbers(&picture, &report));
        encode(&picture, output)
    });
    match written {
        Ok(file) => {
            OUTPUT.set(file);
            0
        }
        Err(error) => fail(error),
    }
}

/// A number of the last report, in the order of `REPORT` in src/npm/pixels/core.js.
#[wasm_bindgen]
pub fn report(index: usize) -> f64 {
    REPORT.with_borrow(|numbers| numbers.get(index).copied().unwrap_or(f64::NAN))
}

fn numbers(picture: &Picture, report: &Report) -> Vec<f64> {
    let pixels = f64::from(picture.width) * f64::from(picture.height);
    vec![
        report.color.map_or(-1.0, |[r, g, b]| f64::from(u32::from_be_bytes([0, r, g, b]))),
        f64::from(u8::from(report.method == Method::Distance)),
        report.tolerance.into(),
        report.softness.into(),
        f64::from(report.keyed) / pixels,
        f64::from(report.softened) / pixels,
        report.border_share.into(),
        f64::from(u8::from(report.is_flat())),
        picture.width.into(),
        picture.height.into(),
    ]
}

fn fail(error: PixelsError) -> u32 {
    OUTPUT.set([error.code(), "\n", &error.to_string()].concat().into_bytes());
    FAILED
}
