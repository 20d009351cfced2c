//! One call with all its attempts.

use super::failure::Failure;
use super::meaning::{self, Billed, Kind};
use super::retry::{self, Budget, Cause, Policy};
use crate::wire::problem::ApiProblem;
use crate::wire::scan::{ScanError, ScanErrorKind};

/// How long a call may take. Times are milliseconds; `None` is as long as it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// For the whole call: all attempts and waits.
    pub total_ms: Option<u64>,
    /// From sending an attempt to the headers of its answer. Only for streams, and servers that answer before the
    /// picture is ready: otherwise the headers come with the picture, after up to two minutes.
    pub connect_ms: Option<u64>,
    /// Between two signs of life of an answer that has begun; a heartbeat is one.
    pub idle_ms: Option<u64>,
}

impl Default for Deadlines {
    /// Ten minutes in all, as the official SDKs; nothing else.
    fn default() -> Self {
        Self { total_ms: Some(600_000), connect_ms: None, idle_ms: None }
    }
}

/// Which time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timeout {
    /// [`Deadlines::total_ms`].
    Total,
    /// [`Deadlines::connect_ms`].
    Connect,
    /// [`Deadlines::idle_ms`].
    Idle,
}

/// How an attempt ended without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Provably before anything was sent ([`meaning::never_sent`]).
    NeverSent,
    /// With a status that is no success.
    Refused {
        /// The status.
        status: u16,
        /// What the body says.
        problem: ApiProblem,
        /// How long the server asks to wait ([`crate::wire::headers::retry_after_ms`]).
        retry_after_ms: Option<u64>,
        /// What the server says about sending again ([`crate::wire::headers::should_retry`]).
        should_retry: Option<bool>,
    },
    /// The connection failed after sending, or the answer ended early.
    Cut,
    /// A time was over.
    Late(Timeout),
    /// An error inside an answer that had begun well: an error event, or an error in a body of status 200.
    Reported {
        /// What it says.
        problem: ApiProblem,
        /// How many images, partial ones included, came before it.
        images: u32,
    },
    /// The answer is not what was agreed.
    Unreadable {
        /// What is wrong with it.
        message: String,
        /// A stable word for it.
        code: &'static str,
    },
    /// A success without a picture.
    Empty {
        /// Whether there is an address in place of the bytes.
        has_url: bool,
    },
    /// The caller called it off.
    Aborted,
}

/// A reply that ends early was cut; anything else that stops a scanner is not what was agreed.
impl From<ScanError> for Outcome {
    fn from(error: ScanError) -> Self {
        match error.kind {
            ScanErrorKind::Truncated => Self::Cut,
            kind => Self::Unreadable { message: error.message(), code: kind.name() },
        }
    }
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send the request.
    Send(Attempt),
    /// Do nothing until [`Call::wake`] at this time.
    Wait {
        /// When, on the clock of the call.
        until_ms: u64,
    },
    /// Give up.
    Fail(Box<Failure>),
}

/// A time to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// Whether to ask for the rest of a stream that had begun, with `Last-Event-ID`.
    pub resume: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Not begun, or waiting to send at this time.
    Waiting(u64),
    /// Sent, at this time.
    Connecting(u64),
    /// Answering: sent, and last alive, at these times.
    Receiving(u64, u64),
    Ended,
}

/// Later than any time.
const NEVER: u64 = u64::MAX;

/// So long after a time; [`NEVER`] when there is no limit.
fn after(start_ms: u64, length_ms: Option<u64>) -> u64 {
    length_ms.map_or(NEVER, |length| start_ms.saturating_add(length))
}

/// One call. All times are milliseconds of one clock that never goes back, such as `performance.now()`.
///
/// ```
/// use gpt_image_edge::exchange::retry::{Budget, Policy};
/// use gpt_image_edge::exchange::{Call, Deadlines, Outcome, Step};
///
/// let mut budget = Budget::default();
/// let (mut call, first) = Call::begin(Policy::default(), Deadlines::default(), 0);
/// assert!(matches!(first, Step::Send(attempt) if attempt.number == 1));
/// let Step::Wait { until_ms } = call.ended(Outcome::NeverSent, 3, 0.5, &mut budget) else { panic!() };
/// assert!(matches!(call.wake(until_ms, 0.5, &mut budget), Some(Step::Send(attempt)) if attempt.number == 2));
/// call.headers(400);
/// call.succeeded(&mut budget);
/// ```
#[derive(Clone, Debug)]
pub struct Call {
    policy: Policy,
    deadlines: Deadlines,
    begun_ms: u64,
    attempts: u32,
    phase: Phase,
    /// What the last retry cost.
    paid: u32,
    resume: bool,
    /// What the attempt before the present wait ended in, for when the time is over meanwhile.
    last: Option<Box<Failure>>,
}

impl Call {
    /// Begins a call at `now_ms`; the step is to send.
    pub fn begin(policy: Policy, deadlines: Deadlines, now_ms: u64) -> (Self, Step) {
        let mut call = Self {
            policy,
            deadlines,
            begun_ms: now_ms,
            attempts: 0,
            phase: Phase::Waiting(now_ms),
            paid: 0,
            resume: false,
            last: None,
        };
        let step = call.send(now_ms);
        (call, step)
    }

    fn send(&mut self, now_ms: u64) -> Step {
        self.attempts = self.attempts.saturating_add(1);
        self.phase = Phase::Connecting(now_ms);
        Step::Send(Attempt { number: self.attempts, resume: self.resume })
    }

    /// The headers of a success came.
    pub fn headers(&mut self, now_ms: u64) {
        if let Phase::Connecting(sent_ms) = self.phase {
            self.phase = Phase::Receiving(sent_ms, now_ms);
        }
    }

    /// The server has shown that it keeps the answer of this call: from now on sending again cannot cost twice.
    pub fn keeps_answers(&mut self) {
        self.policy.idempotent = true;
    }

    /// A part of the answer came, be it a heartbeat.
    pub fn alive(&mut self, now_ms: u64) {
        if let Phase::Receiving(_, alive_ms) = &mut self.phase {
            *alive_ms = now_ms;
        }
    }

    /// The answer is complete.
    pub fn succeeded(&mut self, budget: &mut Budget) {
        if self.phase != Phase::Ended {
            budget.refund(self.paid);
            self.phase = Phase::Ended;
        }
    }

    /// When [`Self::wake`] must be called if nothing else happens before; `None` when nothing is due.
    pub fn wake_at_ms(&self) -> Option<u64> {
        let at = self.phase_ends_ms().min(self.call_ends_ms());
        if self.phase == Phase::Ended || at == NEVER { None } else { Some(at) }
    }

    /// When the present phase has taken too long, or a wait is over.
    fn phase_ends_ms(&self) -> u64 {
        match self.phase {
            Phase::Ended => NEVER,
            Phase::Waiting(until) => until,
            Phase::Connecting(sent) => after(sent, self.deadlines.connect_ms),
            Phase::Receiving(_, alive) => after(alive, self.deadlines.idle_ms),
        }
    }

    /// When the whole call has taken too long.
    fn call_ends_ms(&self) -> u64 {
        after(self.begun_ms, self.deadlines.total_ms)
    }

    /// What is due by now: to send again after a wait, or that a time is over. After [`Outcome::Late`] came of it, the
    /// attempt that is under way must be aborted. `dice` is a random number from 0 up to 1.
    pub fn wake(&mut self, now_ms: u64, dice: f64, budget: &mut Budget) -> Option<Step> {
        if now_ms < self.wake_at_ms()? {
            return None;
        }
        let late = match self.phase {
            _ if now_ms >= self.call_ends_ms() => Timeout::Total,
            Phase::Waiting(_) => return Some(self.send(now_ms)),
            Phase::Connecting(_) => Timeout::Connect,
            Phase::Receiving(..) | Phase::Ended => Timeout::Idle,
        };
        Some(self.ended(Outcome::Late(late), now_ms, dice, budget))
    }

    /// An attempt ended without an answer, or the call was called off. `dice` is a random number from 0 up to 1.
    pub fn ended(&mut self, outcome: Outcome, now_ms: u64, dice: f64, budget: &mut Budget) -> Step {
        let (sent_ms, had_begun) = match self.phase {
            Phase::Connecting(sent) => (sent, false),
            Phase::Receiving(sent, _) => (sent, true),
            Phase::Waiting(_) | Phase::Ended => (now_ms, false),
        };
        let under_way = matches!(self.phase, Phase::Connecting(_) | Phase::Receiving(..));
        let again = retry::cause(&self.policy, &outcome, now_ms.saturating_sub(sent_ms));
        let failure = Box::new(self.failure(outcome, again.is_some()));
        if under_way && let Some(until_ms) = self.again(again, failure.retry_after_ms, now_ms, dice, budget) {
            self.resume = self.resume || (self.policy.idempotent && had_begun);
            self.last = Some(failure);
            self.phase = Phase::Waiting(until_ms);
            return Step::Wait { until_ms };
        }
        self.phase = Phase::Ended;
        Step::Fail(failure)
    }

    /// Pays for sending again, and says when; `None` when it is not to be.
    fn again(
        &mut self,
        cause: Option<Cause>,
        asked_ms: Option<u64>,
        now_ms: u64,
        dice: f64,
        budget: &mut Budget,
    ) -> Option<u64> {
        let retries = self.attempts.saturating_sub(1);
        if retries >= self.policy.max_retries || asked_ms.is_some_and(|ms| ms > self.policy.max_wait_ms) {
            return None;
        }
        let cause = cause?;
        let until = now_ms.saturating_add(retry::wait_ms(cause, asked_ms, retries, dice));
        // A wait that outlasts the call would only hide what went wrong.
        if until >= self.call_ends_ms() {
            return None;
        }
        self.paid = budget.pay(cause)?;
        Some(until)
    }

    fn failure(&self, outcome: Outcome, retryable: bool) -> Failure {
        // Between two attempts nothing is under way: what it may have cost is what the last one may have cost.
        let last = self.last.as_deref().filter(|_| matches!(self.phase, Phase::Waiting(_)));
        let mut billed = last.map_or(Billed::Unknown, |last| last.billed);
        let (mut status, mut retry_after_ms) = (None, None);
        let (kind, problem) = match outcome {
            Outcome::Refused { status: refused, problem, retry_after_ms: asked, .. } => {
                (status, retry_after_ms) = (Some(refused), asked);
                let kind = meaning::of_problem(status, &problem);
                billed = meaning::billed(kind, status, &problem);
                (kind, problem)
            }
            Outcome::Reported { problem, images } => {
                let kind = meaning::of_problem(None, &problem);
                billed = if images > 0 { Billed::Yes } else { meaning::billed(kind, None, &problem) };
                (kind, problem)
            }
            Outcome::Unreadable { message, code } => (Kind::Protocol, problem(message, code)),
            silent => {
                let (kind, code, message) = match silent {
                    Outcome::NeverSent => {
                        billed = Billed::No;
                        &NEVER_SENT
                    }
                    Outcome::Empty { has_url: true } => {
                        billed = Billed::Yes;
                        &URL_RESULT
                    }
                    Outcome::Empty { has_url: false } => &EMPTY_RESULT,
                    Outcome::Late(Timeout::Total) => &TOTAL_TIMEOUT,
                    Outcome::Late(Timeout::Connect) => &CONNECT_TIMEOUT,
                    Outcome::Late(Timeout::Idle) => &IDLE_TIMEOUT,
                    Outcome::Aborted => &ABORTED,
                    _ => &CUT,
                };
                let mut message = (*message).to_owned();
                if *kind == Kind::Timeout
                    && let Some(last) = last
                {
                    message.push_str(" while waiting to send again after: ");
                    message.push_str(&last.problem.message);
                    status = last.status;
                }
                (*kind, problem(message, code))
            }
        };
        let attempts = self.attempts;
        Failure { kind, status, problem, retryable, retry_after_ms, billed, attempts }
    }
}

fn problem(message: String, code: &str) -> ApiProblem {
    ApiProblem { message, code: Some(code.to_owned()), ..ApiProblem::default() }
}

/// What an outcome that says nothing itself is told as: its kind, code and message.
type Told = (Kind, &'static str, &'static str);

const NEVER_SENT: Told =
    (Kind::Network, "connection_failed", "the server could not be reached; nothing was sent");
const CUT: Told = (
    Kind::Network,
    "connection_lost",
    "the connection was lost before the answer was complete; it may have been billed",
);
const TOTAL_TIMEOUT: Told = (Kind::Timeout, "total_timeout", "the call took longer than timeout");
const CONNECT_TIMEOUT: Told = (Kind::Timeout, "connect_timeout", "no answer began within connectTimeout");
const IDLE_TIMEOUT: Told =
    (Kind::Timeout, "idle_timeout", "the answer fell silent for longer than idleTimeout");
const EMPTY_RESULT: Told =
    (Kind::Protocol, "empty_result", "the server answered with success, but without a picture");
const URL_RESULT: Told = (
    Kind::Protocol,
    "url_result",
    "the server answered with the address of a picture instead of its bytes; this package does not fetch it",
);
const ABORTED: Told = (Kind::Aborted, "aborted", "the call was aborted");

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "small numbers")]
mod tests {
    use super::{Attempt, Call, Deadlines, Failure, Outcome, Step, Timeout};
    use crate::exchange::retry::{Budget, Policy};
    use crate::exchange::{Billed, Kind};
    use crate::wire::problem::ApiProblem;
    use crate::wire::scan::{ScanError, ScanErrorKind};

    fn refused(status: u16, code: &str, retry_after_ms: Option<u64>) -> Outcome {
        let problem = ApiProblem { message: "no".into(), code: Some(code.into()), ..ApiProblem::default() };
        Outcome::Refused { status, problem, retry_after_ms, should_retry: None }
    }

    fn failure(step: Step) -> Failure {
        let Step::Fail(failure) = step else { panic!("{step:?}") };
        *failure
    }

    fn wait(step: &Step) -> u64 {
        let &Step::Wait { until_ms } = step else { panic!("{step:?}") };
        until_ms
    }

    const OURS: Policy =
        Policy { max_retries: 2, idempotent: true, retry_early_errors: false, max_wait_ms: 60_000 };

    #[test]
    fn a_rate_limit_then_success() {
        let mut budget = Budget::default();
        let (mut call, first) = Call::begin(Policy::default(), Deadlines::default(), 1000);
        assert_eq!(first, Step::Send(Attempt { number: 1, resume: false }));
        let until =
            wait(&call.ended(refused(429, "rate_limit_exceeded", Some(2000)), 1200, 0.5, &mut budget));
        assert_eq!(until, 1200 + 2000 + 100);
        assert_eq!(call.wake_at_ms(), Some(until));
        assert_eq!(call.wake(until - 1, 0.5, &mut budget), None);
        assert_eq!(
            call.wake(until, 0.5, &mut budget),
            Some(Step::Send(Attempt { number: 2, resume: false }))
        );
        assert_eq!(budget.tokens(), 495);
        call.headers(9000);
        call.succeeded(&mut budget);
        assert_eq!(budget.tokens(), 500);
        assert_eq!(call.wake_at_ms(), None);
        assert_eq!(call.wake(u64::MAX, 0.5, &mut budget), None);
    }

    #[test]
    fn retries_end_and_the_last_error_is_told() {
        let mut budget = Budget::default();
        let (mut call, _) = Call::begin(Policy::default(), Deadlines::default(), 0);
        for expected in [2, 3] {
            let until = wait(&call.ended(Outcome::NeverSent, 0, 0.0, &mut budget));
            let step = call.wake(until, 0.5, &mut budget);
            assert_eq!(step, Some(Step::Send(Attempt { number: expected, resume: false })));
        }
        let failure = failure(call.ended(Outcome::NeverSent, 0, 0.0, &mut budget));
        assert_eq!((failure.kind, failure.attempts, failure.billed), (Kind::Network, 3, Billed::No));
        assert!(failure.retryable);
    }

    #[test]
    fn what_may_have_been_billed_is_not_sent_again() {
        for outcome in [
            Outcome::Cut,
            Outcome::Late(Timeout::Idle),
            refused(500, "server_error", None),
            refused(524, "", Some(1)),
        ] {
            let mut budget = Budget::default();
            let (mut call, _) = Call::begin(Policy::default(), Deadlines::default(), 0);
            let failure = failure(call.ended(outcome.clone(), 90_000, 0.5, &mut budget));
            assert!(!failure.retryable, "{outcome:?}");
            assert_eq!(failure.billed, Billed::Unknown, "{outcome:?}");
            assert_eq!(budget, Budget::default());
        }
    }

    #[test]
    fn with_a_key_a_cut_stream_is_resumed() {
        let mut budget = Budget::default();
        let (mut call, _) = Call::begin(OURS, Deadlines::default(), 0);
        let until = wait(&call.ended(Outcome::Cut, 10, 0.0, &mut budget));
        assert_eq!(
            call.wake(until, 0.5, &mut budget),
            Some(Step::Send(Attempt { number: 2, resume: false }))
        );
        call.headers(500);
        let until = wait(&call.ended(Outcome::Cut, 600, 0.0, &mut budget));
        assert_eq!(call.wake(until, 0.5, &mut budget), Some(Step::Send(Attempt { number: 3, resume: true })));
        let failure = failure(call.ended(Outcome::Cut, 5000, 0.0, &mut budget));
        assert!(failure.retryable);
        assert_eq!(failure.attempts, 3);
    }

    #[test]
    fn a_server_that_shows_that_it_keeps_answers_is_asked_again() {
        let mut budget = Budget::default();
        let (mut call, _) = Call::begin(Policy::default(), Deadlines::default(), 0);
        call.headers(500);
        call.keeps_answers();
        let until = wait(&call.ended(Outcome::Cut, 600, 0.0, &mut budget));
        assert_eq!(call.wake(until, 0.5, &mut budget), Some(Step::Send(Attempt { number: 2, resume: true })));
    }

    #[test]
    fn a_wait_longer_than_allowed_or_than_the_call_fails_at_once() {
        for (asked, total, fails) in [
            (Some(60_000), None, false),
            (Some(60_001), None, true),
            (Some(5000), Some(5000), true),
            (Some(5000), Some(6000), false),
            (None, Some(400), true),
        ] {
            let mut budget = Budget::default();
            let deadlines = Deadlines { total_ms: total, connect_ms: None, idle_ms: None };
            let (mut call, _) = Call::begin(Policy::default(), deadlines, 0);
            let step = call.ended(refused(429, "rate_limit_exceeded", asked), 0, 0.0, &mut budget);
            assert_eq!(matches!(step, Step::Fail(_)), fails, "{asked:?} {total:?}");
            if fails {
                let failure = failure(step);
                assert_eq!(
                    (failure.kind, failure.retry_after_ms, failure.retryable),
                    (Kind::Rate, asked, true)
                );
            }
        }
    }

    #[test]
    fn each_deadline_is_kept_to_the_millisecond() {
        let deadlines = Deadlines { total_ms: Some(10_000), connect_ms: Some(500), idle_ms: Some(300) };
        let mut budget = Budget::default();
        let start = || Call::begin(Policy::default(), deadlines.clone(), 100).0;

        let mut call = start();
        assert_eq!(call.wake_at_ms(), Some(600));
        assert_eq!(call.wake(599, 0.5, &mut budget), None);
        let connect = failure(call.wake(600, 0.5, &mut budget).unwrap());
        assert_eq!(connect.problem.code.as_deref(), Some("connect_timeout"));

        let mut call = start();
        call.headers(599);
        assert_eq!(call.wake_at_ms(), Some(899));
        call.alive(800);
        assert_eq!(call.wake(1099, 0.5, &mut budget), None);
        let idle = failure(call.wake(1100, 0.5, &mut budget).unwrap());
        assert_eq!(idle.problem.code.as_deref(), Some("idle_timeout"));

        let mut call = start();
        call.headers(200);
        for now in (300..10_100).step_by(200) {
            call.alive(now);
            assert_eq!(call.wake(now, 0.5, &mut budget), None, "heartbeats are life");
        }
        let total = failure(call.wake(10_100, 0.5, &mut budget).unwrap());
        assert_eq!((total.kind, total.problem.code.as_deref()), (Kind::Timeout, Some("total_timeout")));
        assert_eq!(call.wake_at_ms(), None);
    }

    #[test]
    fn a_call_that_is_called_off_while_waiting_costs_what_the_last_attempt_did() {
        let mut budget = Budget::default();
        let (mut call, _) = Call::begin(Policy::default(), Deadlines::default(), 0);
        wait(&call.ended(refused(429, "rate_limit_exceeded", Some(50_000)), 5, 0.0, &mut budget));
        let aborted = failure(call.ended(Outcome::Aborted, 60, 0.0, &mut budget));
        assert_eq!((aborted.kind, aborted.billed, aborted.retryable), (Kind::Aborted, Billed::No, false));

        let (mut call, _) = Call::begin(Policy::default(), Deadlines::default(), 0);
        let aborted = failure(call.ended(Outcome::Aborted, 60, 0.0, &mut budget));
        assert_eq!(aborted.billed, Billed::Unknown);
    }

    #[test]
    fn an_empty_budget_ends_retries_everywhere() {
        let mut budget = Budget::default();
        let mut sent = 0;
        for _ in 0..1000 {
            let (mut call, _) = Call::begin(OURS, Deadlines::default(), 0);
            sent += 1;
            while let Step::Wait { until_ms } = call.ended(refused(503, "", None), 0, 0.0, &mut budget) {
                assert!(call.wake(until_ms, 0.5, &mut budget).is_some());
                sent += 1;
            }
        }
        assert_eq!(sent, 1100, "an outage is met with a tenth more calls, not with three times as many");
    }

    #[test]
    fn errors_inside_an_answer_and_empty_answers_are_told_by_name() {
        let end = |outcome| {
            let (mut call, _) = Call::begin(OURS, Deadlines::default(), 0);
            call.headers(5);
            failure(call.ended(outcome, 50, 0.0, &mut Budget::default()))
        };
        let problem =
            ApiProblem { message: "late".into(), code: Some("server_error".into()), ..ApiProblem::default() };
        let reported = end(Outcome::Reported { problem: problem.clone(), images: 1 });
        assert_eq!(
            (reported.kind, reported.billed, reported.retryable),
            (Kind::Upstream, Billed::Yes, false)
        );
        assert_eq!(end(Outcome::Reported { problem, images: 0 }).billed, Billed::Unknown);
        assert_eq!(end(Outcome::Empty { has_url: false }).problem.code.as_deref(), Some("empty_result"));
        let url = end(Outcome::Empty { has_url: true });
        assert_eq!((url.problem.code.as_deref(), url.billed), (Some("url_result"), Billed::Yes));
        let unreadable = end(Outcome::Unreadable { message: "bad".into(), code: "invalid_json" });
        assert_eq!((unreadable.kind, unreadable.problem.message.as_str()), (Kind::Protocol, "bad"));
    }

    #[test]
    fn a_failure_is_the_record_an_error_is_made_of() {
        let (mut call, _) =
            Call::begin(Policy { max_retries: 0, ..Policy::default() }, Deadlines::default(), 0);
        let failed = failure(call.ended(refused(429, "slow_down", Some(7)), 0, 0.0, &mut Budget::default()));
        assert_eq!(
            serde_json::to_value(&failed).unwrap(),
            serde_json::json!({
                "kind": "rate", "status": 429, "message": "no", "code": "slow_down", "retryable": true,
                "retryAfterMs": 7, "billed": "no", "attempts": 1
            })
        );
    }

    #[test]
    fn a_truncated_reply_was_cut_and_a_damaged_one_is_unreadable() {
        let error = |kind| Outcome::from(ScanError { kind, offset: 7 });
        assert_eq!(error(ScanErrorKind::Truncated), Outcome::Cut);
        let Outcome::Unreadable { message, code } = error(ScanErrorKind::Json) else { panic!() };
        assert_eq!((message.as_str(), code), ("the reply is not valid JSON (byte 7)", "invalid_json"));
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod any_history {
        use proptest::prelude::*;

        use super::*;

        #[derive(Clone, Debug)]
        enum Event {
            Pass(u64),
            Headers,
            Alive,
            End(Outcome),
        }

        fn events() -> impl Strategy<Value = Vec<Event>> {
            let status = prop_oneof![Just(429_u16), Just(500), Just(503), Just(524), Just(400), 100..600_u16];
            let code = prop_oneof![Just(""), Just("insufficient_quota"), Just("rate_limit_exceeded")];
            let outcome = prop_oneof![
                3 => Just(Outcome::NeverSent),
                2 => Just(Outcome::Cut),
                6 => (status, code, proptest::option::of(0..90_000_u64), any::<Option<bool>>()).prop_map(
                    |(status, code, retry_after_ms, should_retry)| {
                        let problem =
                            ApiProblem { message: "x".into(), code: Some(code.into()), ..ApiProblem::default() };
                        Outcome::Refused { status, problem, retry_after_ms, should_retry }
                    }
                ),
                1 => Just(Outcome::Aborted),
            ];
            let event = prop_oneof![
                3 => (0..20_000_u64).prop_map(Event::Pass),
                1 => Just(Event::Headers),
                1 => Just(Event::Alive),
                2 => outcome.prop_map(Event::End),
            ];
            prop::collection::vec(event, 0..40)
        }

        proptest! {
            /// However a call goes: it is sent at most as often as allowed, never again after something that may have
            /// been billed (unless the server keeps the answer), it wakes when it said, and it ends once and in time.
            #[test]
            fn keeps_the_rules(
                events in events(),
                idempotent: bool,
                max_retries in 0..5_u32,
                total_ms in proptest::option::of(0..200_000_u64),
                idle_ms in proptest::option::of(0..5000_u64),
                dice in 0.0..1.0_f64,
                tokens_spent in 0..110_u32,
            ) {
                let policy = Policy { max_retries, idempotent, ..Policy::default() };
                let deadlines = Deadlines { total_ms, connect_ms: None, idle_ms };
                let mut budget = Budget::default();
                for _ in 0..tokens_spent {
                    let _ = budget.pay(crate::exchange::retry::Cause::Failed);
                }
                let (mut call, first) = Call::begin(policy.clone(), deadlines, 0);
                prop_assert_eq!(first, Step::Send(Attempt { number: 1, resume: false }));
                let (mut now, mut sent, mut failed, mut waiting) = (0_u64, 1, false, false);
                for event in events {
                    let before = budget.tokens();
                    let step = match event {
                        Event::Pass(ms) => {
                            let due = call.wake_at_ms();
                            now = now.saturating_add(ms).min(due.unwrap_or(u64::MAX)).max(now);
                            let step = call.wake(now, dice, &mut budget);
                            prop_assert_eq!(step.is_some(), due.is_some_and(|due| now >= due));
                            step
                        }
                        Event::Headers => {
                            call.headers(now);
                            None
                        }
                        Event::Alive => {
                            call.alive(now);
                            None
                        }
                        Event::End(outcome) if !failed => {
                            let may_be_billed = !matches!(
                                &outcome,
                                Outcome::NeverSent | Outcome::Refused { status: 429, .. }
                            );
                            let step = call.ended(outcome.clone(), now, dice, &mut budget);
                            if let Step::Wait { until_ms } = step {
                                prop_assert!(!waiting && (idempotent || !may_be_billed), "{:?}", outcome);
                                prop_assert!(until_ms >= now && total_ms.is_none_or(|total| until_ms < total));
                                prop_assert!(budget.tokens() < before, "each retry is paid");
                            }
                            Some(step)
                        }
                        Event::End(_) => None,
                    };
                    match step {
                        Some(Step::Send(attempt)) => {
                            prop_assert!(waiting && !failed);
                            sent += 1;
                            waiting = false;
                            prop_assert_eq!(attempt.number, sent);
                        }
                        Some(Step::Wait { .. }) => waiting = true,
                        Some(Step::Fail(_)) => {
                            prop_assert!(!failed, "it ends once");
                            failed = true;
                        }
                        None => {}
                    }
                    prop_assert!(sent <= max_retries + 1);
                    prop_assert!(!failed || call.wake_at_ms().is_none());
                }
            }
        }
    }
}
