//! Why a call has no answer, as a record that JavaScript makes an `Error` of.

use super::packed::{END, Malformed, OBJECT, Pack, Writer};
#[cfg(feature = "extras")]
use crate::catalog::ExtendError;
#[cfg(feature = "extras")]
use crate::check::MigrateError;
#[cfg(feature = "extras")]
use crate::cost::CheapestError;
use crate::cost::CostError;
use crate::picture::Problem;
#[cfg(feature = "extras")]
use crate::request::batch::BatchError;
#[cfg(feature = "extras")]
use crate::request::runware::TranslateError;
use crate::text::concat;
use crate::wire::body::BodyError;

/// What the thrown `Error` will say. It goes out as an object with the single field `failure`.
#[derive(Debug)]
pub(super) struct Failure(Box<Record>);

#[derive(Debug)]
struct Record {
    /// The field it is about, as the API spells it; empty where it is about none.
    param: String,
    /// A stable word for it.
    code: &'static str,
    /// For a person.
    message: String,
    /// The format of the image it is about, where that much is known.
    format: Option<&'static str>,
}

impl Failure {
    fn new(param: &str, code: &'static str, message: &str) -> Self {
        Self(Box::new(Record { param: param.to_owned(), code, message: message.to_owned(), format: None }))
    }

    /// The caller gave something that cannot be worked with.
    pub(super) fn user(param: &str, message: &str) -> Self {
        Self::new(param, "invalid_argument", message)
    }
}

impl From<Malformed> for Failure {
    fn from(Malformed: Malformed) -> Self {
        Self::new(
            "",
            "mixed_versions",
            "the JavaScript and the .wasm of gpt-image-edge are of different versions; install the package again",
        )
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        let (param, code) = match &error {
            BodyError::FileInJson { param } => (param, "file_in_json"),
            BodyError::NotFinite { param } => (param, "not_finite"),
        };
        Self::new(param, code, &concat(&error.pieces()))
    }
}

impl From<CostError> for Failure {
    fn from(error: CostError) -> Self {
        let (param, code) = match error {
            CostError::UnknownModel => ("model", "unknown_model"),
            CostError::NoTokenPrices => ("model", "no_token_prices"),
            CostError::NotAnObject => ("usage", "invalid_type"),
            CostError::InvalidDetails(name) => (name, "invalid_type"),
            CostError::TooLarge => ("usage", "too_big"),
            CostError::InvalidCount(name) => (name, "invalid_count"),
            CostError::Inconsistent(name) => (name, "inconsistent"),
        };
        Self::new(param, code, &concat(&error.pieces()))
    }
}

#[cfg(feature = "extras")]
impl From<CheapestError> for Failure {
    fn from(error: CheapestError) -> Self {
        let (param, code) = match error {
            CheapestError::UnknownModel => ("model", "unknown_model"),
            CheapestError::NoRule => ("quality", "no_rule"),
            CheapestError::NoSize => ("ratio", "no_size"),
        };
        Self::new(param, code, error.text())
    }
}

#[cfg(feature = "extras")]
impl From<ExtendError> for Failure {
    fn from(error: ExtendError) -> Self {
        Self::new(&error.path, "invalid_entry", &error.text())
    }
}

#[cfg(feature = "extras")]
impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        let (param, code) = match error {
            MigrateError::Operation => ("operation", "not_migratable"),
            MigrateError::UnknownSource => ("model", "unknown_model"),
            MigrateError::NoReplacement => ("model", "no_replacement"),
            MigrateError::UnknownTarget => ("target", "unknown_model"),
        };
        Self::new(param, code, error.text())
    }
}

#[cfg(feature = "extras")]
impl From<TranslateError> for Failure {
    fn from(error: TranslateError) -> Self {
        let (param, code) = match error {
            TranslateError::Operation => ("operation", "not_translatable"),
            TranslateError::Model => ("model", "not_offered"),
            TranslateError::Files => ("image", "file_in_json"),
        };
        Self::new(param, code, error.text())
    }
}

#[cfg(feature = "extras")]
impl From<BatchError> for Failure {
    fn from(error: BatchError) -> Self {
        let code = match error {
            BatchError::Empty => "empty_batch",
            BatchError::TooManyLines(_) => "too_many_lines",
            BatchError::TooLarge(_) => "batch_too_large",
            BatchError::NoCustomId(_) => "no_custom_id",
            BatchError::DuplicateCustomId(_) => "duplicate_custom_id",
            BatchError::MixedUrls(_) => "mixed_urls",
            BatchError::NotJson(_) => "file_in_json",
        };
        Self::new("lines", code, &error.text())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let (format, before, after) = match problem {
            Problem::NotAnImage => {
                let message = "not an image that the API takes: the bytes are no PNG, JPEG, WebP or GIF";
                return Self::new("", problem.name(), message);
            }
            Problem::Truncated(format) => {
                (format, "the bytes end before the ", " header does: give more of the file")
            }
            Problem::Corrupt(format) => (format, "the ", " header is corrupt"),
        };
        let mut failure = Self::new("", problem.name(), &concat(&[before, format.name(), after]));
        failure.0.format = Some(format.name());
        failure
    }
}

impl Pack for Failure {
    fn pack(&self, out: &mut Writer) {
        let Self(record) = self;
        out.tag(OBJECT);
        out.text("failure");
        out.tag(OBJECT);
        out.text("param");
        out.text(&record.param);
        out.text("code");
        out.text(record.code);
        out.text("message");
        out.text(&record.message);
        if let Some(format) = record.format {
            out.text("format");
            out.text(format);
        }
        out.tag(END);
        out.tag(END);
    }
}
