//! What JavaScript calls: one input buffer, one output buffer, numbers. `src/npm/pixels` has the other half.

use core::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Limits, PixelsError, Transparency, transparency};

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
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

fn fail(error: PixelsError) -> u32 {
    OUTPUT.set([error.code(), "\n", &error.to_string()].concat().into_bytes());
    FAILED
}
