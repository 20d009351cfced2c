//! What is wrong with a request.

pub mod code;
pub mod context;
pub mod report;

pub use code::Code;
pub use context::{Context, ImageFacts, Transparency};
pub use report::{Applicability, Change, Fix, Issue, PathItem, Report, Severity};
