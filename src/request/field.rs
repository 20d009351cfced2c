//! The fields of requests: their names, their kinds, and which operation has them.

use super::{Operation, Value};

/// What sort of value a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// An object with fields of its own.
    Object,
    /// One file, or a list of files.
    Files,
    /// One file.
    File,
    /// A list of references to images.
    References,
}

impl Kind {
    /// What error messages call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Files => "file or array of files",
            Self::File => "file",
            Self::References => "array of objects",
        }
    }
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal: $kind:ident, $operations:ident;)*) => {
        /// A field of an image request, in the order of the documentation; issues are reported in this order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Field { $($(#[$doc])* $variant,)* }

        impl Field {
            /// Every field, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What sort of value it holds.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)* }
            }

            const fn operations(self) -> Operations {
                match self { $(Self::$variant => Operations::$operations,)* }
            }
        }
    };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operations {
    Both,
    Generate,
    Edit,
    /// Only edits whose images are references in JSON.
    EditJson,
    /// Only edits whose images are files in a form.
    EditForm,
}

fields! {
    /// What to draw.
    Prompt = "prompt": Text, Both;
    /// The input images of an edit, as files.
    Image = "image": Files, EditForm;
    /// The input images of an edit, by reference.
    Images = "images": References, EditJson;
    /// Where an edit may change the first image.
    Mask = "mask": File, Edit;
    /// A drawing over the first image that guides the edit.
    Markup = "markup": File, EditForm;
    /// The model's id.
    Model = "model": Text, Both;
    /// How many images.
    N = "n": Integer, Both;
    /// Pixels, as `WIDTHxHEIGHT`, or `auto`.
    Size = "size": Text, Both;
    /// How much work goes into the image.
    Quality = "quality": Text, Both;
    /// Opaque or transparent.
    Background = "background": Text, Both;
    /// The file format of the reply.
    OutputFormat = "output_format": Text, Both;
    /// In percent, for lossy formats.
    OutputCompression = "output_compression": Integer, Both;
    /// How closely an edit keeps to its input.
    InputFidelity = "input_fidelity": Text, Edit;
    /// How strict moderation is.
    Moderation = "moderation": Text, Both;
    /// Whether the reply is an event stream.
    Stream = "stream": Boolean, Both;
    /// How many partial images a stream brings.
    PartialImages = "partial_images": Integer, Both;
    /// How much the model plans.
    Complexity = "complexity": Text, Both;
    /// Frames of an animation.
    FrameCount = "frame_count": Integer, Both;
    /// How long each frame shows.
    FrameDurationMs = "frame_duration_ms": Integer, Both;
    /// Who writes the vector image, and how.
    Svg = "svg": Object, Both;
    /// A stable, hashed id of the end user.
    SafetyIdentifier = "safety_identifier": Text, Both;
    /// The older form of `safety_identifier`.
    User = "user": Text, Both;
    /// Where dall-e models put the image.
    ResponseFormat = "response_format": Text, Both;
    /// The look dall-e-3 could be asked for.
    Style = "style": Text, Generate;
}

/// Where a name stands in [`PLACES`]. The factors are such that each field has a place of its own.
const fn place(name: &[u8]) -> usize {
    let ([first, ..], [.., last]) = (name, name) else { return 0 };
    let letters = (*first as usize).wrapping_mul(6).wrapping_add((*last as usize).wrapping_mul(40));
    name.len().wrapping_add(letters) % 64
}

/// The fields by [`place`].
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const PLACES: [Option<Field>; 64] = {
    let mut places = [None; 64];
    let mut rest = Field::ALL;
    while let [field, tail @ ..] = rest {
        let place = place(field.name().as_bytes());
        assert!(places[place].is_none(), "two fields have the same place: choose other factors");
        places[place] = Some(*field);
        rest = tail;
    }
    places
};

impl Field {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The field of exactly that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let field = PLACES.get(place(name.as_bytes())).copied().flatten();
        field.filter(|field| field.name() == name)
    }

    /// Whether requests of that operation have it. `json_body` tells the two forms of an edit apart.
    pub const fn is_of(self, operation: Operation, json_body: bool) -> bool {
        match operation {
            Operation::Generate => matches!(self.operations(), Operations::Both | Operations::Generate),
            Operation::Edit => match self.operations() {
                Operations::Both | Operations::Edit => true,
                Operations::EditJson => json_body,
                Operations::EditForm => !json_body,
                Operations::Generate => false,
            },
            #[cfg(feature = "extras")]
            Operation::Respond => self.is_of_tool(),
            #[cfg(feature = "extras")]
            Operation::Runware | Operation::Batch => false,
        }
    }

    #[cfg(feature = "extras")]
    /// Whether the `image_generation` tool has it. One call makes one image, and the main model writes the prompt.
    const fn is_of_tool(self) -> bool {
        matches!(
            self,
            Self::Model
                | Self::Size
                | Self::Quality
                | Self::Background
                | Self::OutputFormat
                | Self::OutputCompression
                | Self::InputFidelity
                | Self::Moderation
                | Self::PartialImages
                | Self::Complexity
                | Self::FrameCount
                | Self::FrameDurationMs
                | Self::Svg
        )
    }

    /// The field as a bit of a set.
    const fn bit(self) -> u32 {
        1 << self.index()
    }

    /// The set of those that requests of an operation have.
    const fn bits_of(operation: Operation, json_body: bool) -> u32 {
        const GENERATE: u32 = set(Operation::Generate, false);
        const EDIT_FORM: u32 = set(Operation::Edit, false);
        const EDIT_JSON: u32 = set(Operation::Edit, true);
        #[cfg(feature = "extras")]
        const TOOL: u32 = set(Operation::Respond, false);
        match operation {
            Operation::Generate => GENERATE,
            Operation::Edit if json_body => EDIT_JSON,
            Operation::Edit => EDIT_FORM,
            #[cfg(feature = "extras")]
            Operation::Respond => TOOL,
            #[cfg(feature = "extras")]
            Operation::Runware | Operation::Batch => 0,
        }
    }

    /// The place of the field among all.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// The fields that requests of an operation have, as bits.
const fn set(operation: Operation, json_body: bool) -> u32 {
    let mut bits = 0;
    let mut rest = Field::ALL;
    while let [field, tail @ ..] = rest {
        if field.is_of(operation, json_body) {
            bits |= field.bit();
        }
        rest = tail;
    }
    bits
}

/// The known fields of a request, each looked up once. A field that is given twice reads as its last value.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    values: [Option<&'a Value>; Field::COUNT],
    /// The fields that are there, as bits by [`Field::index`].
    present: u32,
    /// Whether there are names of no field, or the same one twice.
    irregular: bool,
}

impl<'a> Fields<'a> {
    /// Reads the fields of an object; of anything else there are none.
    pub fn of(request: &'a Value) -> Self {
        let mut fields = Self { values: [None; Field::COUNT], present: 0, irregular: false };
        for (name, value) in request.as_object().unwrap_or_default() {
            let field = Field::from_name(name);
            let Some((field, slot)) =
                field.and_then(|field| Some((field, fields.values.get_mut(field.index())?)))
            else {
                fields.irregular = true;
                continue;
            };
            fields.irregular |= slot.replace(value).is_some();
            fields.present |= field.bit();
        }
        fields
    }

    /// Whether each name is that of a field of such requests, and stands once.
    pub(crate) const fn are_all_of(&self, operation: Operation, json_body: bool) -> bool {
        !self.irregular && self.present & !Field::bits_of(operation, json_body) == 0
    }

    /// The value as it was given, `null` included.
    pub fn raw(&self, field: Field) -> Option<&'a Value> {
        self.values.get(field.index()).copied().flatten()
    }

    /// The value, `null` counting as absent.
    pub fn get(&self, field: Field) -> Option<&'a Value> {
        self.raw(field).filter(|value| !matches!(value, Value::Null))
    }

    /// The text of a field that holds one.
    pub fn text(&self, field: Field) -> Option<&'a str> {
        self.get(field)?.as_str()
    }

    /// The whole number of a field that holds one.
    pub fn integer(&self, field: Field) -> Option<i64> {
        self.get(field)?.as_integer()
    }

    /// Whether a boolean field is `true`.
    pub fn is_true(&self, field: Field) -> bool {
        self.get(field).and_then(Value::as_bool) == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, Fields};
    use crate::request::{Operation, Value};

    #[test]
    fn names_are_read_back() {
        for &field in Field::ALL {
            assert_eq!(Field::from_name(field.name()), Some(field));
        }
        assert_eq!(Field::from_name("Prompt"), None);
    }

    #[test]
    fn the_two_forms_of_an_edit_have_their_own_image_field() {
        assert!(Field::Image.is_of(Operation::Edit, false) && !Field::Image.is_of(Operation::Edit, true));
        assert!(
            Field::Images.is_of(Operation::Edit, true) && !Field::Images.is_of(Operation::Generate, true)
        );
        assert!(!Field::Style.is_of(Operation::Edit, false));
    }

    #[test]
    fn null_counts_as_absent_but_is_still_seen() {
        let request: Value = serde_json::from_str(r#"{"n":null,"size":"a","size":"b"}"#).unwrap();
        let fields = Fields::of(&request);
        assert_eq!((fields.get(Field::N), fields.raw(Field::N)), (None, Some(&Value::Null)));
        assert_eq!(fields.text(Field::Size), Some("b"));
    }
}
