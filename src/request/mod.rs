//! What a caller asks for.
//!
//! A request is a [`Value`]: exactly the fields that were given, known or not, valid or not, in their order.
//! Nothing is dropped on the way in, so that [`crate::check`] can name every problem; the typed readings of
//! single fields ([`Size`] and what stands in the operations' modules) are made from it on demand.

#[cfg(feature = "extras")]
pub mod batch;
pub mod data_url;
pub mod field;
#[cfg(feature = "extras")]
pub mod runware;
pub mod size;
pub mod value;

pub use data_url::DataUrl;
pub use field::{Field, Fields};
pub use size::Size;
pub use value::{File, Text, Value};

/// What a request is for; each operation has its own fields and its own form on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `POST /images/generations`.
    Generate,
    /// `POST /images/edits`, as multipart (files) or JSON (`images` by reference).
    Edit,
    #[cfg(feature = "extras")]
    /// `POST /responses` with the `image_generation` tool.
    Respond,
    #[cfg(feature = "extras")]
    /// Runware's `imageInference` task.
    Runware,
    #[cfg(feature = "extras")]
    /// One line of a Batch API input file.
    Batch,
}

impl Operation {
    /// Every operation, in the order of the documentation.
    pub const ALL: &[Self] = &[
        Self::Generate,
        Self::Edit,
        #[cfg(feature = "extras")]
        Self::Respond,
        #[cfg(feature = "extras")]
        Self::Runware,
        #[cfg(feature = "extras")]
        Self::Batch,
    ];

    /// The name the JavaScript API uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Edit => "edit",
            #[cfg(feature = "extras")]
            Self::Respond => "respond",
            #[cfg(feature = "extras")]
            Self::Runware => "runware",
            #[cfg(feature = "extras")]
            Self::Batch => "batch",
        }
    }

    /// The operation of that exact name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|operation| operation.name() == name)
    }
}
