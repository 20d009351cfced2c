//! The closed table of codes. `docs/checks.md` is generated from it.

use super::report::Severity;

/// The reference, by way of the official SDK that is generated from it (7.57.0, published 2026-11-13).
const REFERENCE: &str = "https://www.npmjs.com/package/openai/v/7.57.0";
/// The published description (2026-08-21).
const SPEC: &str = "https://github.com/openai/openai-openapi";
/// The image generation guide (copies of July to October 2026).
const GUIDE: &str = "https://developers.openai.com/api/docs/guides/image-generation";
/// The list of ends (read 2026-11-20).
const DEPRECATIONS: &str = "https://developers.openai.com/api/docs/deprecations";

macro_rules! codes {
    ($($(#[$when:meta])* $variant:ident = $name:literal, $severity:ident, $source:expr, $summary:literal, $text:literal;)*) => {
        /// Which rule a request broke. Codes are added, never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[$when])* #[doc = $summary] $variant,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$($(#[$when])* Self::$variant,)*];

            /// The word the JavaScript API uses.
            pub const fn name(self) -> &'static str {
                match self { $($(#[$when])* Self::$variant => $name,)* }
            }

            /// How bad it is.
            pub const fn severity(self) -> Severity {
                match self { $($(#[$when])* Self::$variant => Severity::$severity,)* }
            }

            /// The rule in one sentence.
            pub const fn summary(self) -> &'static str {
                match self { $($(#[$when])* Self::$variant => $summary,)* }
            }

            /// Why the rule exists and what `normalize` does about it.
            pub const fn text(self) -> &'static str {
                match self { $($(#[$when])* Self::$variant => $text,)* }
            }

            /// Where the rule comes from.
            pub const fn source(self) -> &'static str {
                match self { $($(#[$when])* Self::$variant => $source,)* }
            }
        }
    };
}

codes! {
    InvalidRequest = "invalid_request", Error, SPEC,
        "A request is an object.",
        "Anything else has no fields to send.";
    TooManyIssues = "too_many_issues", Error, SPEC,
        "The request has more problems than are listed.",
        "The first 100 are. `normalize` leaves such a request as it is.";
    Required = "required", Error, SPEC,
        "A field that the operation needs is absent.",
        "`prompt` is always needed; an edit also needs its images.";
    InvalidType = "invalid_type", Error, SPEC,
        "A value has another type than the field.",
        "`normalize` turns text that spells a number or a boolean into it, as forms and URLs carry them; nothing else.";
    NotAnInteger = "not_an_integer", Error, SPEC,
        "A number must be whole.",
        "NaN and the infinities are no numbers to JSON at all.";
    TooSmall = "too_small", Error, SPEC,
        "A number is below the least allowed.",
        "The nearest allowed number is offered, but not applied: it is another request.";
    TooBig = "too_big", Error, SPEC,
        "A number is above the most allowed.",
        "The nearest allowed number is offered, but not applied: it is another request.";
    InvalidValue = "invalid_value", Error, REFERENCE,
        "A word is none of those the field accepts for this model.",
        "A word that differs in case, or is a known alias such as `jpg`, is mended; a likely misspelling is offered.";
    UnrecognizedKey = "unrecognized_key", Error, SPEC,
        "A field that the operation does not have.",
        "The API answers 400 `unknown_parameter`. A name that differs in spelling only (`outputFormat`) is mended; a likely misspelling is offered.";
    DuplicateKey = "duplicate_key", Error, "https://www.rfc-editor.org/rfc/rfc8259#section-4",
        "A field is given more than once.",
        "Two readers may take two different values, and one of them bills. JavaScript objects cannot have it; bodies read from the wire can.";
    NotNullable = "not_nullable", Error, REFERENCE,
        "The field does not take `null`.",
        "Leaving it out means the same, and `normalize` does.";
    UnsupportedParameter = "unsupported_parameter", Error, REFERENCE,
        "The model does not have the field.",
        "The API answers 400, even where the value is the default. `normalize` removes it where its absence means what was asked.";
    UnpublishedParameter = "unpublished_parameter", Warning, GUIDE,
        "No source says that the model has the field.",
        "It may be refused. Leave it out unless you know better.";
    EmptyPrompt = "empty_prompt", Error, SPEC,
        "The prompt is empty or only white space.",
        "The API asks for at least one character; a blank one draws something arbitrary and bills it.";
    PromptTooLong = "prompt_too_long", Error, SPEC,
        "The prompt has more characters than the model reads.",
        "Counted in Unicode code points, as the API's schema counts; JavaScript's `length` counts emoji twice.";
    ModelMissing = "model_missing", Warning, REFERENCE,
        "No model is named.",
        "The reference asks for it, and what the API takes instead has changed more than once. `normalize` names the default of the day.";
    UnknownModel = "unknown_model", Warning, REFERENCE,
        "The catalogue does not know the model.",
        "New models appear every few weeks, so this is no error: the rules all models share still apply, and there is no price.";
    ModelRetired = "model_retired", Error, DEPRECATIONS,
        "The model is no longer served.",
        "The API answers 404 `model_not_found`. The replacement OpenAI names is offered; `migrate` explains what else changes.";
    ModelEnding = "model_ending", Warning, DEPRECATIONS,
        "The model ends within 60 days.",
        "The replacement OpenAI names is offered; it has another price and draws another picture.";
    ModelNotForOperation = "model_not_for_operation", Error, REFERENCE,
        "The model does not serve this endpoint.",
        "Edits need a model that takes images.";
    MalformedSize = "malformed_size", Error, SPEC,
        "The size is neither `auto` nor `WIDTHxHEIGHT`.",
        "Two whole numbers of pixels and a small x. Other separators and spaces are mended.";
    SizeNotOffered = "size_not_offered", Error, GUIDE,
        "The model does not draw this size.",
        "Models with presets draw those only; free sizes keep five rules. The nearest legal size is offered: nearest in ratio, then in pixels.";
    SizeExperimental = "size_experimental", Warning, GUIDE,
        "OpenAI calls sizes above 2560x1440 pixels experimental.",
        "Results vary more, and they cost more.";
    AnimationSize = "animation_size", Warning, "https://docs.apiyi.com/en/live/2026-11/gpt-image-2-6-gif-size-table",
        "The frames of the animation are larger than was seen to work.",
        "All frames are drawn on one sheet, so more of them must be smaller. Measured by a reseller in November 2026; OpenAI publishes no limit.";
    TransparentFormat = "transparent_format", Error, GUIDE,
        "A transparent background needs a format with an alpha channel.",
        "With `jpeg` the API drops the transparency. `png` is offered; it changes the file, not the picture.";
    TransparentPreview = "transparent_preview", Warning, GUIDE,
        "Transparent backgrounds are a preview on this model.",
        "Some accounts are refused still.";
    FormatPreview = "format_preview", Warning, REFERENCE,
        "The output format is a preview that only some projects have.",
        "Others are refused.";
    CompressionFormat = "compression_format", Error, REFERENCE,
        "`output_compression` goes with lossy formats only.",
        "At 100, the default, it says nothing and is removed; any other value asks for something the format cannot do.";
    PartialImagesWithoutStream = "partial_images_without_stream", Error, REFERENCE,
        "Partial images come in a stream only.",
        "Zero says nothing and is removed; otherwise turn `stream` on or leave them out.";
    StreamCount = "stream_count", Error, "https://github.com/theopenco/llmgateway/issues/3963",
        "A streamed call draws one image.",
        "The API answers: streaming is only supported with n=1.";
    StreamFormat = "stream_format", Error, REFERENCE,
        "The output format cannot be streamed.",
        "Animations and vector images come whole.";
    SvgCount = "svg_count", Error, REFERENCE,
        "A vector image comes alone.",
        "`n` must be 1.";
    FieldNeedsFormat = "field_needs_format", Error, REFERENCE,
        "The field belongs to another output format.",
        "`frame_count` and `frame_duration_ms` go with `gif`, `svg` with `svg`.";
    MaskAndMarkup = "mask_and_markup", Error, REFERENCE,
        "`mask` and `markup` exclude each other.",
        "Keep the one that says what you mean: a mask is where, a markup is what.";
    MaskFormat = "mask_format", Error, REFERENCE,
        "The output format cannot be combined with a mask.",
        "Animations are edited whole.";
    UserDeprecated = "user_deprecated", Warning, REFERENCE,
        "`user` has been replaced by `safety_identifier`.",
        "Still accepted; where both are given, `safety_identifier` wins.";
    NoImages = "no_images", Error, SPEC,
        "An edit needs at least one image.",
        "An empty list is refused.";
    TooManyImages = "too_many_images", Error, SPEC,
        "An edit takes fewer images.",
        "All GPT Image models take up to 16.";
    EmptyFile = "empty_file", Error, SPEC,
        "A file has no bytes.",
        "Often a file input that was read before it was chosen.";
    FileTooLarge = "file_too_large", Error, SPEC,
        "A file has too many bytes.",
        "Images and masks must be below 50 MB each. Downscale first: larger than about 2048 pixels brings nothing.";
    FileLarge = "file_large", Warning, REFERENCE,
        "The mask is above the 4 MB that the reference states.",
        "The guide states 50 MB; the smaller number is probably a leftover of dall-e-2.";
    NotAnImage = "not_an_image", Error, SPEC,
        "The file's content is no image the API reads.",
        "Told by its first bytes, never by its name or declared type.";
    UnsupportedImageFormat = "unsupported_image_format", Error, SPEC,
        "The image's format is not accepted here.",
        "Input images are PNG, JPEG or WebP; masks are PNG.";
    CorruptImage = "corrupt_image", Error, SPEC,
        "The image's header is broken or cut off.",
        "The API answers `invalid_image_file`.";
    AnimatedImage = "animated_image", Warning, GUIDE,
        "The image is animated.",
        "Only its first frame can matter, and some routes refuse it.";
    ImageColorMode = "image_color_mode", Error, "https://developers.openai.com/api/docs/guides/images-vision",
        "The image's colours are stored in a way the API refuses.",
        "CMYK JPEGs are refused as `invalid_image_mode`: convert to RGB.";
    ImageBitDepth = "image_bit_depth", Warning, "https://developers.openai.com/api/docs/guides/images-vision",
        "The image has 16 bits a channel.",
        "Sometimes refused, never of use: convert to 8 bits.";
    ImageOrientation = "image_orientation", Warning, REFERENCE,
        "The image is to be turned before it is shown (EXIF orientation).",
        "Sizes are compared after turning; tools that ignore the tag see it lying.";
    ImageNotSquare = "image_not_square", Error, SPEC,
        "This model edits square images only.",
        "A rule of dall-e-2.";
    DeclaredType = "declared_type", Warning, "https://github.com/openai/openai-node/issues/1468",
        "The declared media type is not what the bytes are.",
        "The API goes by the declared type and refuses `application/octet-stream`; `buildRequest` declares what the bytes are.";
    MaskNoAlpha = "mask_no_alpha", Error, GUIDE,
        "The mask has no alpha channel.",
        "Transparent pixels mark what may change; a black and white picture marks nothing.";
    MaskSize = "mask_size", Error, GUIDE,
        "The mask has another size than the first image.",
        "Both must have the same pixels; the API answers `invalid_mask_image_format`.";
    MaskOpaque = "mask_opaque", Error, GUIDE,
        "The mask has no transparent pixel.",
        "Nothing may change: the edit is billed and edits nothing.";
    MaskTransparent = "mask_transparent", Warning, GUIDE,
        "The mask is transparent everywhere.",
        "The same as no mask: the whole image may change.";
    MaskFormatDiffers = "mask_format_differs", Warning, GUIDE,
        "The mask has another file format than the image.",
        "The guide asks for the same format; a PNG mask over a JPEG is often accepted.";
    InvalidReference = "invalid_reference", Error, SPEC,
        "An image reference has exactly one of `image_url` and `file_id`.",
        "And no other fields.";
    InvalidUrl = "invalid_url", Error, SPEC,
        "`image_url` is an https address or a data URL of an image.",
        "Local addresses and other schemes cannot be fetched by the API.";
    UrlTooLong = "url_too_long", Error, SPEC,
        "`image_url` is too long.",
        "At most 20,971,520 characters; send larger images as a form, or by `file_id`.";
    #[cfg(feature = "extras")]
    ImageModelAsMain = "image_model_as_main", Error, GUIDE,
        "The main model of a response must not be an image model.",
        "The image model goes into the tool: `tools: [{ type: \"image_generation\", model }]`. The main model writes the prompt and decides.";
    #[cfg(feature = "extras")]
    NoImageTool = "no_image_tool", Error, REFERENCE,
        "The response has no `image_generation` tool.",
        "Without it nothing is drawn.";
    #[cfg(feature = "extras")]
    ToolNotForced = "tool_not_forced", Warning, REFERENCE,
        "The model may answer with text alone.",
        "`tool_choice: { type: \"image_generation\" }` makes it draw.";
    #[cfg(feature = "extras")]
    ToolForbidden = "tool_forbidden", Error, REFERENCE,
        "`tool_choice` forbids the image tool.",
        "With \"none\" nothing is drawn.";
    #[cfg(feature = "extras")]
    ToolParameterOutside = "tool_parameter_outside", Error, REFERENCE,
        "A parameter of the tool stands outside of it.",
        "`size`, `quality` and the like belong into `tools[i]`.";
    #[cfg(feature = "extras")]
    NothingToEdit = "nothing_to_edit", Error, GUIDE,
        "`action: \"edit\"` needs a picture in the context.",
        "The call fails without one. Give an `input_image`, an earlier `image_generation_call`, or `previous_response_id`; `auto` lets the model decide.";
    #[cfg(feature = "extras")]
    PreviousAndConversation = "previous_and_conversation", Error, REFERENCE,
        "`previous_response_id` and `conversation` exclude each other.",
        "Both say what the turn goes on from.";
    #[cfg(feature = "extras")]
    BatchUrl = "batch_url", Error, "https://developers.openai.com/api/docs/guides/batch",
        "A batch line names an endpoint that batches do not have.",
        "Images come by `/v1/images/generations`, `/v1/images/edits` and `/v1/responses`.";
    #[cfg(feature = "extras")]
    BatchStream = "batch_stream", Error, "https://developers.openai.com/api/docs/guides/batch",
        "A batch cannot stream.",
        "Its answers come in a file.";
    #[cfg(feature = "extras")]
    BatchUnsupported = "batch_unsupported", Error, REFERENCE,
        "The model is not served in batches.",
        "dall-e models never were.";
    #[cfg(feature = "extras")]
    BatchUnpublished = "batch_unpublished", Warning, "https://developers.openai.com/api/docs/models/gpt-image-2.5-flare",
        "Sources disagree on whether the model is served in batches.",
        "The model page says no, the price list has batch prices.";
    #[cfg(feature = "extras")]
    InvalidUuid = "invalid_uuid", Error, "https://runware.ai/docs/models/openai-gpt-image-1-mini",
        "`taskUUID` is a UUID of version 4.",
        "Answers are matched by it.";
    #[cfg(feature = "extras")]
    CallsAddress = "calls_address", Warning, "https://runware.ai/docs/models/openai-gpt-image-1-mini",
        "The field makes the provider call an address.",
        "Never take it from a caller you do not trust.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Code;

    #[test]
    fn names_are_unique_and_texts_are_sentences() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.summary().ends_with('.') && code.text().ends_with('.'), "{}", code.name());
            assert!(code.source().starts_with("https://"), "{}", code.name());
        }
    }
}
