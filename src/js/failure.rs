//! Why a call has no answer, as a record that JavaScript makes an `Error` of.

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use super::packed::Malformed;
#[cfg(feature = "extras")]
use crate::catalog::ExtendError;
#[cfg(feature = "extras")]
use crate::check::MigrateError;
use crate::cost::{CheapestError, CostError};
use crate::picture::Problem;
#[cfg(feature = "extras")]
use crate::request::batch::BatchError;
#[cfg(feature = "extras")]
use crate::request::runware::TranslateError;
use crate::wire::body::BodyError;

/// What the thrown `Error` will say. It goes out as an object with the single field `failure`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// The field it is about, as the API spells it; empty where it is about none.
    pub(super) param: String,
    /// A stable word for it.
    pub(super) code: &'static str,
    /// For a person.
    pub(super) message: String,
    /// The format of the image it is about, where that much is known.
    pub(super) format: Option<&'static str>,
}

impl Failure {
    /// The caller gave something that cannot be worked with.
    pub(super) fn user(param: &str, message: &str) -> Self {
        Self { param: param.to_owned(), code: "invalid_argument", message: message.to_owned(), format: None }
    }
}

impl From<Malformed> for Failure {
    fn from(Malformed: Malformed) -> Self {
        Self {
            param: String::new(),
            code: "mixed_versions",
            message: "the JavaScript and the .wasm of gpt-image-edge are of different versions; install the package again"
                .to_owned(),
            format: None,
        }
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        let message = error.pieces().concat();
        let (param, code) = match error {
            BodyError::FileInJson { param } => (param, "file_in_json"),
            BodyError::NotFinite { param } => (param, "not_finite"),
        };
        Self { param, code, message, format: None }
    }
}

impl From<CostError> for Failure {
    fn from(error: CostError) -> Self {
        let message = error.to_string();
        let (param, code) = match error {
            CostError::UnknownModel => ("model", "unknown_model"),
            CostError::NoTokenPrices => ("model", "no_token_prices"),
            CostError::NotAnObject => ("usage", "invalid_type"),
            CostError::InvalidDetails(name) => (name, "invalid_type"),
            CostError::TooLarge => ("usage", "too_big"),
            CostError::InvalidCount(name) => (name, "invalid_count"),
            CostError::Inconsistent(name) => (name, "inconsistent"),
        };
        Self { param: param.to_owned(), code, message, format: None }
    }
}

impl From<CheapestError> for Failure {
    fn from(error: CheapestError) -> Self {
        let (param, code) = match error {
            CheapestError::UnknownModel => ("model", "unknown_model"),
            CheapestError::NoRule => ("quality", "no_rule"),
            CheapestError::NoSize => ("ratio", "no_size"),
        };
        Self { param: param.to_owned(), code, message: error.to_string(), format: None }
    }
}

#[cfg(feature = "extras")]
impl From<ExtendError> for Failure {
    fn from(error: ExtendError) -> Self {
        let message = error.to_string();
        Self { param: error.path, code: "invalid_entry", message, format: None }
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
        Self { param: param.to_owned(), code, message: error.to_string(), format: None }
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
        Self { param: param.to_owned(), code, message: error.to_string(), format: None }
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
        Self { param: "lines".to_owned(), code, message: error.to_string(), format: None }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let message = match problem {
            Problem::NotAnImage => {
                "not an image that the API takes: the bytes are no PNG, JPEG, WebP or GIF".to_owned()
            }
            Problem::Truncated(format) => {
                format!("the bytes end before the {} header does: give more of the file", format.name())
            }
            Problem::Corrupt(format) => format!("the {} header is corrupt", format.name()),
        };
        let format = match problem {
            Problem::NotAnImage => None,
            Problem::Truncated(format) | Problem::Corrupt(format) => Some(format.name()),
        };
        Self { param: String::new(), code: problem.name(), message, format }
    }
}

impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Record<'a>(&'a Failure);

        impl Serialize for Record<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let Self(failure) = self;
                let mut out = serializer.serialize_map(None)?;
                out.serialize_entry("param", &failure.param)?;
                out.serialize_entry("code", failure.code)?;
                out.serialize_entry("message", &failure.message)?;
                if let Some(format) = failure.format {
                    out.serialize_entry("format", format)?;
                }
                out.end()
            }
        }

        let mut out = serializer.serialize_struct("Failed", 1)?;
        out.serialize_field("failure", &Record(self))?;
        out.end()
    }
}
