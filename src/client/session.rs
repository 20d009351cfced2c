//! A call with its reply.

use super::found::{Found, Picture};
use crate::exchange::retry::{Budget, Policy};
use crate::exchange::stream::{Meaning, Progress};
use crate::exchange::{Call, Deadlines, Outcome, Step, meaning};
use crate::picture;
use crate::request::Value;
use crate::wire::problem::ApiProblem;
use crate::wire::scan::{Item, Limits, ScanError, Scanner};
use crate::wire::{headers, problem};

/// What a call is held to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// What is sent again.
    pub policy: Policy,
    /// How long it may take.
    pub deadlines: Deadlines,
    /// Whether events that bring no picture are wanted, and replies without one are fine: those of the Responses API.
    pub all_events: bool,
}

/// What the head of a reply says about its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// It is what was asked for: give it to [`Session::read`].
    Read,
    /// It says what is wrong: read it whole, a quarter of a megabyte at the most, and give it to [`Session::refused`].
    Refused,
}

/// One call with all its attempts and their replies. Times are milliseconds of one clock that never goes back; `dice`
/// is a random number from 0 up to 1.
#[derive(Debug)]
pub struct Session {
    call: Call,
    all_events: bool,
    status: u16,
    scanner: Option<Scanner>,
    progress: Progress,
    /// The picture whose first bytes were seen.
    opened: Option<u32>,
    last_event_id: String,
    unexplained: Unexplained,
    /// What the next scanner decodes into.
    buffer: Vec<u8>,
}

impl Session {
    /// Begins a call; the step is to send.
    pub fn begin(settings: Settings, now_ms: u64) -> (Self, Step) {
        let (call, step) = Call::begin(settings.policy, settings.deadlines, now_ms);
        let session = Self {
            call,
            all_events: settings.all_events,
            status: 0,
            scanner: None,
            progress: Progress::default(),
            opened: None,
            last_event_id: String::new(),
            unexplained: Unexplained::default(),
            buffer: Vec::new(),
        };
        (session, step)
    }

    /// Decodes into memory that an earlier session has used ([`Self::into_buffer`]).
    pub fn reuse(&mut self, buffer: Vec<u8>) {
        self.buffer = buffer;
    }

    /// The memory into which pictures were decoded, for the next session.
    pub fn into_buffer(mut self) -> Vec<u8> {
        self.close();
        self.buffer
    }

    /// The head of a reply came.
    pub fn head(&mut self, status: u16, get: headers::Get<'_, '_>, now_ms: u64) -> Head {
        self.status = status;
        if !(200..300).contains(&status) {
            return Head::Refused;
        }
        self.call.headers(now_ms);
        // By what came, not by what was asked for: some gateways answer a streamed call with JSON.
        let mut scanner = Scanner::new(&Limits::default(), headers::is_event_stream(get));
        scanner.reuse(core::mem::take(&mut self.buffer));
        self.scanner = Some(scanner);
        self.opened = None;
        Head::Read
    }

    /// The status of the last head.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The head of the reply shows that the server keeps the answer of this call ([`Call::keeps_answers`]).
    pub fn keeps_answers(&mut self) {
        self.call.keeps_answers();
    }

    /// The body of a reply that was refused by [`Self::head`], as [`problem::read`] or [`problem::of_reply`] has it.
    /// `unix_ms` is the time of day.
    pub fn refused(
        &mut self,
        problem: ApiProblem,
        get: headers::Get<'_, '_>,
        unix_ms: u64,
        now_ms: u64,
        dice: f64,
        budget: &mut Budget,
    ) -> Step {
        let outcome = Outcome::Refused {
            status: self.status,
            problem,
            retry_after_ms: headers::retry_after_ms(get, unix_ms),
            should_retry: headers::should_retry(get),
        };
        self.end(outcome, now_ms, dice, budget)
    }

    /// The attempt failed before its head came. `code` is what the host's error says, as Node, Deno and Bun name it.
    pub fn rejected(&mut self, code: &str, now_ms: u64, dice: f64, budget: &mut Budget) -> Step {
        let outcome = if meaning::never_sent(code) { Outcome::NeverSent } else { Outcome::Cut };
        self.end(outcome, now_ms, dice, budget)
    }

    /// Reads from the front of `chunk` until something is found, and shows it; `None` when the chunk is used up.
    pub fn read<T>(
        &mut self,
        chunk: &mut &[u8],
        now_ms: u64,
        dice: f64,
        budget: &mut Budget,
        mut show: impl FnMut(Found<'_>) -> T,
    ) -> Option<T> {
        self.call.alive(now_ms);
        match self.find(Some(chunk), &mut show) {
            Ok(found) => found,
            Err(stop) => Some(self.over(stop.into(), now_ms, dice, budget, show)),
        }
    }

    /// The body has ended. Call it until it shows [`Found::Complete`] or [`Found::Step`].
    pub fn finish<T>(
        &mut self,
        now_ms: u64,
        dice: f64,
        budget: &mut Budget,
        mut show: impl FnMut(Found<'_>) -> T,
    ) -> T {
        let outcome = match self.find(None, &mut show) {
            Ok(Some(found)) => return found,
            Ok(None) => Outcome::Cut,
            Err(stop) => stop.into(),
        };
        self.over(outcome, now_ms, dice, budget, show)
    }

    /// Shows what is found first in a chunk, or, without one, at the end of the body.
    fn find<T>(
        &mut self,
        mut chunk: Option<&mut &[u8]>,
        show: &mut impl FnMut(Found<'_>) -> T,
    ) -> Result<Option<T>, Stop> {
        let Some(scanner) = &mut self.scanner else {
            if let Some(chunk) = chunk {
                *chunk = &[];
            }
            return Ok(None);
        };
        loop {
            let item = match &mut chunk {
                Some(chunk) => scanner.feed(chunk),
                None => scanner.finish(),
            };
            let found = match item.map_err(Stop::Scan)? {
                None => return Ok(None),
                Some(Item::Comment(_) | Item::Retry(_) | Item::Done) => continue,
                Some(Item::Piece(piece)) => {
                    let first = self.opened != Some(piece.image);
                    self.opened = Some(piece.image);
                    let info = if first { picture::inspect(piece.bytes).ok() } else { None };
                    Found::Picture(Picture { piece, info })
                }
                Some(Item::Message(message)) => {
                    // An event without its blank line may be cut off, and is to be sent again.
                    if chunk.is_some() {
                        message.last_event_id.clone_into(&mut self.last_event_id);
                    }
                    let data = message.data;
                    let drawn = !message.images.is_empty();
                    match self.progress.note(&message) {
                        Meaning::Partial if drawn => Found::Partial(data),
                        Meaning::Image if drawn => Found::Image(data),
                        Meaning::Image => {
                            self.unexplained = Unexplained::Empty;
                            Found::Unexplained(data)
                        }
                        Meaning::Failed => {
                            self.unexplained = Unexplained::Failed;
                            Found::Unexplained(data)
                        }
                        Meaning::Completed if self.all_events => Found::Completed(data),
                        Meaning::Partial | Meaning::Other if self.all_events => Found::Event(data),
                        Meaning::Completed | Meaning::Partial | Meaning::Other => continue,
                        Meaning::Unreadable => return Err(Stop::NoJson),
                    }
                }
                Some(Item::Document(document)) if document.images.is_empty() => {
                    self.unexplained = Unexplained::Document;
                    Found::Unexplained(document.data)
                }
                Some(Item::Document(document)) => {
                    self.progress.note_document();
                    Found::Document(document.data)
                }
            };
            return Ok(Some(show(found)));
        }
    }

    /// What is wrong with [`Found::Unexplained`], by its JSON, which is null where there is none. `None` when nothing is,
    /// and it is a whole reply as [`Found::Document`].
    pub fn explained(&mut self, json: &Value, now_ms: u64, dice: f64, budget: &mut Budget) -> Option<Step> {
        let mut images = 0;
        let mut problem = ApiProblem::default();
        let reported = match self.unexplained {
            Unexplained::Empty => false,
            Unexplained::Failed => {
                images = self.progress.partials().saturating_add(self.progress.images());
                if !problem::tells(json, &mut problem) {
                    "the server reported an error and said nothing about it".clone_into(&mut problem.message);
                }
                true
            }
            Unexplained::Document => {
                let error = json.get("error").or_else(|| json.get("errors"));
                let has_error = error.is_some_and(|error| !matches!(error, Value::Null));
                let reported = has_error && problem::tells(json, &mut problem);
                if !reported && self.all_events {
                    self.progress.note_document();
                    return None;
                }
                reported
            }
        };
        let outcome = if reported {
            Outcome::Reported { problem, images }
        } else {
            Outcome::Empty { has_url: has_url(json) }
        };
        Some(self.end(outcome, now_ms, dice, budget))
    }

    /// The body broke off.
    pub fn cut<T>(
        &mut self,
        now_ms: u64,
        dice: f64,
        budget: &mut Budget,
        show: impl FnOnce(Found<'_>) -> T,
    ) -> T {
        self.over(Outcome::Cut, now_ms, dice, budget, show)
    }

    /// Nothing more comes. What was cut may be the end of a reply that had already brought everything.
    fn over<T>(
        &mut self,
        outcome: Outcome,
        now_ms: u64,
        dice: f64,
        budget: &mut Budget,
        show: impl FnOnce(Found<'_>) -> T,
    ) -> T {
        if matches!(outcome, Outcome::Cut) && self.progress.is_complete() {
            self.close();
            self.call.succeeded(budget);
            return show(Found::Complete);
        }
        show(Found::Step(self.end(outcome, now_ms, dice, budget)))
    }

    /// The host was busy with what was found, or with nothing of this call: the silence was not the server's.
    pub fn resume(&mut self, now_ms: u64) {
        self.call.alive(now_ms);
    }

    /// The caller called it off.
    pub fn abort(&mut self, now_ms: u64, budget: &mut Budget) -> Step {
        self.end(Outcome::Aborted, now_ms, 0.0, budget)
    }

    /// What is due by now ([`Call::wake`]).
    pub fn wake(&mut self, now_ms: u64, dice: f64, budget: &mut Budget) -> Option<Step> {
        let step = self.call.wake(now_ms, dice, budget);
        if matches!(step, Some(Step::Wait { .. } | Step::Fail(_))) {
            self.close();
        }
        step
    }

    /// When to call [`Self::wake`] if nothing else happens; `None` when nothing is due.
    pub fn wake_at_ms(&self) -> Option<u64> {
        self.call.wake_at_ms()
    }

    /// The id of the last event, for `Last-Event-ID`.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// Nothing more is read of this reply.
    fn close(&mut self) {
        if let Some(scanner) = self.scanner.take() {
            self.buffer = scanner.into_buffer();
        }
    }

    fn end(&mut self, outcome: Outcome, now_ms: u64, dice: f64, budget: &mut Budget) -> Step {
        self.close();
        self.call.ended(outcome, now_ms, dice, budget)
    }
}

/// Why the rest of a reply cannot be read.
enum Stop {
    Scan(ScanError),
    /// An event is no JSON, which all of them are.
    NoJson,
}

impl From<Stop> for Outcome {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Scan(error) => error.into(),
            Stop::NoJson => Self::Unreadable {
                message: "an event of the stream is not valid JSON".to_owned(),
                code: "invalid_json",
            },
        }
    }
}

/// What [`Found::Unexplained`] was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Unexplained {
    /// An event that ends the stream in an error.
    Failed,
    /// An event that should bring a finished picture.
    #[default]
    Empty,
    /// A whole reply.
    Document,
}

/// Whether an address stands where a picture should.
fn has_url(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_url),
        Value::Object(fields) => fields.iter().any(|(name, value)| match value {
            Value::String(text) => matches!(name.as_ref(), "url" | "imageURL") && !text.is_empty(),
            other => has_url(other),
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Head, Session, Settings};
    use crate::client::Found;
    use crate::exchange::retry::Budget;
    use crate::exchange::{Failure, Step};
    use crate::request::Value;

    /// What a reply comes to: the names of what was found, and why it failed if it did.
    fn outcome(all_events: bool, kind: &'static str, body: &str) -> (Vec<&'static str>, Option<Failure>) {
        let mut budget = Budget::default();
        let (mut session, _) = Session::begin(Settings { all_events, ..Settings::default() }, 0);
        let get = |name: &str| (name == "content-type").then_some(kind);
        assert_eq!(session.head(200, &get, 5), Head::Read);
        let mut chunk = body.as_bytes();
        let mut names = Vec::new();
        loop {
            let mut json = None;
            let mut step = None;
            let mut show = |found: Found<'_>| {
                names.push(match found {
                    Found::Picture(_) => "picture",
                    Found::Partial(_) => "partial",
                    Found::Image(_) => "image",
                    Found::Completed(_) => "completed",
                    Found::Event(_) => "event",
                    Found::Document(_) => "document",
                    Found::Unexplained(data) => {
                        json = Some(serde_json::from_str(data).unwrap_or(Value::Null));
                        "unexplained"
                    }
                    Found::Complete => "complete",
                    Found::Step(next) => {
                        step = Some(next);
                        "step"
                    }
                });
            };
            if session.read(&mut chunk, 10, 0.5, &mut budget, &mut show).is_none() {
                session.finish(20, 0.5, &mut budget, &mut show);
            }
            if let Some(json) = json {
                step = session.explained(&json, 30, 0.5, &mut budget);
            }
            if let Some(step) = step {
                let Step::Fail(failure) = step else { panic!("{step:?}") };
                return (names, Some(*failure));
            }
            if names.last() == Some(&"complete") {
                return (names, None);
            }
        }
    }

    const STREAM: &str = " Text/Event-Stream; charset=utf-8";

    #[test]
    fn what_brings_no_picture_is_explained_by_its_json() {
        for (all_events, kind, body, found, code) in [
            (false, "", r#"{"data":[{"b64_json":"AAAA"}]}"#, &["picture", "document", "complete"][..], None),
            (false, "", r#"{"data":[{"url":"https://x"}]}"#, &["unexplained"], Some("url_result")),
            (false, "", "{}", &["unexplained"], Some("empty_result")),
            (true, "", "{}", &["unexplained", "complete"], None),
            (true, "", r#"{"error":{"message":"no","code":"x"}}"#, &["unexplained"], Some("x")),
            (true, "", r#"{"error":null}"#, &["unexplained", "complete"], None),
            (false, "", "{", &["step"], Some("connection_lost")),
            (
                false,
                STREAM,
                "data: {\"error\":{\"message\":\"no\",\"code\":\"x\"}}\n\n",
                &["unexplained"],
                Some("x"),
            ),
            (false, STREAM, "event: error\ndata: busy\n\n", &["unexplained"], None),
            (false, STREAM, "data: busy\n\n", &["step"], Some("invalid_json")),
            (
                false,
                STREAM,
                "data: {\"type\":\"image_generation.completed\",\"url\":\"https://x\"}\n\n",
                &["unexplained"],
                Some("url_result"),
            ),
            (
                false,
                STREAM,
                "data: {\"type\":\"image_generation.completed\",\"b64_json\":\"AAAA\"}\n\ndata: {",
                &["picture", "image", "complete"],
                None,
            ),
        ] {
            let (names, failure) = outcome(all_events, kind, body);
            assert_eq!(names, found, "{body}");
            assert_eq!(failure.and_then(|failure| failure.problem.code).as_deref(), code, "{body}");
        }
    }
}
