//! The decisions of a call, pure: send, wait, give up. The clock and the dice are arguments.
//!
//! ```text
//!            send ─> [connecting] ─ headers ─> [receiving] ─ done ─> ended
//!              ▲          │ failed, late            │ cut, late
//!              └─ wait <──┴──── if it may be sent again ┘ else ─> failed
//! ```
//!
//! - [`Call`] is one call with all its attempts: what happened goes in, the next [`Step`] comes out; it owns the
//!   deadlines.
//! - [`retry`] is the table that says what may be sent again, the backoff, and the budget that retries are paid from.
//! - [`meaning`] is what an error is ([`Kind`]) and whether the failed attempt may have been billed ([`Billed`]).
//! - [`stream`] follows the events of a streamed call, and knows when it is complete.
//!
//! The one rule behind the table: a picture costs money and the API has no idempotency, so a paid request goes out again
//! only when it provably never arrived or was refused unbilled. Through this project's own worker, which keeps the
//! answer of an idempotency key, everything that may pass is tried again.

mod call;
mod failure;
pub mod meaning;
pub mod retry;
pub mod stream;

pub use call::{Attempt, Call, Deadlines, Outcome, Step, Timeout};
pub use failure::Failure;
pub use meaning::{Billed, Kind};
