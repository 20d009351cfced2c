//! The sessions of the client, by their numbers. Times are milliseconds of `performance.now()`, `dice` is a number of
//! `Math.random()`, `unix` is `Date.now()`.

use core::cell::RefCell;

use wasm_bindgen::prelude::wasm_bindgen;

use super::bridge::{pack, values};
use super::packed::{self, Next};
use crate::client::{Found, Head, Session, Settings};
use crate::exchange::Deadlines;
use crate::exchange::retry::{Budget, Policy};
use crate::request::Value;
use crate::wire::{headers, problem};

/// A session, the server whose budget it draws on, and the chunk that is being read.
struct Entry {
    session: Session,
    server: usize,
    input: Vec<u8>,
    /// The part of the input that has not been read.
    unread: core::ops::Range<usize>,
}

struct Sessions {
    entries: Vec<Option<Box<Entry>>>,
    /// One budget for each server; `src/npm/session.js` numbers them.
    budgets: [Budget; MAX_SERVERS],
    /// What a session that has ended decoded into: to make such memory anew takes longer than to decode.
    spare: Vec<u8>,
}

/// More servers than any program talks to.
const MAX_SERVERS: usize = 64;

thread_local! {
    static SESSIONS: RefCell<Sessions> = const {
        RefCell::new(Sessions {
            entries: Vec::new(),
            budgets: [const { Budget::FULL }; MAX_SERVERS],
            spare: Vec::new(),
        })
    };
}

/// Runs `work` with the sessions. Nothing calls from within, so they are never lent already.
fn with_sessions<T>(otherwise: T, work: impl FnOnce(&mut Sessions) -> T) -> T {
    SESSIONS.with(|sessions| match sessions.try_borrow_mut() {
        Ok(mut sessions) => work(&mut sessions),
        Err(_) => otherwise,
    })
}

impl Sessions {
    fn put(&mut self, entry: Box<Entry>) -> usize {
        let free = self.entries.iter().position(Option::is_none).unwrap_or(self.entries.len());
        match self.entries.get_mut(free) {
            Some(slot) => *slot = Some(entry),
            None => self.entries.push(Some(entry)),
        }
        free
    }

    /// A session with the budget it draws on; `None` where it is not there any more.
    fn get(&mut self, number: usize) -> Option<(&mut Entry, &mut Budget)> {
        let entry = self.entries.get_mut(number)?.as_mut()?;
        let budget = self.budgets.get_mut(entry.server)?;
        Some((entry, budget))
    }
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

/// A time that is NaN where there is none.
fn length_ms(time: f64) -> Option<u64> {
    if time.is_nan() { None } else { Some(ms(time)) }
}

/// What a session is begun with, each a bit.
const IDEMPOTENT: u32 = 1;
const RETRY_EARLY_ERRORS: u32 = 2;
const ALL_EVENTS: u32 = 4;
/// The server's number is new, or was another one's.
const NEW_SERVER: u32 = 8;

/// Begins a session and gives its number. The times are NaN where there is none.
#[wasm_bindgen]
pub fn session_begin(
    server: usize,
    flags: u32,
    max_retries: u32,
    total: f64,
    connect: f64,
    idle: f64,
    now: f64,
) -> usize {
    let policy = Policy {
        max_retries,
        idempotent: flags & IDEMPOTENT != 0,
        retry_early_errors: flags & RETRY_EARLY_ERRORS != 0,
        ..Policy::default()
    };
    let deadlines =
        Deadlines { total_ms: length_ms(total), connect_ms: length_ms(connect), idle_ms: length_ms(idle) };
    let (mut session, _) =
        Session::begin(Settings { policy, deadlines, all_events: flags & ALL_EVENTS != 0 }, ms(now));
    with_sessions(0, |sessions| {
        if flags & NEW_SERVER != 0
            && let Some(budget) = sessions.budgets.get_mut(server)
        {
            *budget = Budget::FULL;
        }
        session.reuse(core::mem::take(&mut sessions.spare));
        sessions.put(Box::new(Entry { session, server, input: Vec::new(), unread: 0..0 }))
    })
}

/// Ends a session and gives its memory back, but for the largest buffer yet: that is the next one's.
#[wasm_bindgen]
pub fn session_free(number: usize) {
    with_sessions((), |sessions| {
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
    with_sessions(0, |sessions| sessions.entries.iter().flatten().count())
}

/// Makes room for chunks of up to `length` bytes and gives the address at which each of them is put. It stays the same
/// until room for longer ones is made.
#[wasm_bindgen]
pub fn session_input(number: usize, length: usize) -> *const u8 {
    with_sessions(core::ptr::null(), |sessions| {
        let Some((entry, _)) = sessions.get(number) else { return core::ptr::null() };
        if entry.input.len() < length {
            // What was read already need not be copied.
            entry.input = vec![0; length];
        }
        entry.input.as_ptr()
    })
}

/// When to wake next; infinite when nothing is due.
#[allow(clippy::cast_precision_loss, reason = "times of a clock that started with the program")]
#[wasm_bindgen]
pub fn session_wake_at(number: usize) -> f64 {
    with_sessions(f64::INFINITY, |sessions| {
        let wake_at = sessions.get(number).and_then(|(entry, _)| entry.session.wake_at_ms());
        wake_at.map_or(f64::INFINITY, |time| time as f64)
    })
}

/// What happens to a session, by numbers that `src/npm/session.js` repeats.
///
/// A chunk of `length` bytes was put into the input; with a length of 0 it is read on in the last one. Answers 0 when it is
/// used up.
const READ: u32 = 0;
/// The body has ended; to be told until it answers a step or that all is complete.
const FINISH: u32 = 1;
/// The body broke off.
const CUT: u32 = 2;
/// The caller called it off.
const ABORT: u32 = 3;
/// The caller was busy with what was found; its silence does not count.
const RESUME: u32 = 4;
/// Time has passed; answers what is due by now, or 0.
const WAKE: u32 = 5;
/// From here on, what there is to say of it comes packed as two values.
///
/// The head of a reply came: its headers by their names in lower case, and `{ status, keeps }`, of which the second is whether
/// the server has shown that it keeps the answer of this call.
const HEAD: u32 = 6;
/// The body of a refused reply: its JSON or null, and `{ headers, body }`.
const REFUSED: u32 = 7;
/// An attempt failed before its reply: the code of its error, or null.
const REJECTED: u32 = 8;
/// What was unexplained: its JSON, or null. Answers 0 when it is a document.
const EXPLAINED: u32 = 9;

/// Tells a session what has happened. Packs what to do next, or what was found; 0 for nothing.
#[wasm_bindgen]
pub fn session_event(number: usize, event: u32, length: usize, now: f64, dice: f64, unix: f64) -> usize {
    let (first, second) = match if event < HEAD { Ok((Value::Null, Value::Null)) } else { values(length) } {
        Ok(told) => told,
        Err(failure) => return pack(&failure),
    };
    let now = ms(now);
    with_sessions(0, |sessions| {
        let Some((entry, budget)) = sessions.get(number) else { return 0 };
        let Entry { session, input, unread, .. } = entry;
        let found = |found: Found<'_>| show(found, "");
        let next = match event {
            READ => {
                if length > 0 {
                    *unread = 0..length;
                }
                let mut chunk = input.get(unread.clone()).unwrap_or_default();
                let found = session.read(&mut chunk, now, dice, budget, found);
                unread.start = unread.end.saturating_sub(chunk.len());
                return found.unwrap_or_default();
            }
            FINISH => return session.finish(now, dice, budget, found),
            CUT => return session.cut(now, dice, budget, found),
            HEAD => {
                if second.get("keeps").and_then(Value::as_bool) == Some(true) {
                    session.keeps_answers();
                }
                let status = second.get("status").and_then(Value::as_integer);
                let status = status.and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
                let get = |name: &str| first.get(name)?.as_str();
                return pack(&packed::Head {
                    read: session.head(status, &get, now) == Head::Read,
                    request_id: headers::request_id(&get),
                    rate_limit: headers::rate_limit(&get),
                });
            }
            RESUME => {
                session.resume(now);
                None
            }
            WAKE => session.wake(now, dice, budget),
            REFUSED => {
                let get = |name: &str| second.get("headers")?.get(name)?.as_str();
                let body = second.get("body").and_then(Value::as_str).unwrap_or_default();
                let problem = problem::of_reply(session.status(), Some(&first), body);
                Some(session.refused(problem, &get, ms(unix), now, dice, budget))
            }
            REJECTED => Some(session.rejected(first.as_str().unwrap_or_default(), now, dice, budget)),
            EXPLAINED => session.explained(&first, now, dice, budget),
            ABORT => Some(session.abort(now, budget)),
            _ => None,
        };
        next.map_or(0, |step| show(Found::Step(step), session.last_event_id()))
    })
}

/// Packs what was found, or what to do next.
fn show(found: Found<'_>, last_event_id: &str) -> usize {
    pack(&Next { found, last_event_id })
}
