//! What comes out of a reply.

use crate::exchange::Step;
use crate::picture::ImageInfo;
use crate::wire::scan::Piece;

/// Something found in a reply, lent until the next call.
#[derive(Debug)]
pub enum Found<'a> {
    /// The next bytes of a picture. It counts only once an event or the document with its index comes.
    Picture(Picture<'a>),
    /// A picture that is not finished, as the JSON text of its event, with indices in place of pictures.
    Partial(&'a str),
    /// A finished picture, likewise.
    Image(&'a str),
    /// The end of a response, likewise, with all of it; only of calls that want all events.
    Completed(&'a str),
    /// Any other event, likewise; only of calls that want them.
    Event(&'a str),
    /// The whole reply, likewise.
    Document(&'a str),
    /// An event or a whole reply that brings no picture though it should, likewise: give its JSON to
    /// [`Session::explained`](super::Session::explained) before anything else.
    Unexplained(&'a str),
    /// The reply is complete, and was all that was asked for.
    Complete,
    /// It was not: what to do next.
    Step(Step),
}

/// The next bytes of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture<'a> {
    /// The bytes, and which picture they belong to.
    pub piece: Piece<'a>,
    /// What its header says, with the first bytes; `None` when they are no header that is known.
    pub info: Option<ImageInfo>,
}
