//! A call with its reply.

use super::found::{Found, Picture};
use crate::exchange::retry::{Budget, Policy};
use crate::exchange::stream::{Meaning, Progress};
use crate::exchange::{Call, Deadlines, Outcome, Step, meaning};
use crate::picture;
use crate::request::Value;
use crate::wire::scan::{Document, Item, Limits, Message, ScanError, ScanErrorKind, Scanner};
use crate::wire::{headers, json, problem};

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

    /// The head of a reply came: its status, and its headers by their names in lower case.
    pub fn head(&mut self, status: u16, get: impl Fn(&str) -> Option<String>, now_ms: u64) -> Head {
        self.status = status;
        if !(200..300).contains(&status) {
            return Head::Refused;
        }
        self.call.headers(now_ms);
        let limits = Limits::default();
        // By what came, not by what was asked for: some gateways answer a streamed call with JSON.
        let kind = get("content-type").unwrap_or_default();
        let is_stream = kind.trim_start().to_ascii_lowercase().starts_with("text/event-stream");
        let mut scanner = if is_stream { Scanner::event_stream(&limits) } else { Scanner::json(&limits) };
        scanner.reuse(core::mem::take(&mut self.buffer));
        self.scanner = Some(scanner);
        self.opened = None;
        Head::Read
    }

    /// The head of the reply shows that the server keeps the answer of this call ([`Call::keeps_answers`]).
    pub fn keeps_answers(&mut self) {
        self.call.keeps_answers();
    }

    /// The body of a reply that was refused by [`Self::head`]. `unix_ms` is the time of day.
    pub fn refused(
        &mut self,
        body: &[u8],
        get: impl Fn(&str) -> Option<String>,
        unix_ms: u64,
        now_ms: u64,
        dice: f64,
        budget: &mut Budget,
    ) -> Step {
        let outcome = Outcome::Refused {
            status: self.status,
            problem: problem::read(self.status, body),
            retry_after_ms: headers::retry_after_ms(&get, unix_ms),
            should_retry: headers::should_retry(&get),
        };
        self.end(&outcome, now_ms, dice, budget)
    }

    /// The attempt failed before its head came. `code` is what the host's error says, as Node, Deno and Bun name it.
    pub fn rejected(&mut self, code: &str, now_ms: u64, dice: f64, budget: &mut Budget) -> Step {
        let outcome = if meaning::never_sent(code) { Outcome::NeverSent } else { Outcome::Cut };
        self.end(&outcome, now_ms, dice, budget)
    }

    /// Reads from the front of `chunk` until something is found, and shows it; `None` when the chunk is used up.
    pub fn read<T>(
        &mut self,
        chunk: &mut &[u8],
        now_ms: u64,
        dice: f64,
        budget: &mut Budget,
        show: impl FnOnce(Found<'_>) -> T,
    ) -> Option<T> {
        self.call.alive(now_ms);
        let Some(scanner) = &mut self.scanner else {
            *chunk = &[];
            return None;
        };
        loop {
            let outcome = match scanner.feed(chunk) {
                Ok(None) => return None,
                Ok(Some(Item::Comment(_) | Item::Retry(_) | Item::Done | Item::Document(_))) => continue,
                Ok(Some(Item::Piece(piece))) => {
                    let first = self.opened != Some(piece.image);
                    self.opened = Some(piece.image);
                    let info = if first { picture::inspect(piece.bytes).ok() } else { None };
                    return Some(show(Found::Picture(Picture { piece, info })));
                }
                Ok(Some(Item::Message(message))) => {
                    message.last_event_id.clone_into(&mut self.last_event_id);
                    match event(&mut self.progress, &message, self.all_events) {
                        Ok(None) => continue,
                        Ok(Some(found)) => return Some(show(found)),
                        Err(outcome) => *outcome,
                    }
                }
                Err(error) => unreadable(error),
            };
            let step = self.end(&outcome, now_ms, dice, budget);
            return Some(show(Found::Step(step)));
        }
    }

    /// The body has ended. Call it until it shows [`Found::Complete`] or [`Found::Step`].
    pub fn finish<T>(
        &mut self,
        now_ms: u64,
        dice: f64,
        budget: &mut Budget,
        show: impl FnOnce(Found<'_>) -> T,
    ) -> T {
        let outcome = loop {
            let Some(scanner) = &mut self.scanner else { break None };
            match scanner.finish() {
                Ok(None) => break None,
                Ok(Some(Item::Document(document))) => {
                    if let Some(outcome) = self::document(&document, self.all_events) {
                        break Some(outcome);
                    }
                    self.progress.note_document();
                    return show(Found::Document(document.data));
                }
                Ok(Some(Item::Message(message))) => {
                    match event(&mut self.progress, &message, self.all_events) {
                        Ok(None) => {}
                        Ok(Some(found)) => return show(found),
                        Err(outcome) => break Some(*outcome),
                    }
                }
                Ok(Some(_)) => {}
                Err(error) => break Some(unreadable(error)),
            }
        };
        match outcome {
            // What was cut may be the end of a reply that had already brought everything.
            None | Some(Outcome::Cut) => self.over(now_ms, dice, budget, show),
            Some(outcome) => {
                let step = self.end(&outcome, now_ms, dice, budget);
                show(Found::Step(step))
            }
        }
    }

    /// The body broke off.
    pub fn cut<T>(
        &mut self,
        now_ms: u64,
        dice: f64,
        budget: &mut Budget,
        show: impl FnOnce(Found<'_>) -> T,
    ) -> T {
        self.over(now_ms, dice, budget, show)
    }

    fn over<T>(
        &mut self,
        now_ms: u64,
        dice: f64,
        budget: &mut Budget,
        show: impl FnOnce(Found<'_>) -> T,
    ) -> T {
        if self.progress.is_complete() {
            self.close();
            self.call.succeeded(budget);
            return show(Found::Complete);
        }
        let step = self.end(&Outcome::Cut, now_ms, dice, budget);
        show(Found::Step(step))
    }

    /// The host was busy with what was found, or with nothing of this call: the silence was not the server's.
    pub fn resume(&mut self, now_ms: u64) {
        self.call.alive(now_ms);
    }

    /// The caller called it off.
    pub fn abort(&mut self, now_ms: u64, budget: &mut Budget) -> Step {
        self.end(&Outcome::Aborted, now_ms, 0.0, budget)
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

    fn end(&mut self, outcome: &Outcome, now_ms: u64, dice: f64, budget: &mut Budget) -> Step {
        self.close();
        self.call.ended(outcome, now_ms, dice, budget)
    }
}

/// What an event is to the caller; an outcome when it ends the attempt.
fn event<'a>(
    progress: &mut Progress,
    message: &Message<'a>,
    all_events: bool,
) -> Result<Option<Found<'a>>, Box<Outcome>> {
    let data = message.data;
    match progress.note(message) {
        Meaning::Partial if !message.images.is_empty() => Ok(Some(Found::Partial(data))),
        Meaning::Image if !message.images.is_empty() => Ok(Some(Found::Image(data))),
        Meaning::Image => {
            let has_url = json::parse(data).is_some_and(|value| has_url(&value));
            Err(Box::new(Outcome::Empty { has_url }))
        }
        Meaning::Completed => Ok(all_events.then_some(Found::Completed(data))),
        Meaning::Partial | Meaning::Other => Ok(all_events.then_some(Found::Event(data))),
        Meaning::Failed => {
            let problem = problem::from_json(data).unwrap_or_else(|| problem::ApiProblem {
                message: "the server reported an error and said nothing about it".to_owned(),
                ..problem::ApiProblem::default()
            });
            let images = progress.partials().saturating_add(progress.images());
            Err(Box::new(Outcome::Reported { problem, images }))
        }
        Meaning::Unreadable => Err(Box::new(Outcome::Unreadable {
            message: "an event of the stream is not valid JSON".to_owned(),
            code: "invalid_json",
        })),
    }
}

/// What is wrong with a whole reply, if anything.
fn document(document: &Document<'_>, may_be_empty: bool) -> Option<Outcome> {
    if !document.images.is_empty() {
        return None;
    }
    let value = json::parse(document.data).unwrap_or(Value::Null);
    let reported =
        value.get("error").or_else(|| value.get("errors")).is_some_and(|error| *error != Value::Null);
    if reported && let Some(problem) = problem::from_value(&value) {
        return Some(Outcome::Reported { problem, images: 0 });
    }
    (!may_be_empty).then(|| Outcome::Empty { has_url: has_url(&value) })
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

fn unreadable(error: ScanError) -> Outcome {
    match error.kind {
        ScanErrorKind::Truncated => Outcome::Cut,
        kind => Outcome::Unreadable { message: error.to_string(), code: kind.name() },
    }
}
