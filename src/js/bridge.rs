//! The two buffers between JavaScript and the core, and the catalogue all calls share.

use core::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use super::context;
use super::failure::Failure;
use super::packed::{Answer, Compact, Reader, SHAPES, WORDS, tables};
use crate::catalog::Catalog;
use crate::check::Context;
use crate::request::{Operation, Value};

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Answer> = const { RefCell::new(Answer::new()) };
    static CATALOG: RefCell<Option<Catalog>> = const { RefCell::new(None) };
}

/// Makes room for `length` bytes of input and gives their address.
#[wasm_bindgen]
pub fn input(length: usize) -> *const u8 {
    INPUT.with_borrow_mut(|input| {
        if input.len() < length {
            // Doubling, so that a growing series of requests does not copy each time.
            input.resize(length.max(input.len().saturating_mul(2)), 0);
        }
        input.as_ptr()
    })
}

/// The address of the last answer.
#[wasm_bindgen]
pub fn output() -> *const u8 {
    OUTPUT.with_borrow(Answer::address)
}

/// The words that `packed` abbreviates, the names of its shapes, and its tables, each list as lines.
#[wasm_bindgen]
pub fn words() -> usize {
    // Spelled out: written as words they would be their own numbers.
    answer(&(WORDS.join("\n"), SHAPES.join("\n"), tables()))
}

/// Lets go of buffers that one large request made larger than `length`.
#[wasm_bindgen]
pub fn shrink(length: usize) {
    INPUT.with_borrow_mut(|input| {
        if input.capacity() > length {
            *input = Vec::new();
        }
    });
    OUTPUT.with_borrow_mut(|output| output.shrink(length));
}

/// Packs an answer into the output buffer and gives its length.
pub(super) fn answer(value: &(impl Serialize + ?Sized)) -> usize {
    OUTPUT.with_borrow_mut(|output| output.write(value))
}

/// The same for what has a form of its own.
pub(super) fn answer_compact(value: &impl Compact) -> usize {
    OUTPUT.with_borrow_mut(|output| output.write_compact(value))
}

/// Packs the answer, or the failure in its place.
pub(super) fn answer_or_failure<T: Serialize>(result: Result<T, Failure>) -> usize {
    match result {
        Ok(value) => answer(&value),
        Err(failure) => answer(&failure),
    }
}

/// Runs `work` on the first `length` bytes of input.
pub(super) fn with_bytes<T>(length: usize, work: impl FnOnce(&[u8]) -> T) -> T {
    INPUT.with_borrow(|input| work(input.get(..length).unwrap_or_default()))
}

/// Reads two values from the first `length` bytes of input: the request, and what is known beside it.
pub(super) fn values(length: usize) -> Result<(Value, Value), Failure> {
    with_bytes(length, |bytes| {
        let mut reader = Reader::new(bytes);
        let request = reader.value()?;
        Ok((request, reader.value()?))
    })
}

/// Runs `work` with what most calls are about: a value, what is known beside it, and the catalogue. It packs its answer,
/// and gives the length; a failure is packed here.
pub(super) fn with_request(
    length: usize,
    now: f64,
    work: &dyn Fn(&Value, &Context, &Catalog) -> Result<usize, Failure>,
) -> usize {
    let length = values(length).and_then(|(request, beside)| {
        let context = context::read(&request, &beside, now)?;
        with_catalog(|catalog| work(&request, &context, catalog))
    });
    length.unwrap_or_else(|failure| answer(&failure))
}

/// Runs `work` with the catalogue.
pub(super) fn with_catalog<T>(work: impl FnOnce(&Catalog) -> T) -> T {
    CATALOG.with_borrow_mut(|catalog| work(catalog.get_or_insert_default()))
}

/// Runs `work` with the catalogue, to change it.
pub(super) fn with_catalog_mut<T>(work: impl FnOnce(&mut Catalog) -> T) -> T {
    CATALOG.with_borrow_mut(|catalog| work(catalog.get_or_insert_default()))
}

/// The operation by its place in [`Operation::ALL`], which `src/npm/packed.js` repeats.
pub(super) fn operation(number: u32) -> Result<Operation, Failure> {
    let index = usize::try_from(number).unwrap_or(usize::MAX);
    Operation::ALL.get(index).copied().ok_or_else(|| Failure::user("", "operation: unknown"))
}
