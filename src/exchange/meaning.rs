//! What an error means: whose it is, whether it may pass, and whether it may have cost money.

use serde::{Serialize, Serializer};

use crate::wire::problem::ApiProblem;

/// Whose fault an error is; what to do about it follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The request is wrong: change it.
    User,
    /// The key or token is not accepted.
    Auth,
    /// The organisation or region may not do this: verify it, or choose another model.
    Account,
    /// The money or the budget is spent.
    Quota,
    /// Too many calls for now: wait.
    Rate,
    /// The prompt or the picture was refused.
    Moderation,
    /// The other side failed.
    Upstream,
    /// The connection failed.
    Network,
    /// It took too long.
    Timeout,
    /// The caller called it off.
    Aborted,
    /// The answer came, but not as agreed.
    Protocol,
}

impl Kind {
    /// The words of the JavaScript API, in the order of the kinds.
    const NAMES: [&'static str; 11] = [
        "user",
        "auth",
        "account",
        "quota",
        "rate",
        "moderation",
        "upstream",
        "network",
        "timeout",
        "aborted",
        "protocol",
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).copied().unwrap_or_default()
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit_variant("Kind", *self as u32, self.name())
    }
}

/// Whether a failed attempt has to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Billed {
    /// It provably made no picture.
    No,
    /// Nobody outside the API can tell; reckon with it.
    Unknown,
    /// At least a partial picture came back.
    Yes,
}

impl Billed {
    const NAMES: [&'static str; 3] = ["no", "unknown", "yes"];

    /// The word for it.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).copied().unwrap_or_default()
    }
}

impl Serialize for Billed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit_variant("Billed", *self as u32, self.name())
    }
}

/// Where a word stands that tells what an error is.
#[derive(Clone, Copy)]
enum Place {
    /// It is the code.
    Code,
    /// It is in the code.
    InCode,
    /// The code begins with it.
    Start,
    /// It is the type.
    Type,
}
use Place::{Code, InCode, Start, Type};

type Rule = (Place, &'static str, Kind);

/// Words that decide whatever the status is.
///
/// Codes that say the content was refused: `OpenAI`'s, of which `content_filter` is why a response is incomplete, and those
/// of `Runware/runware-typescript` 1.6.8. Codes that say the money is gone, though the status is that of a rate limit:
/// `OpenAI`'s error codes guide and what others captured (facts checked 2026-11-20).
const WITH_ANY_STATUS: &[Rule] = &[
    (Code, "moderation_blocked", Kind::Moderation),
    (Code, "content_policy_violation", Kind::Moderation),
    (Code, "image_content_policy_violation", Kind::Moderation),
    (Code, "content_filter", Kind::Moderation),
    (Code, "contentPolicyViolation", Kind::Moderation),
    (Code, "providerContentPolicyViolation", Kind::Moderation),
    (Code, "sensitiveContentDetected", Kind::Moderation),
    (Code, "unsafeContentDetected", Kind::Moderation),
    (Code, "nsfwContentDetected", Kind::Moderation),
    (Code, "promptBlocked", Kind::Moderation),
    (Code, "imageBlocked", Kind::Moderation),
    (Code, "moderationFailed", Kind::Moderation),
    (Code, "insufficient_quota", Kind::Quota),
    (Code, "credit_balance_exhausted", Kind::Quota),
    (Code, "organization_spend_limit_exceeded", Kind::Quota),
    (Code, "project_spend_limit_exceeded", Kind::Quota),
    (Code, "organization_usage_limit_exceeded", Kind::Quota),
    (Code, "billing_hard_limit_reached", Kind::Quota),
    (Type, "insufficient_quota", Kind::Quota),
];

/// Words that have to do where there is no status. Runware's are told apart as its own SDK does.
const WITHOUT_STATUS: &[Rule] = &[
    (Code, "rate_limit_exceeded", Kind::Rate),
    (Code, "slow_down", Kind::Rate),
    (Type, "rate_limit_error", Kind::Rate),
    (InCode, "RateLimit", Kind::Rate),
    (Code, "invalid_api_key", Kind::Auth),
    (Type, "authentication_error", Kind::Auth),
    (InCode, "ApiKey", Kind::Auth),
    (InCode, "Credits", Kind::Quota),
    (InCode, "Quota", Kind::Quota),
    (InCode, "Balance", Kind::Quota),
    (Type, "invalid_request_error", Kind::User),
    (Type, "image_generation_user_error", Kind::User),
    (Start, "invalid", Kind::User),
    (Start, "missing", Kind::User),
    (Start, "conflict", Kind::User),
    (Start, "duplicate", Kind::User),
    (Start, "unsupported", Kind::User),
];

/// What an error reply means. `status` is `None` where the error came inside a reply that had begun well: an error event
/// of a stream, or an error in a body of status 200.
pub fn of_problem(status: Option<u16>, problem: &ApiProblem) -> Kind {
    if problem.moderation.is_some() {
        return Kind::Moderation;
    }
    if let Some(kind) = by_word(WITH_ANY_STATUS, problem) {
        return kind;
    }
    match status {
        Some(401 | 407) => Kind::Auth,
        Some(402) => Kind::Quota,
        Some(403 | 451) => Kind::Account,
        // 408, 409 and 425 are about this attempt, not about the request.
        Some(408 | 409 | 425 | 500..) => Kind::Upstream,
        Some(429) => Kind::Rate,
        Some(400..=499) => Kind::User,
        Some(_) => Kind::Protocol,
        None => by_word(WITHOUT_STATUS, problem).unwrap_or(Kind::Upstream),
    }
}

/// What the first rule says that a problem keeps to.
fn by_word(rules: &[Rule], problem: &ApiProblem) -> Option<Kind> {
    let code = problem.code.as_deref().unwrap_or("").as_bytes();
    let name = problem.kind.as_deref().unwrap_or("").as_bytes();
    let keeps_to = |place: Place, word: &[u8]| match place {
        Code => code == word,
        InCode => (0..code.len()).any(|at| code.get(at..).is_some_and(|rest| rest.starts_with(word))),
        Start => code.starts_with(word),
        Type => name == word,
    };
    rules.iter().find(|(place, word, _)| keeps_to(*place, word.as_bytes())).map(|(_, _, kind)| *kind)
}

/// Whether an attempt that was refused with this has to be paid.
///
/// No refusal says that it was billed. A rate limit, a spent quota and a request that was not understood made no
/// picture; for what a moderation of the *output* costs there is no published rule (facts checked 2026-11-20).
pub fn billed(kind: Kind, status: Option<u16>, problem: &ApiProblem) -> Billed {
    let input_stage =
        problem.moderation.as_ref().and_then(|moderation| moderation.stage.as_deref()) == Some("input");
    match (kind, status) {
        (Kind::Moderation, _) if !input_stage => Billed::Unknown,
        (Kind::User | Kind::Auth | Kind::Account | Kind::Quota | Kind::Rate | Kind::Moderation, Some(_)) => {
            Billed::No
        }
        _ => Billed::Unknown,
    }
}

/// Whether the error of a failed `fetch` says that nothing was sent: its `code`, or its cause's, as Node, Deno and Bun
/// name it. Browsers and workerd say nothing of the kind, and their failures count as lost.
///
/// Only names of what fails before the first byte: a reset (`ECONNRESET`, `EPIPE`) may come after the request was read.
/// Source: Node's `common system errors` and undici's error classes.
pub fn never_sent(code: &str) -> bool {
    NEVER_SENT.contains(&code)
}

const NEVER_SENT: [&str; 12] = [
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
    "CERT_HAS_EXPIRED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "ConnectionRefused",
];

#[cfg(test)]
mod tests {
    use super::{Billed, Kind, billed, never_sent, of_problem};
    use crate::wire::problem::{ApiProblem, Moderation};

    fn problem(kind: &str, code: &str) -> ApiProblem {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        ApiProblem { message: "x".into(), kind: some(kind), code: some(code), ..ApiProblem::default() }
    }

    #[test]
    fn each_documented_error_has_its_kind() {
        for (status, kind, code, expected, cost) in [
            (400, "image_generation_user_error", "moderation_blocked", Kind::Moderation, Billed::Unknown),
            (
                400,
                "image_generation_user_error",
                "content_policy_violation",
                Kind::Moderation,
                Billed::Unknown,
            ),
            (400, "image_generation_user_error", "invalid_image_file", Kind::User, Billed::No),
            (400, "invalid_request_error", "unknown_parameter", Kind::User, Billed::No),
            (400, "", "billing_hard_limit_reached", Kind::Quota, Billed::No),
            (401, "invalid_request_error", "invalid_api_key", Kind::Auth, Billed::No),
            (402, "", "", Kind::Quota, Billed::No),
            (403, "invalid_request_error", "", Kind::Account, Billed::No),
            (404, "invalid_request_error", "model_not_found", Kind::User, Billed::No),
            (413, "", "", Kind::User, Billed::No),
            (429, "rate_limit_error", "rate_limit_exceeded", Kind::Rate, Billed::No),
            (429, "", "slow_down", Kind::Rate, Billed::No),
            (429, "insufficient_quota", "insufficient_quota", Kind::Quota, Billed::No),
            (429, "insufficient_quota", "credit_balance_exhausted", Kind::Quota, Billed::No),
            (408, "", "", Kind::Upstream, Billed::Unknown),
            (409, "", "", Kind::Upstream, Billed::Unknown),
            (500, "server_error", "server_error", Kind::Upstream, Billed::Unknown),
            (503, "server_error", "server_is_overloaded", Kind::Upstream, Billed::Unknown),
            (524, "", "", Kind::Upstream, Billed::Unknown),
            (302, "", "", Kind::Protocol, Billed::Unknown),
        ] {
            let problem = problem(kind, code);
            let found = of_problem(Some(status), &problem);
            assert_eq!(found, expected, "{status} {code}");
            assert_eq!(billed(found, Some(status), &problem), cost, "{status} {code}");
        }
    }

    #[test]
    fn errors_inside_a_reply_go_by_their_words() {
        for (kind, code, expected) in [
            ("", "server_error", Kind::Upstream),
            ("", "", Kind::Upstream),
            ("", "rate_limit_exceeded", Kind::Rate),
            ("image_generation_user_error", "moderation_blocked", Kind::Moderation),
            ("invalid_request_error", "", Kind::User),
            ("", "invalidApiKey", Kind::Auth),
            ("", "insufficientCredits", Kind::Quota),
            ("", "promptBlocked", Kind::Moderation),
            ("", "content_filter", Kind::Moderation),
            ("", "userRateLimitReached", Kind::Rate),
            ("", "missingParameter", Kind::User),
            ("", "providerTimeout", Kind::Upstream),
        ] {
            let problem = problem(kind, code);
            assert_eq!(of_problem(None, &problem), expected, "{kind} {code}");
            assert_eq!(billed(expected, None, &problem), Billed::Unknown);
        }
    }

    #[test]
    fn a_prompt_that_was_refused_before_drawing_costs_nothing() {
        let moderation = Some(Moderation { stage: Some("input".into()), categories: Vec::new() });
        let problem = ApiProblem { moderation, ..problem("", "moderation_blocked") };
        assert_eq!(billed(Kind::Moderation, Some(400), &problem), Billed::No);
    }

    #[test]
    fn a_reset_may_have_arrived() {
        assert!(never_sent("ECONNREFUSED") && never_sent("UND_ERR_CONNECT_TIMEOUT"));
        for code in ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "ETIMEDOUT", "", "AbortError"] {
            assert!(!never_sent(code), "{code}");
        }
    }
}
