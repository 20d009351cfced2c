//! The lines and fields of an event stream: <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>.
//!
//! Two readings differ from a browser's `EventSource`, on purpose: comments are reported, because a heartbeat is how a
//! server says it is alive; and an event at the end of the stream that lacks only its blank line counts if its JSON is
//! complete, because it is a paid picture.

use super::super::headers::digits;
use super::json::Json;
use super::text::is_line_end;
use super::{Found, Limits, ScanError, ScanErrorKind, repair};

#[derive(Clone, Debug)]
pub(super) struct Events {
    line: Line,
    /// The letters of the field's name so far, behind [`NO_NAME`]; longer names are unknown anyway.
    name: u64,
    field: Field,
    after_cr: bool,
    /// The value of the field, unless it is data.
    value: Vec<u8>,
    line_bytes: usize,
    event: Vec<u8>,
    /// The id as set by the lines so far, and as of the last blank line.
    id: Vec<u8>,
    last_id: Vec<u8>,
    has_data: bool,
    no_json: Option<ScanError>,
    /// What the last `retry` asked for.
    retry_ms: u64,
}

/// A name of no letters.
const NO_NAME: u64 = 1;

/// A name with one more letter. What does not fit is cut, and is then no name we know.
const fn longer(name: u64, letter: u8) -> u64 {
    if name >> 56 == 0 { name << 8 | letter as u64 } else { name }
}

const fn name(letters: &[u8]) -> u64 {
    let mut name = NO_NAME;
    let mut rest = letters;
    while let [letter, tail @ ..] = rest {
        name = longer(name, *letter);
        rest = tail;
    }
    name
}

const DATA: u64 = name(b"data");
const EVENT: u64 = name(b"event");
const ID: u64 = name(b"id");
const RETRY: u64 = name(b"retry");

/// Where in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Name,
    /// After the colon, where one space does not count.
    Space,
    Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Unknown,
    Comment,
    Event,
    Data,
    Id,
    Retry,
}

impl Events {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            line: Line::Name,
            name: NO_NAME,
            field: Field::Unknown,
            after_cr: false,
            value: Vec::new(),
            line_bytes: limits.line_bytes,
            event: Vec::new(),
            id: Vec::new(),
            last_id: Vec::new(),
            has_data: false,
            no_json: None,
            retry_ms: 0,
        }
    }

    pub(super) fn restart(&mut self) {
        self.event.clear();
        self.has_data = false;
        self.no_json = None;
    }

    pub(super) fn clear_line(&mut self) {
        self.value.clear();
    }

    pub(super) fn repair(&mut self) {
        repair(&mut self.event);
        repair(&mut self.last_id);
    }

    pub(super) fn event(&self) -> &str {
        super::as_text(&self.event)
    }

    pub(super) fn last_event_id(&self) -> &str {
        super::as_text(&self.last_id)
    }

    pub(super) const fn no_json(&self) -> Option<ScanError> {
        self.no_json
    }

    pub(super) fn comment(&mut self) -> &str {
        repair(&mut self.value);
        super::as_text(&self.value)
    }

    pub(super) const fn retry_ms(&self) -> u64 {
        self.retry_ms
    }

    /// Bytes were read that can only begin a field nobody knows.
    pub(super) const fn unknown_field(&mut self) {
        self.name = u64::MAX;
    }

    /// Reads until something is found. `offset` is where the window begins.
    pub(super) fn step(
        &mut self,
        json: &mut Json,
        window: &mut &[u8],
        offset: u64,
    ) -> Result<Found, ScanErrorKind> {
        let end = offset.wrapping_add(window.len() as u64);
        let here = |window: &[u8]| end.wrapping_sub(window.len() as u64);
        loop {
            let in_value = self.line == Line::Value;
            if in_value && self.field == Field::Data && (json.is_releasing() || !window.is_empty()) {
                match json.scan(window, true) {
                    Ok(Found::Line) => {}
                    Ok(found) => return Ok(found),
                    Err(kind) => {
                        self.take_as_text(json, kind, here(window))?;
                        continue;
                    }
                }
            }
            let Some((&byte, tail)) = window.split_first() else { return Ok(Found::Nothing) };
            let ends_line = is_line_end(byte);
            if core::mem::take(&mut self.after_cr) && byte == b'\n' {
                *window = tail;
                continue;
            }
            if self.line == Line::Space {
                self.line = Line::Value;
                if byte == b' ' {
                    *window = tail;
                }
                continue;
            }
            if in_value && !ends_line {
                self.read_value(window)?;
                continue;
            }
            if !in_value {
                if !ends_line {
                    *window = tail;
                    if byte != b':' {
                        self.name = longer(self.name, byte);
                        continue;
                    }
                    self.line = Line::Space;
                } else if self.name == NO_NAME {
                    *window = tail;
                    self.after_cr = byte == b'\r';
                    return self.blank_line(json, here(window));
                }
                self.begin_value(json, here(window))?;
                if !ends_line {
                    continue;
                }
            }
            *window = tail;
            self.after_cr = byte == b'\r';
            self.line = Line::Name;
            self.name = NO_NAME;
            match self.end_line() {
                Found::Nothing => {}
                found => return Ok(found),
            }
        }
    }

    /// Ends the stream.
    pub(super) fn finish(&mut self, json: &mut Json) -> Result<Found, ScanErrorKind> {
        if !self.has_data {
            return Ok(Found::Nothing);
        }
        if is_done(json) {
            return Ok(Found::Done);
        }
        // `12` may have been going to be `123`: only what closes itself is known to be complete.
        if !json.is_closed() {
            return Err(ScanErrorKind::Truncated);
        }
        self.last_id.clone_from(&self.id);
        Ok(Found::Message)
    }

    /// The name is complete.
    fn begin_value(&mut self, json: &mut Json, offset: u64) -> Result<(), ScanErrorKind> {
        self.field = match self.name {
            NO_NAME => Field::Comment,
            DATA => Field::Data,
            EVENT => Field::Event,
            ID => Field::Id,
            RETRY => Field::Retry,
            _ => Field::Unknown,
        };
        // Lines of data are joined with a line feed.
        if self.field == Field::Data && core::mem::replace(&mut self.has_data, true) {
            let mut line_feed = &b"\n"[..];
            if let Err(kind) = json.scan(&mut line_feed, false) {
                self.take_as_text(json, kind, offset)?;
                json.scan(&mut line_feed, false)?;
            }
        }
        Ok(())
    }

    /// The data is no JSON. That is text as long as nothing was taken out of it, else damage.
    fn take_as_text(
        &mut self,
        json: &mut Json,
        kind: ScanErrorKind,
        offset: u64,
    ) -> Result<(), ScanErrorKind> {
        if kind != ScanErrorKind::Json || json.has_images() {
            return Err(kind);
        }
        self.no_json = Some(ScanError { kind, offset });
        json.set_foreign();
        Ok(())
    }

    fn read_value(&mut self, window: &mut &[u8]) -> Result<(), ScanErrorKind> {
        let end = window.iter().position(|byte| is_line_end(*byte)).unwrap_or(window.len());
        let is_known = self.field != Field::Unknown;
        let room = if is_known { self.line_bytes.saturating_sub(self.value.len()) } else { end };
        let (run, tail) = window.split_at_checked(end.min(room)).unwrap_or_default();
        if is_known {
            self.value.extend_from_slice(run);
        }
        *window = tail;
        if end > room { Err(ScanErrorKind::LineTooLong) } else { Ok(()) }
    }

    fn end_line(&mut self) -> Found {
        match self.field {
            // The value is lent, and cleared with the next call.
            Field::Comment => return Found::Comment,
            Field::Event => core::mem::swap(&mut self.event, &mut self.value),
            Field::Id if !self.value.contains(&0) => core::mem::swap(&mut self.id, &mut self.value),
            Field::Retry => {
                if let Some(ms) = digits(&self.value) {
                    self.value.clear();
                    self.retry_ms = ms;
                    return Found::Retry;
                }
            }
            Field::Id | Field::Data | Field::Unknown => {}
        }
        self.value.clear();
        Found::Nothing
    }

    /// Dispatches the event, if there is data.
    fn blank_line(&mut self, json: &mut Json, offset: u64) -> Result<Found, ScanErrorKind> {
        self.last_id.clone_from(&self.id);
        if !self.has_data {
            self.event.clear();
            return Ok(Found::Blank);
        }
        if is_done(json) {
            return Ok(Found::Done);
        }
        if !json.is_foreign() && !json.is_complete() {
            self.take_as_text(json, ScanErrorKind::Json, offset)?;
        }
        Ok(Found::Message)
    }
}

/// Whether the data is the text that ends a stream.
fn is_done(json: &Json) -> bool {
    json.is_foreign() && json.text() == "[DONE]"
}
