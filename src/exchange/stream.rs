//! What the events of a streamed call mean, and when the call is complete.
//!
//! | event | meaning |
//! | --- | --- |
//! | `image_generation.partial_image`, `image_edit.partial_image`, `response.image_generation_call.partial_image` | a partial image |
//! | `image_generation.completed`, `image_edit.completed` | an image |
//! | `response.output_item.done` with an image | an image; the response goes on |
//! | `response.completed` | the end of a response; the images in it came before |
//! | `event: error`, an `error` member, `error`, `response.failed`, `response.incomplete` | the end, in an error |
//!
//! Source: `OpenAI`'s Images and Responses API references, and the streams of `openai` 7.55.0 (checked 2026-11-20).

use crate::wire::scan::Message;

/// What an event means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// It shows a picture that is not finished.
    Partial,
    /// It brings a finished picture.
    Image,
    /// It ends the response.
    Completed,
    /// It ends the stream in an error.
    Failed,
    /// Nothing that decides anything: progress, or an event that this version does not know.
    Other,
    /// Data that is no JSON, which no event of these streams may have.
    Unreadable,
}

/// Follows the events of one stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    partials: u32,
    images: u32,
    completed: bool,
    /// Whether the stream is a response, which only its own end completes: its id and usage come last.
    is_response: bool,
}

impl Progress {
    /// Notes an event and says what it means.
    pub fn note(&mut self, message: &Message<'_>) -> Meaning {
        let meaning = meaning(message);
        self.is_response = self.is_response || kind(message).as_bytes().starts_with(b"response.");
        match meaning {
            Meaning::Partial => self.partials = self.partials.saturating_add(1),
            Meaning::Image => self.images = self.images.saturating_add(1),
            Meaning::Completed => self.completed = true,
            Meaning::Failed | Meaning::Other | Meaning::Unreadable => {}
        }
        meaning
    }

    /// Notes that the reply was a whole JSON body, which brings all there is at once.
    pub fn note_document(&mut self) {
        self.completed = true;
    }

    /// Whether a stream that ends here has brought what it promised. A stream that does not was cut off.
    pub const fn is_complete(&self) -> bool {
        self.completed || (self.images > 0 && !self.is_response)
    }

    /// How many partial images came.
    pub const fn partials(&self) -> u32 {
        self.partials
    }

    /// How many finished images came.
    pub const fn images(&self) -> u32 {
        self.images
    }
}

/// What an event means by itself. The `type` in its data decides; where it has none, the name of the event.
pub fn meaning(message: &Message<'_>) -> Meaning {
    if message.event == "error" || message.error {
        return Meaning::Failed;
    }
    if message.no_json.is_some() {
        return Meaning::Unreadable;
    }
    // No two names are of one length, so that one comparison tells; mostly it is that of the first letter.
    let kind = kind(message).as_bytes();
    let (name, meaning) = match kind.len() {
        5 => ("error", Meaning::Failed),
        15 => ("response.failed", Meaning::Failed),
        18 => ("response.completed", Meaning::Completed),
        19 => ("response.incomplete", Meaning::Failed),
        20 => ("image_edit.completed", Meaning::Image),
        24 => ("image_edit.partial_image", Meaning::Partial),
        25 if message.images.is_empty() => return Meaning::Other,
        25 => ("response.output_item.done", Meaning::Image),
        26 => ("image_generation.completed", Meaning::Image),
        30 => ("image_generation.partial_image", Meaning::Partial),
        44 => ("response.image_generation_call.partial_image", Meaning::Partial),
        _ => return Meaning::Other,
    };
    let name = name.as_bytes();
    if name.first() == kind.first() && name == kind { meaning } else { Meaning::Other }
}

fn kind<'a>(message: &Message<'a>) -> &'a str {
    if message.kind.is_empty() { message.event } else { message.kind }
}

#[cfg(test)]
mod tests {
    use super::{Meaning, Progress};
    use crate::wire::scan::{Item, Limits, Scanner};

    fn read(stream: &str) -> (Vec<Meaning>, Progress) {
        let mut scanner = Scanner::event_stream(&Limits::default());
        let mut progress = Progress::default();
        let mut meanings = Vec::new();
        let mut chunk = stream.as_bytes();
        while let Some(item) = scanner.feed(&mut chunk).unwrap() {
            if let Item::Message(message) = item {
                meanings.push(progress.note(&message));
            }
        }
        (meanings, progress)
    }

    #[test]
    fn events_mean_what_the_reference_says() {
        for (event, expected) in [
            (r#"data: {"type":"image_generation.partial_image","b64_json":"AAAA"}"#, Meaning::Partial),
            (r#"data: {"type":"image_edit.partial_image","b64_json":"AAAA"}"#, Meaning::Partial),
            (r#"data: {"b64_json":"AAAA","type":"image_edit.completed"}"#, Meaning::Image),
            ("event: image_generation.completed\ndata: {\"url\":\"https://x\"}", Meaning::Image),
            (
                r#"data: {"type":"response.image_generation_call.partial_image","partial_image_b64":"AAAA"}"#,
                Meaning::Partial,
            ),
            (r#"data: {"type":"response.image_generation_call.completed"}"#, Meaning::Other),
            (
                r#"data: {"type":"response.output_item.done","item":{"type":"image_generation_call","result":"AAAA"}}"#,
                Meaning::Image,
            ),
            (r#"data: {"type":"response.output_item.done","item":{"type":"reasoning"}}"#, Meaning::Other),
            (r#"data: {"type":"response.completed","response":{"error":null}}"#, Meaning::Completed),
            (r#"data: {"type":"response.failed","response":{"error":{"message":"x"}}}"#, Meaning::Failed),
            (r#"data: {"type":"response.incomplete"}"#, Meaning::Failed),
            (r#"data: {"type":"error","message":"x"}"#, Meaning::Failed),
            (r#"data: {"error":{"message":"x"}}"#, Meaning::Failed),
            ("event: error\ndata: busy", Meaning::Failed),
            ("data: hello", Meaning::Unreadable),
            (r#"data: {"type":"image_generation.sharpened"}"#, Meaning::Other),
            ("event: ping\ndata: {}", Meaning::Other),
        ] {
            assert_eq!(read(&format!("{event}\n\n")).0, [expected], "{event}");
        }
    }

    #[test]
    fn only_a_finished_picture_or_response_completes_a_stream() {
        let partial = "data: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"AAAA\"}\n\n";
        let image = "data: {\"type\":\"image_generation.completed\",\"b64_json\":\"AAAA\"}\n\n";
        let progress = read(&partial.repeat(2)).1;
        assert!(!progress.is_complete());
        assert_eq!((progress.partials(), progress.images()), (2, 0));
        assert!(read(&(partial.to_owned() + image)).1.is_complete());
        let drawn = "data: {\"type\":\"response.output_item.done\",\"item\":{\"type\":\"image_generation_call\",\"result\":\"AAAA\"}}\n\n";
        let progress = read(drawn).1;
        assert!(!progress.is_complete(), "the id, the usage and the text of a response are still to come");
        assert_eq!(progress.images(), 1);
        let completed = "data: {\"type\":\"response.completed\"}\n\n";
        assert!(read(&(drawn.to_owned() + completed)).1.is_complete());
        assert!(read(completed).1.is_complete());
        assert!(!read("").1.is_complete());
    }
}
