//! Why a call has no answer.

use serde::{Serialize, Serializer};

use super::meaning::{Billed, Kind};
use crate::wire::problem::{ApiProblem, Moderation};

/// Why a call has no answer; what an `ImageApiError` is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What to do about it follows from this.
    pub kind: Kind,
    /// The status of the answer, where one came.
    pub status: Option<u16>,
    /// Message, type, param, code and moderation.
    pub problem: ApiProblem,
    /// Whether the same request may be sent again later without paying twice, and might then succeed.
    pub retryable: bool,
    /// How long the server asks to wait, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Whether the last attempt has to be paid.
    pub billed: Billed,
    /// How often it was sent.
    pub attempts: u32,
}

/// One flat object with the fields of the problem among its own.
impl Serialize for Failure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Record<'a> {
            kind: Kind,
            #[serde(skip_serializing_if = "Option::is_none")]
            status: Option<u16>,
            message: &'a str,
            #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
            problem_type: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            param: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            code: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            moderation: Option<&'a Moderation>,
            retryable: bool,
            #[serde(rename = "retryAfterMs", skip_serializing_if = "Option::is_none")]
            retry_after_ms: Option<u64>,
            billed: Billed,
            attempts: u32,
        }
        let problem = &self.problem;
        Record {
            kind: self.kind,
            status: self.status,
            message: &problem.message,
            problem_type: problem.kind.as_deref(),
            param: problem.param.as_deref(),
            code: problem.code.as_deref(),
            moderation: problem.moderation.as_ref(),
            retryable: self.retryable,
            retry_after_ms: self.retry_after_ms,
            billed: self.billed,
            attempts: self.attempts,
        }
        .serialize(serializer)
    }
}
