//! The two buffers between JavaScript and the core, and the catalogue all calls share.

use core::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use super::context;
use super::failure::Failure;
use super::packed::{Pack, Reader, Tables, Writer};
use crate::catalog::Catalog;
use crate::check::Context;
use crate::date::Date;
use crate::request::{Operation, Value};

struct Bridge {
    input: Vec<u8>,
    output: Writer,
    catalog: Option<Catalog>,
}

thread_local! {
    static BRIDGE: RefCell<Bridge> =
        const { RefCell::new(Bridge { input: Vec::new(), output: Writer::new(), catalog: None }) };
}

/// Runs `work` with all of it. No call is made during another one.
fn with(work: &mut dyn FnMut(&mut Bridge) -> usize) -> usize {
    BRIDGE.with(|bridge| bridge.try_borrow_mut().map_or(0, |mut bridge| work(&mut bridge)))
}

/// Makes room for `length` bytes of input and gives their address.
#[wasm_bindgen]
pub fn input(length: usize) -> usize {
    with(&mut |Bridge { input, .. }| {
        if input.len() < length {
            // Doubling, so that a growing series of requests does not copy each time.
            input.resize(length.max(input.len().saturating_mul(2)), 0);
        }
        input.as_ptr().addr()
    })
}

/// The address of the last answer.
#[wasm_bindgen]
pub fn output() -> usize {
    with(&mut |bridge| bridge.output.address().addr())
}

/// The words that `packed` abbreviates, and its tables.
#[wasm_bindgen]
pub fn words() -> usize {
    pack(&Tables)
}

/// Lets go of buffers that one large request made larger than `length`.
#[wasm_bindgen]
pub fn shrink(length: usize) {
    with(&mut |Bridge { input, output, .. }| {
        if input.capacity() > length {
            *input = Vec::new();
        }
        output.shrink(length);
        0
    });
}

/// Packs an answer into the output buffer and gives its length.
pub(super) fn pack(value: &dyn Pack) -> usize {
    with(&mut |bridge| bridge.output.write(value))
}

/// A call: a request, what is known beside it, and the catalogue.
pub(super) struct Asked<'a> {
    pub(super) operation: Operation,
    pub(super) request: Value,
    /// What the context was read from.
    #[cfg_attr(
        not(feature = "extras"),
        expect(dead_code, reason = "only what moves a request reads it again")
    )]
    pub(super) beside: &'a Value,
    pub(super) context: &'a Context,
    pub(super) catalog: &'a mut Catalog,
}

/// What a call does: it writes its answer and gives the length, or what stands in place of one.
type Work<'a> = &'a dyn Fn(Asked<'_>, &mut Writer) -> Result<usize, Failure>;

/// Reads a request and a context from the first `length` bytes of input and answers what `work` makes of them, or the
/// failure. `number` is the operation's, `now` is in milliseconds since 1970.
pub(super) fn respond(number: u32, length: usize, now: f64, work: Work<'_>) -> usize {
    with(&mut |bridge| {
        run(bridge, number, length, now, work).unwrap_or_else(|failure| bridge.output.write(&failure))
    })
}

fn run(bridge: &mut Bridge, number: u32, length: usize, now: f64, work: Work<'_>) -> Result<usize, Failure> {
    let (request, beside) = read(&bridge.input, length)?;
    let mut context = Context::new(Date::from_unix_ms(now));
    context::read(&request, &beside, &mut context)?;
    let asked = Asked {
        operation: operation(number)?,
        request,
        beside: &beside,
        context: &context,
        catalog: bridge.catalog.get_or_insert_default(),
    };
    work(asked, &mut bridge.output)
}

/// The number of an operation, for calls that are about none.
pub(super) const NO_OPERATION: u32 = 0;

fn read(input: &[u8], length: usize) -> Result<(Value, Value), Failure> {
    Ok(Reader::new(input.get(..length).unwrap_or_default()).two_values()?)
}

/// Reads two values from the first `length` bytes of input: the request, and what is known beside it.
pub(super) fn values(length: usize) -> Result<(Value, Value), Failure> {
    let mut found = Ok((Value::Null, Value::Null));
    with(&mut |bridge| {
        found = read(&bridge.input, length);
        0
    });
    found
}

/// Answers what `work` makes of the first `length` bytes of input.
pub(super) fn respond_to_bytes(length: usize, work: &dyn Fn(&[u8], &mut Writer) -> usize) -> usize {
    with(&mut |Bridge { input, output, .. }| work(input.get(..length).unwrap_or_default(), output))
}

/// The operation by its place in [`Operation::ALL`], by which `src/npm/packed.js` knows it.
pub(super) fn operation(number: u32) -> Result<Operation, Failure> {
    let index = usize::try_from(number).unwrap_or(usize::MAX);
    Operation::ALL.get(index).copied().ok_or_else(|| Failure::user("", "operation: unknown"))
}
