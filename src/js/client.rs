//! The sessions of the client, by their numbers. Times are milliseconds of `performance.now()`, `dice` is a number of
//! `Math.random()`, `unix` is `Date.now()`.

use core::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{answer, answer_or_failure, pack, values};
use super::failure::Failure;
use crate::client::{Found, Head, Picture, Session, Settings};
use crate::exchange::retry::{Budget, Policy};
use crate::exchange::{self, Deadlines, Step};
use crate::picture::ImageInfo;
use crate::request::Value;
use crate::wire::headers::{self, RateLimit};

/// A session, the server whose budget it draws on, and the chunk that is being read.
struct Entry {
    session: Session,
    server: usize,
    input: Vec<u8>,
    /// The part of the input that has not been read.
    unread: core::ops::Range<usize>,
}

#[derive(Default)]
struct Sessions {
    entries: Vec<Option<Entry>>,
    /// One budget for each server.
    budgets: Vec<(String, Budget)>,
    /// What a session that has ended decoded into: to make such memory anew takes longer than to decode.
    spare: Vec<u8>,
}

thread_local! {
    static SESSIONS: RefCell<Sessions> =
        const { RefCell::new(Sessions { entries: Vec::new(), budgets: Vec::new(), spare: Vec::new() }) };
}

/// More servers than any program talks to; the first budget is given up for another one.
const MAX_SERVERS: usize = 64;

impl Sessions {
    fn server(&mut self, name: &str) -> usize {
        if let Some(index) = self.budgets.iter().position(|(known, _)| known == name) {
            return index;
        }
        if let (true, Some(first)) = (self.budgets.len() >= MAX_SERVERS, self.budgets.first_mut()) {
            *first = (name.to_owned(), Budget::default());
            return 0;
        }
        self.budgets.push((name.to_owned(), Budget::default()));
        self.budgets.len().saturating_sub(1)
    }

    fn put(&mut self, entry: Entry) -> usize {
        if let Some(index) = self.entries.iter().position(Option::is_none) {
            if let Some(slot) = self.entries.get_mut(index) {
                *slot = Some(entry);
            }
            return index;
        }
        self.entries.push(Some(entry));
        self.entries.len().saturating_sub(1)
    }
}

/// Runs `work` on a session; the default where it is not there any more.
fn with<T: Default>(number: usize, work: impl FnOnce(&mut Entry, &mut Budget) -> T) -> T {
    SESSIONS.with_borrow_mut(|sessions| {
        let Some(Some(entry)) = sessions.entries.get_mut(number) else { return T::default() };
        let Some((_, budget)) = sessions.budgets.get_mut(entry.server) else { return T::default() };
        work(entry, budget)
    })
}

/// Whole milliseconds; a clock that is none counts as its beginning.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and NaN becomes 0"
)]
fn ms(time: f64) -> u64 {
    time as u64
}

/// Begins a session and gives its number. The input is `{ server, all_events, max_retries, idempotent,
/// retry_early_errors, max_wait_ms, total_ms, connect_ms, idle_ms }`.
#[wasm_bindgen]
pub fn session_begin(length: usize, now: f64) -> usize {
    let begun = || -> Result<_, Failure> {
        let (options, _) = values(length)?;
        let flag = |name| options.get(name).and_then(Value::as_bool).unwrap_or_default();
        let time = |name| options.get(name).and_then(Value::as_number).map(ms);
        let count = options.get("max_retries").and_then(Value::as_integer);
        let plain = Policy::default();
        let policy = Policy {
            max_retries: count.map_or(plain.max_retries, |count| u32::try_from(count).unwrap_or_default()),
            idempotent: flag("idempotent"),
            retry_early_errors: flag("retry_early_errors"),
            max_wait_ms: time("max_wait_ms").unwrap_or(plain.max_wait_ms),
        };
        let deadlines = Deadlines {
            total_ms: time("total_ms"),
            connect_ms: time("connect_ms"),
            idle_ms: time("idle_ms"),
        };
        let settings = Settings { policy, deadlines, all_events: flag("all_events") };
        let (mut session, _) = Session::begin(settings, ms(now));
        let server = options.get("server").and_then(Value::as_str).unwrap_or_default();
        Ok(SESSIONS.with_borrow_mut(|sessions| {
            let server = sessions.server(server);
            session.reuse(core::mem::take(&mut sessions.spare));
            sessions.put(Entry { session, server, input: Vec::new(), unread: 0..0 })
        }))
    };
    answer_or_failure(begun().map(|number| number as u64))
}

/// Ends a session and gives its memory back, but for the largest buffer yet: that is the next one's.
#[wasm_bindgen]
pub fn session_free(number: usize) {
    SESSIONS.with_borrow_mut(|sessions| {
        if let Some(ended) = sessions.entries.get_mut(number).and_then(Option::take) {
            let buffer = ended.session.into_buffer();
            if buffer.len() > sessions.spare.len() {
                sessions.spare = buffer;
            }
        }
        while let Some(None) = sessions.entries.last() {
            sessions.entries.pop();
        }
    });
}

/// How many sessions there are.
#[wasm_bindgen]
pub fn session_count() -> usize {
    SESSIONS.with_borrow(|sessions| sessions.entries.iter().flatten().count())
}

/// The head of a reply came; the input is `{ status, headers, keeps }`, with the names of the headers in lower case, and
/// whether the server has shown that it keeps the answer of this call.
#[wasm_bindgen]
pub fn session_head(number: usize, length: usize, now: f64) -> usize {
    let head = || -> Result<_, Failure> {
        let (reply, _) = values(length)?;
        let status = reply.get("status").and_then(Value::as_integer);
        let status = status.and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
        let get = header(&reply);
        let keeps = reply.get("keeps").and_then(Value::as_bool) == Some(true);
        let head = with(number, |entry, _| {
            if keeps {
                entry.session.keeps_answers();
            }
            Some(entry.session.head(status, &get, ms(now)))
        });
        Ok(HeadAnswer {
            read: head == Some(Head::Read),
            request_id: headers::request_id(&get),
            rate_limit: headers::rate_limit(&get),
        })
    };
    answer_or_failure(head())
}

/// The body of a refused reply; the input is `{ headers, body }`.
#[wasm_bindgen]
pub fn session_refused(number: usize, length: usize, now: f64, dice: f64, unix: f64) -> usize {
    let refused = || -> Result<_, Failure> {
        let (reply, _) = values(length)?;
        let get = header(&reply);
        let body = reply.get("body").and_then(Value::as_str).unwrap_or_default();
        Ok(with(number, |entry, budget| {
            Some(entry.session.refused(body.as_bytes(), &get, ms(unix), ms(now), dice, budget))
        }))
    };
    match refused() {
        Ok(refused) => step(refused),
        Err(failure) => pack(&failure),
    }
}

/// An attempt failed before its reply; the input is the code of its error, or null.
#[wasm_bindgen]
pub fn session_rejected(number: usize, length: usize, now: f64, dice: f64) -> usize {
    let code = values(length).map(|(code, _)| code);
    let code = code.as_ref().ok().and_then(Value::as_str).unwrap_or_default();
    step(with(number, |entry, budget| Some(entry.session.rejected(code, ms(now), dice, budget))))
}

/// Makes room for chunks of up to `length` bytes and gives the address at which each of them is put. It stays the same
/// until room for longer ones is made.
#[wasm_bindgen]
pub fn session_input(number: usize, length: usize) -> *const u8 {
    with(number, |entry, _| {
        if entry.input.len() < length {
            // What was read already need not be copied.
            entry.input = vec![0; length];
        }
        Some(entry.input.as_ptr())
    })
    .unwrap_or(core::ptr::null())
}

/// Reads the chunk of `length` bytes that was put into the input, or reads on in it when `length` is 0; answers 0 when
/// it is used up.
#[wasm_bindgen]
pub fn session_read(number: usize, length: usize, now: f64, dice: f64) -> usize {
    with(number, |entry, budget| {
        if length > 0 {
            entry.unread = 0..length;
        }
        let mut chunk = entry.input.get(entry.unread.clone()).unwrap_or_default();
        let found = entry.session.read(&mut chunk, ms(now), dice, budget, show);
        entry.unread.start = entry.unread.end.saturating_sub(chunk.len());
        found
    })
    .unwrap_or_default()
}

/// The body has ended; to be called until it answers a step or that all is complete.
#[wasm_bindgen]
pub fn session_finish(number: usize, now: f64, dice: f64) -> usize {
    with(number, |entry, budget| entry.session.finish(ms(now), dice, budget, show))
}

/// The body broke off.
#[wasm_bindgen]
pub fn session_cut(number: usize, now: f64, dice: f64) -> usize {
    with(number, |entry, budget| entry.session.cut(ms(now), dice, budget, show))
}

/// The caller called it off.
#[wasm_bindgen]
pub fn session_abort(number: usize, now: f64) -> usize {
    step(with(number, |entry, budget| Some(entry.session.abort(ms(now), budget))))
}

/// The caller was busy with what was found; its silence does not count.
#[wasm_bindgen]
pub fn session_resume(number: usize, now: f64) {
    with(number, |entry, _| entry.session.resume(ms(now)));
}

/// What is due by now; 0 when nothing is.
#[wasm_bindgen]
pub fn session_wake(number: usize, now: f64, dice: f64) -> usize {
    step(with(number, |entry, budget| entry.session.wake(ms(now), dice, budget)))
}

/// When to wake next; infinite when nothing is due.
#[allow(clippy::cast_precision_loss, reason = "times of a clock that started with the program")]
#[wasm_bindgen]
pub fn session_wake_at(number: usize) -> f64 {
    with(number, |entry, _| entry.session.wake_at_ms()).map_or(f64::INFINITY, |time| time as f64)
}

/// The id of the last event.
#[wasm_bindgen]
pub fn session_last_event_id(number: usize) -> usize {
    answer(&with(number, |entry, _| entry.session.last_event_id().to_owned()))
}

/// Reads the headers out of `{ headers }`.
fn header(reply: &Value) -> impl Fn(&str) -> Option<String> {
    move |name| reply.get("headers")?.get(name)?.as_str().map(str::to_owned)
}

#[derive(Serialize)]
struct HeadAnswer {
    read: bool,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(rename = "rateLimit", skip_serializing_if = "Option::is_none")]
    rate_limit: Option<RateLimit>,
}

/// Packs a step; 0 when there is none.
fn step(step: Option<Step>) -> usize {
    step.map_or(0, |step| answer(&Answer::from(&step)))
}

/// Packs what was found.
fn show(found: Found<'_>) -> usize {
    match found {
        Found::Picture(Picture { piece, info }) => answer(&Answer::Picture(PictureAnswer {
            image: piece.image,
            address: piece.bytes.as_ptr().addr(),
            length: piece.bytes.len(),
            last: piece.last,
            info,
        })),
        Found::Partial(data) => answer(&Answer::Partial(data)),
        Found::Image(data) => answer(&Answer::Image(data)),
        Found::Completed(data) => answer(&Answer::Completed(data)),
        Found::Event(data) => answer(&Answer::Event(data)),
        Found::Document(data) => answer(&Answer::Document(data)),
        Found::Complete => answer(&Answer::Complete),
        Found::Step(step) => answer(&Answer::from(&step)),
    }
}

/// Goes out as an object with one field, or as the word `complete`.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Answer<'a> {
    Picture(PictureAnswer),
    Partial(&'a str),
    Image(&'a str),
    Completed(&'a str),
    Event(&'a str),
    Document(&'a str),
    Complete,
    Send(SendAnswer),
    Wait(u64),
    Fail(&'a exchange::Failure),
}

impl<'a> From<&'a Step> for Answer<'a> {
    fn from(step: &'a Step) -> Self {
        match step {
            Step::Send(attempt) => Self::Send(SendAnswer { number: attempt.number, resume: attempt.resume }),
            Step::Wait { until_ms } => Self::Wait(*until_ms),
            Step::Fail(failure) => Self::Fail(failure),
        }
    }
}

#[derive(Serialize)]
struct SendAnswer {
    number: u32,
    resume: bool,
}

/// The bytes are read by their address before the next call.
#[derive(Serialize)]
struct PictureAnswer {
    image: u32,
    address: usize,
    length: usize,
    last: bool,
    info: Option<ImageInfo>,
}
