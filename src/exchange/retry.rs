//! What may be sent again, when, and out of which budget.
//!
//! | what happened | through any server | with an idempotency key at our worker |
//! | --- | --- | --- |
//! | it was never sent (name, connection, certificate) | again | again |
//! | 429, not the quota | again, when the server says | again, when the server says |
//! | 500 or 503 within a second of sending | only if asked for | again |
//! | 408, 425, 500, 502, 503, 504, 52x | no: it may be billed | again |
//! | 409 that says when to come back: the same key is in use | no | again, when the server says |
//! | cut off, or silent for too long, after sending | no: it may be billed | again; a stream is resumed |
//! | a quota, 401, 403, 404, 400, moderation, 409, 413, 422 | no | no |
//! | unreadable, complete but empty, called off, total time over | no | no |
//!
//! `x-should-retry` of a server can only forbid. Source: `OpenAI` has no idempotency for paid calls (its SDKs leave the
//! header unset and send again all the same; facts checked 2026-11-20).

use super::call::{Outcome, Timeout};
use super::meaning::{self, Kind};

/// How a call is sent again.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Attempts after the first.
    pub max_retries: u32,
    /// Whether the server keeps the answer of an idempotency key, so that sending again cannot cost twice.
    pub idempotent: bool,
    /// Whether a 500 or 503 is sent again once when it came within [`EARLY_MS`] of sending: an image takes longer than
    /// that, so it is very unlikely to be billed. Off by default, as it is no proof.
    pub retry_early_errors: bool,
    /// A wait that the server asks for and that is longer than this, in milliseconds, ends the call instead.
    pub max_wait_ms: u64,
}

impl Default for Policy {
    /// Two retries (as the official SDKs), no idempotency, waits of up to a minute.
    fn default() -> Self {
        Self { max_retries: 2, idempotent: false, retry_early_errors: false, max_wait_ms: 60_000 }
    }
}

/// How soon after sending an error is an early one, in milliseconds.
pub const EARLY_MS: u64 = 1000;

/// Why an attempt may be repeated, which decides how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nothing was sent.
    NeverSent,
    /// The server is busy: let the minute pass.
    Busy,
    /// The server failed, or the connection did.
    Failed,
    /// It was too slow.
    Slow,
}

/// Whether an attempt that ended so may be sent again. `since_sent_ms` is how long ago it was sent.
pub fn cause(policy: &Policy, outcome: &Outcome, since_sent_ms: u64) -> Option<Cause> {
    match outcome {
        Outcome::NeverSent => Some(Cause::NeverSent),
        Outcome::Refused { status, problem, retry_after_ms, should_retry }
            if *should_retry != Some(false) =>
        {
            match meaning::of_problem(Some(*status), problem) {
                Kind::Rate => Some(Cause::Busy),
                Kind::Upstream if policy.idempotent => {
                    (*status != 409 || retry_after_ms.is_some()).then_some(Cause::Failed)
                }
                Kind::Upstream => {
                    let early = policy.retry_early_errors && since_sent_ms <= EARLY_MS;
                    (early && matches!(status, 500 | 503)).then_some(Cause::Failed)
                }
                _ => None,
            }
        }
        Outcome::Cut => policy.idempotent.then_some(Cause::Failed),
        Outcome::Late(Timeout::Connect | Timeout::Idle) => policy.idempotent.then_some(Cause::Slow),
        Outcome::Refused { .. }
        | Outcome::Late(Timeout::Total)
        | Outcome::Reported { .. }
        | Outcome::Unreadable { .. }
        | Outcome::Empty { .. }
        | Outcome::Aborted => None,
    }
}

/// How long to wait before the next attempt, in milliseconds. `dice` is a random number from 0 up to 1, `retries` how
/// many retries there were.
///
/// What the server asks for is kept, and up to a tenth more is added, so that many callers who were told the same do not
/// all come back at once. Otherwise the wait is anything up to a ceiling that doubles (full jitter).
pub fn wait_ms(cause: Cause, server_ms: Option<u64>, retries: u32, dice: f64) -> u64 {
    if let Some(asked) = server_ms {
        return asked.saturating_add(share(asked / 10, dice));
    }
    let (floor, first, most): (u64, u64, u64) = match cause {
        Cause::NeverSent => (100, 500, 2000),
        Cause::Busy => (500, 1000, 16_000),
        Cause::Failed | Cause::Slow => (200, 500, 8000),
    };
    // After six doublings every one of them is at its most.
    let ceiling = first.wrapping_shl(retries.min(6)).min(most);
    floor.saturating_add(share(ceiling.saturating_sub(floor), dice))
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "waits are far below 2^53, and the cast saturates"
)]
fn share(whole: u64, dice: f64) -> u64 {
    let dice = if dice.is_finite() { dice.clamp(0.0, 1.0) } else { 0.0 };
    (whole as f64 * dice) as u64
}

/// What retries are paid from, so that an outage is not met with a multiple of the calls. One for each server, shared
/// by all calls to it.
///
/// The numbers are the AWS SDKs' (`smithy-lang/smithy-typescript`, `util-retry/constants.ts`, checked 2026-11-20): 500
/// tokens, 5 for a retry, 10 for one after a timeout, and 1 back for a call that succeeds at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    tokens: u32,
}

const CAPACITY: u32 = 500;

impl Default for Budget {
    fn default() -> Self {
        Self::FULL
    }
}

impl Budget {
    /// What a server begins with.
    pub const FULL: Self = Self { tokens: CAPACITY };

    /// Takes what a retry costs; `None` when there is not enough.
    pub(super) fn pay(&mut self, cause: Cause) -> Option<u32> {
        let price = if cause == Cause::Slow { 10 } else { 5 };
        self.tokens = self.tokens.checked_sub(price)?;
        Some(price)
    }

    /// Gives back what the retry that led to success had cost, or one token for a call that needed none.
    pub(super) fn refund(&mut self, paid: u32) {
        self.tokens = self.tokens.saturating_add(paid.max(1)).min(CAPACITY);
    }

    /// Tokens that are left, of 500.
    pub const fn tokens(&self) -> u32 {
        self.tokens
    }
}

#[cfg(test)]
mod tests {
    use super::Cause::{Busy, Failed, NeverSent, Slow};
    use super::{Budget, Cause, Policy, cause, wait_ms};
    use crate::exchange::{Outcome, Timeout};
    use crate::wire::problem::ApiProblem;

    fn refused(status: u16, code: &str) -> Outcome {
        let problem = ApiProblem { message: "x".into(), code: Some(code.into()), ..ApiProblem::default() };
        Outcome::Refused { status, problem, retry_after_ms: None, should_retry: None }
    }

    #[test]
    fn the_table_is_kept() {
        let plain = Policy::default();
        let early = Policy { retry_early_errors: true, ..Policy::default() };
        let ours = Policy { idempotent: true, ..Policy::default() };
        for (outcome, after_ms, any, if_early, with_key) in [
            (Outcome::NeverSent, 5, Some(NeverSent), Some(NeverSent), Some(NeverSent)),
            (refused(429, "rate_limit_exceeded"), 5, Some(Busy), Some(Busy), Some(Busy)),
            (refused(429, "slow_down"), 5, Some(Busy), Some(Busy), Some(Busy)),
            (refused(429, "insufficient_quota"), 5, None, None, None),
            (refused(429, "project_spend_limit_exceeded"), 5, None, None, None),
            (refused(400, "invalid_value"), 5, None, None, None),
            (refused(400, "moderation_blocked"), 5, None, None, None),
            (refused(401, "invalid_api_key"), 5, None, None, None),
            (refused(403, ""), 5, None, None, None),
            (refused(404, "model_not_found"), 5, None, None, None),
            (refused(409, ""), 5, None, None, None),
            (refused(413, ""), 5, None, None, None),
            (refused(422, ""), 5, None, None, None),
            (refused(302, ""), 5, None, None, None),
            (refused(408, ""), 5, None, None, Some(Failed)),
            (refused(425, ""), 5, None, None, Some(Failed)),
            (refused(500, ""), 1000, None, Some(Failed), Some(Failed)),
            (refused(503, "server_is_overloaded"), 900, None, Some(Failed), Some(Failed)),
            (refused(500, ""), 1001, None, None, Some(Failed)),
            (refused(502, ""), 5, None, None, Some(Failed)),
            (refused(504, ""), 5, None, None, Some(Failed)),
            (refused(524, ""), 100_000, None, None, Some(Failed)),
            (Outcome::Cut, 5, None, None, Some(Failed)),
            (Outcome::Late(Timeout::Connect), 5, None, None, Some(Slow)),
            (Outcome::Late(Timeout::Idle), 5, None, None, Some(Slow)),
            (Outcome::Late(Timeout::Total), 5, None, None, None),
            (Outcome::Aborted, 5, None, None, None),
            (Outcome::Empty { has_url: false }, 5, None, None, None),
            (Outcome::Unreadable { message: "x".into(), code: "invalid_json" }, 5, None, None, None),
            (
                Outcome::Reported {
                    problem: ApiProblem { message: "x".into(), ..ApiProblem::default() },
                    images: 1,
                },
                5,
                None,
                None,
                None,
            ),
        ] {
            assert_eq!(cause(&plain, &outcome, after_ms), any, "{outcome:?}");
            assert_eq!(cause(&early, &outcome, after_ms), if_early, "{outcome:?} early");
            assert_eq!(cause(&ours, &outcome, after_ms), with_key, "{outcome:?} with a key");
        }
    }

    #[test]
    fn a_server_can_forbid_but_not_demand() {
        for (status, answer, expected) in [
            (429, Some(false), None),
            (429, Some(true), Some(Cause::Busy)),
            (500, Some(true), None),
            (400, Some(true), None),
        ] {
            let problem = ApiProblem { message: "x".into(), ..ApiProblem::default() };
            let outcome = Outcome::Refused { status, problem, retry_after_ms: None, should_retry: answer };
            assert_eq!(cause(&Policy::default(), &outcome, 5), expected, "{status} {answer:?}");
        }
    }

    #[test]
    fn a_key_in_use_is_waited_for_where_it_is_kept() {
        let ours = Policy { idempotent: true, ..Policy::default() };
        for (policy, retry_after_ms, expected) in [
            (&ours, Some(1000), Some(Cause::Failed)),
            (&ours, None, None),
            (&Policy::default(), Some(1000), None),
        ] {
            let problem = ApiProblem { message: "x".into(), ..ApiProblem::default() };
            let outcome = Outcome::Refused { status: 409, problem, retry_after_ms, should_retry: None };
            assert_eq!(cause(policy, &outcome, 5), expected, "{retry_after_ms:?}");
        }
    }

    #[test]
    fn waits_grow_to_a_ceiling_and_are_spread() {
        for (kind, retries, dice, expected) in [
            (Cause::NeverSent, 0, 0.0, 100),
            (Cause::NeverSent, 0, 1.0, 500),
            (Cause::NeverSent, 9, 1.0, 2000),
            (Cause::Busy, 0, 0.0, 500),
            (Cause::Busy, 0, 1.0, 1000),
            (Cause::Busy, 3, 0.5, 4250),
            (Cause::Busy, 200, 1.0, 16_000),
            (Cause::Failed, 1, 1.0, 1000),
            (Cause::Failed, 64, 1.0, 8000),
            (Cause::Failed, 64, f64::NAN, 200),
            (Cause::Failed, 0, 7.0, 500),
        ] {
            assert_eq!(wait_ms(kind, None, retries, dice), expected, "{kind:?} {retries} {dice}");
        }
        assert_eq!(wait_ms(Cause::Busy, Some(2000), 0, 0.0), 2000);
        assert_eq!(wait_ms(Cause::Busy, Some(2000), 5, 1.0), 2200);
        assert_eq!(wait_ms(Cause::Busy, Some(0), 0, 0.9), 0);
    }

    #[test]
    fn an_outage_empties_the_budget_and_success_fills_it() {
        let mut budget = Budget::default();
        let retries = std::iter::from_fn(|| budget.pay(Cause::Failed)).count();
        assert_eq!(retries, 100);
        assert_eq!(budget.pay(Cause::Failed), None);
        budget.refund(5);
        budget.refund(0);
        assert_eq!(budget.tokens(), 6);
        assert_eq!(budget.pay(Cause::Slow), None);
        (0..1000).for_each(|_| budget.refund(0));
        assert_eq!(budget.tokens(), 500);
    }
}
