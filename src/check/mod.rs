//! What is wrong with a request: every problem at once, in the order of the documentation, each with its fix.

mod accepted;
#[cfg(feature = "extras")]
mod batch;
mod checker;
mod choice;
pub mod code;
mod combination;
pub mod context;
mod images;
mod lifecycle;
mod message;
#[cfg(feature = "extras")]
mod migrate;
mod nested;
mod normalize;
mod prompt;
mod references;
pub mod report;
#[cfg(feature = "extras")]
mod respond;
#[cfg(feature = "extras")]
mod runware;
mod serialize;
mod shape;
mod size;
mod svg;

pub use accepted::{Accepted, accepted};
pub use code::Code;
pub use context::{Context, ImageFacts, Transparency};
#[cfg(feature = "extras")]
pub use migrate::{MigrateError, Migrated, migrate};
pub use normalize::{Normalized, normalize};
pub use report::{Applicability, Change, Fix, Issue, PathItem, Report, Severity};

use crate::catalog::Catalog;
use crate::request::{Field, Operation, Value};
use checker::Checker;

/// Checks a request by every rule.
///
/// Linear in the size of the request, and allocates only for what it finds.
pub fn check(operation: Operation, request: &Value, context: &Context, catalog: &Catalog) -> Report {
    let mut checker = Checker::new(operation, request, context, catalog);
    if shape::is_object(&mut checker) {
        match operation {
            Operation::Generate | Operation::Edit => images_api(&mut checker),
            #[cfg(feature = "extras")]
            Operation::Respond => respond::check(&mut checker),
            #[cfg(feature = "extras")]
            Operation::Runware => runware::check(&mut checker),
            #[cfg(feature = "extras")]
            Operation::Batch => batch::check(&mut checker),
        }
    }
    Report { issues: checker.issues }
}

/// The rules of `/images/generations` and `/images/edits`, in the order of the fields.
pub(crate) fn images_api(checker: &mut Checker<'_>) {
    shape::keys(checker, &[]);
    prompt::check(checker);
    if checker.operation == Operation::Edit {
        images::check(checker);
    }
    if checker.fields.raw(Field::Model).is_none() || shape::typed(checker, Field::Model) {
        lifecycle::check(checker);
    }
    choice::check(checker, Field::N);
    parameters(checker);
    for field in [Field::Stream, Field::SafetyIdentifier, Field::User, Field::ResponseFormat, Field::Style] {
        choice::check(checker, field);
    }
    let model = checker.model;
    if let Some(model) = model {
        if model.streaming.is_refused() && checker.fields.raw(Field::Stream).is_some() {
            choice::unsupported(checker, Field::Stream);
        }
        combination::mask_and_markup(checker, model);
    }
    combination::streaming(checker, model);
    combination::user(checker);
}

/// The rules of what the Images API and the Responses tool have in common.
fn parameters(checker: &mut Checker<'_>) {
    size::check(checker);
    for field in [
        Field::Quality,
        Field::Background,
        Field::OutputFormat,
        Field::OutputCompression,
        Field::InputFidelity,
        Field::Moderation,
        Field::PartialImages,
        Field::Complexity,
        Field::FrameCount,
        Field::FrameDurationMs,
    ] {
        choice::check(checker, field);
    }
    svg::check(checker);
    if let Some(model) = checker.model {
        combination::transparency(checker, model);
        combination::preview_format(checker, model);
        combination::compression(checker, model);
        combination::formats(checker, model);
    }
}
