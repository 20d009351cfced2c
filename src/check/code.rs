//! The closed table of codes.

use super::report::Severity;

/// Which rule a request broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// A field that the operation needs is absent.
    Required,
}

impl Code {
    /// How bad it is.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Required => Severity::Error,
        }
    }

    /// The word the JavaScript API uses. It never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
        }
    }
}
