//! One call as its host sees it: what happened goes in, what to do next and what was found comes out.
//!
//! [`Session`] joins [`exchange`](crate::exchange), which decides, with [`wire`](crate::wire), which reads. It performs
//! nothing itself: the host has `fetch`, the timers and the abort signals, and tells what came of them
//! (`src/npm/client.js` in JavaScript). A module that calls nobody cannot be re-entered, holds no closures that could
//! leak, and is 14 KB smaller (docs/decisions/who-performs.md).
//!
//! ```text
//! begin ──> Send ──> host fetches ──> head ──> Read    ──> read* ──> finish ──> Complete
//!             ▲                         │  └──> Refused ──> refused ─┐   │
//!             │                         └──────── rejected ──────────┤   │ cut
//!             └── wake <── Wait <────────────────────────────────────┴───┘
//!                                                                    └────> Fail
//! ```
//!
//! What says that something is wrong is small JSON text, which the host parses: it has a parser, and the module need not
//! bring another one.

mod found;
mod session;

pub use found::{Found, Picture};
pub use session::{Head, Session, Settings};
