//! The lines and fields of an event stream: <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>.
//!
//! Two readings differ from a browser's `EventSource`, on purpose: comments are reported, because a heartbeat is how a
//! server says it is alive; and an event at the end of the stream that lacks only its blank line counts if its JSON is
//! complete, because it is a paid picture.

use super::json::{Json, Stop};
use super::{Limits, ScanError, ScanErrorKind};

#[derive(Clone, Debug)]
pub(super) struct Events {
    line: Line,
    /// The name of the field, as far as it is read; longer names are unknown anyway.
    name: [u8; 6],
    name_bytes: usize,
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
}

/// Where in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Name,
    /// After the colon, where one space does not count.
    Space(Field),
    Value(Field),
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

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The input is used up.
    Nothing,
    /// A blank line that dispatches nothing.
    Blank,
    Piece {
        last: bool,
    },
    Comment,
    Retry(u64),
    Message,
    Done,
    Document,
}

impl Events {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            line: Line::Name,
            name: [0; 6],
            name_bytes: 0,
            after_cr: false,
            value: Vec::new(),
            line_bytes: limits.line_bytes,
            event: Vec::new(),
            id: Vec::new(),
            last_id: Vec::new(),
            has_data: false,
            no_json: None,
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
        super::repair(&mut self.event);
        super::repair(&mut self.last_id);
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
        super::repair(&mut self.value);
        super::as_text(&self.value)
    }

    /// So many bytes were read that can only begin a field nobody knows.
    pub(super) fn unknown_field(&mut self, bytes: u8) {
        if bytes > 0 {
            self.name_bytes = self.name.len().saturating_add(1);
        }
    }

    /// Reads until something is found. `offset` is where the window begins.
    pub(super) fn step(
        &mut self,
        json: &mut Json,
        window: &mut &[u8],
        offset: u64,
    ) -> Result<Found, ScanErrorKind> {
        let length = window.len();
        loop {
            let here = |window: &[u8]| offset.saturating_add(length.saturating_sub(window.len()) as u64);
            if let Line::Value(Field::Data) = self.line
                && (json.is_releasing() || !window.is_empty())
            {
                match json.scan(window, true) {
                    Ok(Stop::Input) => return Ok(Found::Nothing),
                    Ok(Stop::Piece { last }) => return Ok(Found::Piece { last }),
                    Ok(Stop::Line) => {}
                    Err(kind) => {
                        self.take_as_text(json, kind, here(window))?;
                        continue;
                    }
                }
            }
            let Some((&byte, tail)) = window.split_first() else { return Ok(Found::Nothing) };
            if core::mem::take(&mut self.after_cr) && byte == b'\n' {
                *window = tail;
                continue;
            }
            let field = match (self.line, byte) {
                (Line::Name, b'\r' | b'\n') if self.name_bytes == 0 => {
                    *window = tail;
                    self.after_cr = byte == b'\r';
                    return self.blank_line(json, here(window));
                }
                (Line::Name, b':') => {
                    *window = tail;
                    let field = self.field();
                    if field == Field::Data {
                        self.begin_data(json, here(window))?;
                    }
                    self.line = Line::Space(field);
                    continue;
                }
                (Line::Name, b'\r' | b'\n') => {
                    let field = self.field();
                    if field == Field::Data {
                        self.begin_data(json, here(window))?;
                    }
                    field
                }
                (Line::Name, _) => {
                    *window = tail;
                    if let Some(place) = self.name.get_mut(self.name_bytes) {
                        *place = byte;
                    }
                    self.name_bytes = self.name_bytes.saturating_add(1);
                    continue;
                }
                (Line::Space(field), _) => {
                    if byte == b' ' {
                        *window = tail;
                    }
                    self.line = Line::Value(field);
                    continue;
                }
                (Line::Value(field), b'\r' | b'\n') => field,
                (Line::Value(field), _) => {
                    self.read_value(window, field)?;
                    continue;
                }
            };
            *window = tail;
            self.after_cr = byte == b'\r';
            self.line = Line::Name;
            self.name_bytes = 0;
            match self.end_line(field) {
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
        if json.is_foreign() && json.text() == "[DONE]" {
            return Ok(Found::Done);
        }
        // `12` may have been going to be `123`: only what closes itself is known to be complete.
        if !json.is_closed() {
            return Err(ScanErrorKind::Truncated);
        }
        self.last_id.clone_from(&self.id);
        Ok(Found::Message)
    }

    fn field(&self) -> Field {
        match self.name.get(..self.name_bytes) {
            Some(b"") => Field::Comment,
            Some(b"data") => Field::Data,
            Some(b"event") => Field::Event,
            Some(b"id") => Field::Id,
            Some(b"retry") => Field::Retry,
            _ => Field::Unknown,
        }
    }

    /// Lines of data are joined with a line feed.
    fn begin_data(&mut self, json: &mut Json, offset: u64) -> Result<(), ScanErrorKind> {
        if core::mem::replace(&mut self.has_data, true) {
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

    fn read_value(&mut self, window: &mut &[u8], field: Field) -> Result<(), ScanErrorKind> {
        let end = window.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(window.len());
        let room = if field == Field::Unknown {
            usize::MAX
        } else {
            self.line_bytes.saturating_sub(self.value.len())
        };
        let (run, _) = window.split_at_checked(end.min(room)).unwrap_or((&[], &[]));
        if field != Field::Unknown {
            self.value.extend_from_slice(run);
        }
        *window = window.get(run.len()..).unwrap_or(&[]);
        if end > room { Err(ScanErrorKind::LineTooLong) } else { Ok(()) }
    }

    fn end_line(&mut self, field: Field) -> Found {
        match field {
            // The value is lent, and cleared with the next call.
            Field::Comment => return Found::Comment,
            Field::Event => core::mem::swap(&mut self.event, &mut self.value),
            Field::Id if !self.value.contains(&0) => core::mem::swap(&mut self.id, &mut self.value),
            Field::Retry => {
                let digits = !self.value.is_empty() && self.value.iter().all(u8::is_ascii_digit);
                let number = self.value.iter().fold(0_u64, |number, digit| {
                    number.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0')))
                });
                self.value.clear();
                if digits {
                    return Found::Retry(number);
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
        if json.is_foreign() {
            return Ok(if json.text() == "[DONE]" { Found::Done } else { Found::Message });
        }
        if !json.is_complete() {
            self.take_as_text(json, ScanErrorKind::Json, offset)?;
        }
        Ok(Found::Message)
    }
}
