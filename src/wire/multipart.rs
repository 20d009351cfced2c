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
    /// This text.
    Text(String),
    /// All bytes of the file that was added with this number.
    File(usize),
}

/// A form that is being written. Parts come out in the order they were added.
#[derive(Clone, Debug)]
pub struct Form {
    /// Ends with the boundary.
    content_type: String,
    segments: Vec<Segment>,
    text: String,
}

/// A finished form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The `Content-Type` header, with the boundary.
    pub content_type: String,
    /// The body, in order.
    pub segments: Vec<Segment>,
}

const BEFORE_BOUNDARY: &str = "multipart/form-data; boundary=";

impl Form {
    /// An empty form. `random` must be fresh and from a cryptographic source: a boundary that can be guessed lets a
    /// file forge parts.
    pub fn new(random: [u8; 16]) -> Self {
        let mut content_type = String::from(BEFORE_BOUNDARY);
        content_type.push_str("----gpt-image-edge-");
        for byte in random {
            for digit in [byte >> 4, byte & 15] {
                content_type.extend(char::from_digit(u32::from(digit), 16));
            }
        }
        Self { content_type, segments: Vec::new(), text: String::new() }
    }

    /// Adds a text field.
    pub fn text(&mut self, name: &str, value: &str) {
        self.open(name);
        self.push("\"\r\n\r\n", &VALUE);
        self.push(value, &VALUE);
        self.push("\r\n", &VALUE);
    }

    /// Adds a file. `number` comes back in [`Segment::File`]; without a file name it is called `blob`, as browsers do.
    pub fn file(&mut self, name: &str, file_name: &str, media_type: &str, number: usize) {
        self.open(name);
        self.push("\"; filename=\"", &VALUE);
        self.push(if file_name.is_empty() { "blob" } else { file_name }, &FILE_NAME);
        self.push("\"\r\nContent-Type: ", &VALUE);
        self.push(if is_header_safe(media_type) { media_type } else { UNKNOWN_TYPE }, &VALUE);
        self.push("\r\n\r\n", &VALUE);
        self.segments.push(Segment::Text(core::mem::take(&mut self.text)));
        self.segments.push(Segment::File(number));
        self.push("\r\n", &VALUE);
    }

    /// Ends the form.
    pub fn finish(mut self) -> Encoded {
        self.delimit();
        self.push("--\r\n", &VALUE);
        self.segments.push(Segment::Text(self.text));
        Encoded { content_type: self.content_type, segments: self.segments }
    }

    /// Begins a part, up to the end of its name.
    fn open(&mut self, name: &str) {
        self.delimit();
        self.push("\r\nContent-Disposition: form-data; name=\"", &VALUE);
        self.push(name, &NAME);
    }

    fn delimit(&mut self) {
        self.text.push_str("--");
        self.text.push_str(self.content_type.get(BEFORE_BOUNDARY.len()..).unwrap_or_default());
    }

    /// What the standard says of text values leaves the lines of the form itself as they are.
    fn push(&mut self, text: &str, escapes: &Escapes) {
        let mut after_cr = false;
        let mut utf8 = [0; 4];
        for character in text.chars() {
            self.text.push_str(match character {
                '\r' => escapes.cr,
                '\n' if after_cr => escapes.lf_after_cr,
                '\n' => escapes.lf,
                '"' => escapes.quote,
                other => other.encode_utf8(&mut utf8),
            });
            after_cr = character == '\r';
        }
    }
}

impl Encoded {
    /// The length of the body in bytes, given the length of each file by its number; `None` where one is unknown.
    pub fn length(&self, mut file_length: impl FnMut(usize) -> Option<u64>) -> Option<u64> {
        self.segments.iter().try_fold(0_u64, |sum, segment| {
            sum.checked_add(match segment {
                Segment::Text(text) => text.len() as u64,
                Segment::File(number) => file_length(*number)?,
            })
        })
    }
}

const UNKNOWN_TYPE: &str = "application/octet-stream";

/// The media type to send for a file: by its first bytes where they tell, else as declared, else unknown.
///
/// The API refuses `application/octet-stream` for images (openai-node#1468), which is what many clients declare.
pub fn media_type(format: Option<Format>, file: &File) -> &str {
    match format {
        Some(format) => format.media_type(),
        None if file.media_type.is_empty() => UNKNOWN_TYPE,
        None => &file.media_type,
    }
}

/// What stands in a form for the characters that have a meaning there.
struct Escapes {
    cr: &'static str,
    lf: &'static str,
    /// For the LF of a CRLF, of which the CR is written already.
    lf_after_cr: &'static str,
    quote: &'static str,
}

const VALUE: Escapes = Escapes { cr: "\r\n", lf: "\r\n", lf_after_cr: "", quote: "\"" };
const NAME: Escapes = Escapes { cr: "%0D%0A", lf: "%0D%0A", lf_after_cr: "", quote: "%22" };
const FILE_NAME: Escapes = Escapes { cr: "%0D", lf: "%0A", lf_after_cr: "%0A", quote: "%22" };

/// Whether a declared type can stand in a header: a caller's text must not be able to add lines to it.
fn is_header_safe(media_type: &str) -> bool {
    !media_type.is_empty() && media_type.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::{Encoded, FILE_NAME, Form, NAME, Segment, VALUE};

    fn text(encoded: &Encoded, files: &[&str]) -> String {
        encoded
            .segments
            .iter()
            .map(|segment| match segment {
                Segment::Text(text) => text.as_str(),
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
    fn lone_newlines_become_crlf_but_not_in_file_names() {
        for (given, value, file_name) in [
            ("", "", ""),
            ("\n", "\r\n", "%0A"),
            ("\r", "\r\n", "%0D"),
            ("\r\n", "\r\n", "%0D%0A"),
            ("\n\r", "\r\n\r\n", "%0A%0D"),
            ("\r\r\n\n", "\r\n\r\n\r\n", "%0D%0D%0A%0A"),
            ("a\rb", "a\r\nb", "a%0Db"),
        ] {
            let escaped = |escapes| {
                let mut form = Form::new([0; 16]);
                form.push(given, escapes);
                form.text
            };
            assert_eq!(escaped(&VALUE), value, "{given:?}");
            assert_eq!(escaped(&NAME), value.replace('\r', "%0D").replace('\n', "%0A"), "{given:?}");
            assert_eq!(escaped(&FILE_NAME), file_name, "{given:?}");
        }
    }

    #[test]
    fn a_declared_type_cannot_add_a_header() {
        let mut form = Form::new([0; 16]);
        form.file("image", "x", "image/png\r\nX-Evil: 1", 0);
        assert!(!text(&form.finish(), &[""]).contains("Evil"));
    }
}
