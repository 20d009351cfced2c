//! How values cross between JavaScript and the core: packed into bytes, both ways in one form.
//!
//! One buffer in the module's memory instead of a call per field: a call that reads one property costs more than
//! packing a whole request (docs/benchmarks.md). `src/npm/pack.js` and `unpack.js` are the other side of this file.
//!
//! A value is a tag of one byte and what follows it; numbers are little-endian.
//!
//! | tag | value | followed by |
//! | --- | --- | --- |
//! | 0, 1, 2 | `null`, `false`, `true` | |
//! | 3 | a number | its 8 bytes |
//! | 4 | a text | in: its length in bytes (4 bytes) and its UTF-8; out: its length in UTF-16 units (4 bytes) |
//! | 5 | a list | in: how many items (4 bytes), then each; out: each, then tag 11 |
//! | 6 | an object | of each field the name, which is a text or a word, and the value; their count or the end as in a list |
//! | 7 | a file | in: its size (8 bytes, negative when unknown), type and name (texts); out: which of the files that came in (4 bytes) |
//! | 8 | in: a text that is not needed, only its length; out: a value that is absent | in: its length in UTF-16 units (4 bytes) |
//! | 10 | out: a text of the module itself, the same as long as it lives | its address and its length in bytes (4 bytes each) |
//! | 11 | out: the end of a list or an object | |
//! | 12, 13, 14 | out: an estimate, a report, a cost | what `compact.rs` writes |
//! | 15 | out: the name of a code | its number (1 byte) |
//! | 32 and up | in: a word, `tag - 32` in the list of [`WORDS`] | |
//!
//! Going out, all texts stand together in a buffer of their own, in the order they are read, so that JavaScript decodes
//! UTF-8 once: the tags are preceded by the length of the texts in bytes and by their address (4 bytes each).

mod compact;
mod constant;
mod fields;
mod read;
mod session;
mod tables;
mod words;
mod write;

pub(super) use read::{Malformed, Reader};
pub(super) use session::{Head, Next};
pub(super) use tables::Tables;
use words::WORDS;
pub(super) use write::{Pack, Plain, Writer};

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const NUMBER: u8 = 3;
const TEXT: u8 = 4;
pub(super) const LIST: u8 = 5;
pub(super) const OBJECT: u8 = 6;
const FILE: u8 = 7;
/// Coming in.
const STAND_IN: u8 = 8;
/// Going out.
const ABSENT: u8 = 8;
const STATIC: u8 = 10;
pub(super) const END: u8 = 11;
const ESTIMATE: u8 = 12;
const REPORT: u8 = 13;
const COST: u8 = 14;
const CODE: u8 = 15;
const FIRST_WORD: u8 = 32;

/// Values nested deeper than this are refused on both sides, before any stack runs out.
const MAX_DEPTH: u32 = 64;
