//! Values to bytes and bytes to values, without I/O.
//!
//! Out: [`outgoing::build`] turns a checked request into a path and a body; [`body`] writes the JSON bodies and
//! [`multipart`] the forms. Nothing here copies the bytes of a file: a form is handed out as the text between them.
//!
//! In: [`scan`] takes replies apart as they arrive, with the images decoded by [`base64`]; [`problem`] reads what an
//! error reply says, and [`headers`] what the headers say about rates and retries.

pub mod base64;
pub mod body;
pub mod headers;
pub(crate) mod json;
pub mod multipart;
pub mod number;
pub mod outgoing;
pub mod problem;
pub mod scan;
pub(crate) mod utf8;
