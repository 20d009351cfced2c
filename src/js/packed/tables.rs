//! What `src/npm/unpack.js` asks for when it starts: the texts that cross as numbers.

use super::WORDS;
use super::write::{Pack, Writer};
use crate::check::{Code, Severity};
use crate::cost::{Basis, Kind, Note};
use crate::request::{Field, Operation};

/// Lists as lines, an empty one after each list: words, of which the first are the fields; kinds, notes, bases, operations,
/// sources and codes.
pub(in crate::js) struct Tables;

impl Pack for Tables {
    fn pack(&self, out: &mut Writer) {
        let mut lines = String::new();
        for word in WORDS {
            lines.push_str(word);
            lines.push('\n');
        }
        lines.push('\n');
        lines.push_str(NAMES);
        out.text(&lines);
    }
}

/// The lists of which the module itself has the numbers only, put together by the compiler.
const NAMES: &str = {
    const LINES: Lines<{ Lines::<0>::all().length }> = Lines::all();
    match core::str::from_utf8(&LINES.bytes) {
        Ok(text) => text,
        Err(_) => panic!("texts are UTF-8"),
    }
};

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler")]
const _: () = {
    let mut at = 0;
    while at < Field::ALL.len() {
        assert!(same(WORDS[at], Field::ALL[at].name()), "the words begin with the fields");
        at += 1;
    }
};

/// Lines, as many as there is room for, and how long all of them are.
struct Lines<const ROOM: usize> {
    bytes: [u8; ROOM],
    length: usize,
}

/// A line for each of a list, by the method that gives its text, and an empty one.
macro_rules! list {
    ($lines:ident, $all:expr, $text:expr) => {
        let mut rest: &[_] = &$all;
        while let [first, others @ ..] = rest {
            $lines.line($text(*first));
            rest = others;
        }
        $lines.line("");
    };
}

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "evaluated by the compiler")]
impl<const ROOM: usize> Lines<ROOM> {
    const fn all() -> Self {
        let mut lines = Self { bytes: [0; ROOM], length: 0 };
        list!(lines, Kind::ALL, Kind::name);
        list!(lines, *Note::ALL, Note::text);
        list!(lines, Basis::ALL, Basis::name);
        list!(lines, *Operation::ALL, Operation::name);
        lines.codes();
        lines
    }

    /// The sources, and then the name of each code behind the letter of its source: a capital where the code is an error.
    const fn codes(&mut self) {
        let mut letters = [0; Code::ALL.len()];
        let mut sources = 0;
        let mut at = 0;
        while at < letters.len() {
            let source = Code::ALL[at].source();
            let mut known = 0;
            while !same(Code::ALL[known].source(), source) {
                known += 1;
            }
            letters[at] = letters[known];
            if known == at {
                letters[at] = sources;
                sources += 1;
                self.line(source);
            }
            at += 1;
        }
        self.line("");
        at = 0;
        while at < letters.len() {
            self.push(match Code::ALL[at].severity() {
                Severity::Error => b'A' + letters[at],
                Severity::Warning => b'a' + letters[at],
            });
            self.line(Code::ALL[at].name());
            at += 1;
        }
    }

    const fn line(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let [byte, others @ ..] = rest {
            self.push(*byte);
            rest = others;
        }
        self.push(b'\n');
    }

    const fn push(&mut self, byte: u8) {
        if self.length < ROOM {
            self.bytes[self.length] = byte;
        }
        self.length += 1;
    }
}

const fn same(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.as_bytes(), other.as_bytes());
    while let ([a, rest @ ..], [b, others @ ..]) = (one, other) {
        if *a != *b {
            return false;
        }
        (one, other) = (rest, others);
    }
    one.is_empty() && other.is_empty()
}
