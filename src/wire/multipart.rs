//! `multipart/form-data`, written as the HTML standard says:
//! <https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data>.
//!
//! Our own encoder, because the runtimes differ: workerd's `FormData` leaves a bare CR in names, doubles backslashes,
//! and keeps lone newlines in values (workerd 1.20261117, measured 2026-11-20), while browsers and Node follow the
//! standard. What the standard means for a request:
//! - in `name` and `filename`, `"` becomes `%22`, CR `%0D` and LF `%0A`, and nothing else is escaped; text is UTF-8;
//! - in names and in text values, each lone CR or LF becomes CRLF. A prompt with line breaks therefore arrives in an
//!   edit with CRLF where a JSON body would carry LF. Every browser sends it so, for the official SDK too.
//! - file names are not normalised, and file bytes are never touched.
//!
//! The form is handed out in [`Segment`]s: the text between the files is ours, the bytes of the files stay where they
//! are, so that a `Blob`, a stream or a vector of slices can be put together without copying them.

use crate::picture::Format;
use crate::request::File;

/// A piece of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// These bytes.
    Text(Vec<u8>),
    /// All bytes of the file that was added with this number.
    File(usize),
}

/// A form that is being written. Parts come out in the order they were added.
#[derive(Clone, Debug)]
pub struct Form {
    boundary: String,
    segments: Vec<Segment>,
    text: Vec<u8>,
}

/// A finished form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The `Content-Type` header, with the boundary.
    pub content_type: String,
    /// The body, in order.
    pub segments: Vec<Segment>,
}

impl Form {
    /// An empty form. `random` must be fresh and from a cryptographic source: a boundary that can be guessed lets a
    /// file forge parts.
    pub fn new(random: [u8; 16]) -> Self {
        let mut boundary = String::from("----gpt-image-edge-");
        for byte in random {
            boundary.extend(char::from_digit(u32::from(byte >> 4), 16));
            boundary.extend(char::from_digit(u32::from(byte & 15), 16));
        }
        Self { boundary, segments: Vec::new(), text: Vec::new() }
    }

    /// Adds a text field.
    pub fn text(&mut self, name: &str, value: &str) {
        self.open(name);
        self.push("\r\n\r\n");
        self.push(&crlf(value));
        self.push("\r\n");
    }

    /// Adds a file. `number` comes back in [`Segment::File`]; without a file name it is called `blob`, as browsers do.
    pub fn file(&mut self, name: &str, file_name: &str, media_type: &str, number: usize) {
        self.open(name);
        self.push("; filename=\"");
        self.push(&escape(if file_name.is_empty() { "blob" } else { file_name }));
        self.push("\"\r\nContent-Type: ");
        self.push(if is_header_safe(media_type) { media_type } else { "application/octet-stream" });
        self.push("\r\n\r\n");
        self.segments.push(Segment::Text(core::mem::take(&mut self.text)));
        self.segments.push(Segment::File(number));
        self.push("\r\n");
    }

    /// Ends the form.
    pub fn finish(mut self) -> Encoded {
        let boundary = core::mem::take(&mut self.boundary);
        self.push("--");
        self.push(&boundary);
        self.push("--\r\n");
        self.segments.push(Segment::Text(self.text));
        Encoded { content_type: format!("multipart/form-data; boundary={boundary}"), segments: self.segments }
    }

    fn open(&mut self, name: &str) {
        self.push("--");
        self.text.extend_from_slice(self.boundary.as_bytes());
        self.push("\r\nContent-Disposition: form-data; name=\"");
        self.push(&escape(&crlf(name)));
        self.push("\"");
    }

    fn push(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }
}

impl Encoded {
    /// The length of the body in bytes, given the length of each file by its number; `None` where one is unknown.
    pub fn length(&self, mut file_length: impl FnMut(usize) -> Option<u64>) -> Option<u64> {
        self.segments.iter().try_fold(0_u64, |sum, segment| {
            sum.checked_add(match segment {
                Segment::Text(bytes) => bytes.len() as u64,
                Segment::File(number) => file_length(*number)?,
            })
        })
    }
}

/// The media type to send for a file: by its first bytes where they tell, else as declared, else unknown.
///
/// The API refuses `application/octet-stream` for images (openai-node#1468), which is what many clients declare.
pub fn media_type(format: Option<Format>, file: &File) -> &str {
    match format {
        Some(format) => format.media_type(),
        None if file.media_type.is_empty() => "application/octet-stream",
        None => &file.media_type,
    }
}

/// Each lone CR or LF as CRLF.
fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_cr = false;
    for character in text.chars() {
        match character {
            '\n' if after_cr => {}
            '\r' | '\n' => out.push_str("\r\n"),
            other => out.push(other),
        }
        after_cr = character == '\r';
    }
    out
}

fn escape(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '"' => out.push_str("%22"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            other => out.push(other),
        }
    }
    out
}

/// Whether a declared type can stand in a header: a caller's text must not be able to add lines to it.
fn is_header_safe(media_type: &str) -> bool {
    !media_type.is_empty() && media_type.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::{Encoded, Form, Segment, crlf};

    fn text(encoded: &Encoded, files: &[&str]) -> String {
        encoded
            .segments
            .iter()
            .map(|segment| match segment {
                Segment::Text(bytes) => core::str::from_utf8(bytes).unwrap(),
                Segment::File(number) => files[*number],
            })
            .collect()
    }

    #[test]
    fn a_form_has_the_bytes_of_the_standard() {
        let mut form = Form::new([0xab; 16]);
        form.text("prompt", "a cat\nand a dog");
        form.file("image[]", "a \"b\"\r\n.png", "image/png", 1);
        form.file("image[]", "", "", 0);
        let encoded = form.finish();
        let boundary = format!("----gpt-image-edge-{}", "ab".repeat(16));
        assert_eq!(encoded.content_type, format!("multipart/form-data; boundary={boundary}"));
        assert_eq!(
            text(&encoded, &["FIRST", "SECOND"]),
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na cat\r\nand a dog\r\n\
                 --{boundary}\r\nContent-Disposition: form-data; name=\"image[]\"; filename=\"a %22b%22%0D%0A.png\"\r\n\
                 Content-Type: image/png\r\n\r\nSECOND\r\n\
                 --{boundary}\r\nContent-Disposition: form-data; name=\"image[]\"; filename=\"blob\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\nFIRST\r\n--{boundary}--\r\n"
            )
        );
        let length = text(&encoded, &["FIRST", "SECOND"]).len() as u64;
        assert_eq!(encoded.length(|number| Some([5, 6][number])), Some(length));
        assert_eq!(encoded.length(|_| None), None);
    }

    #[test]
    fn lone_newlines_become_crlf() {
        for (given, expected) in [
            ("", ""),
            ("\n", "\r\n"),
            ("\r", "\r\n"),
            ("\r\n", "\r\n"),
            ("\n\r", "\r\n\r\n"),
            ("\r\r\n\n", "\r\n\r\n\r\n"),
            ("a\rb", "a\r\nb"),
        ] {
            assert_eq!(crlf(given), expected, "{given:?}");
        }
    }

    #[test]
    fn a_declared_type_cannot_add_a_header() {
        let mut form = Form::new([0; 16]);
        form.file("image", "x", "image/png\r\nX-Evil: 1", 0);
        assert!(!text(&form.finish(), &[""]).contains("Evil"));
    }
}
