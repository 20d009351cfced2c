// Generated from the catalogue and the table of codes: UPDATE=1 cargo test --test declarations

/** The models of the catalogue, with their snapshots. */
export type ModelId =
  | "gpt-image-1-mini"
  | "gpt-image-2.6-sunburst"
  | "gpt-image-2.6-flare"
  | "gpt-image-2.5-sunburst"
  | "gpt-image-2.5-sunburst-2026-09-08"
  | "gpt-image-2.5-flare"
  | "gpt-image-2.5-flare-2026-09-08"
  | "gpt-image-2"
  | "gpt-image-2-2026-04-21"
  | "gpt-image-1.5"
  | "gpt-image-1.5-2025-12-16"
  | "chatgpt-image-latest"
  | "gpt-image-1"
  | "dall-e-3"
  | "dall-e-2";

/** The rules that a request can break; docs/checks.md explains each. */
export type IssueCode =
  /** A request is an object. */
  | "invalid_request"
  /** The request has more problems than are listed. */
  | "too_many_issues"
  /** A field that the operation needs is absent. */
  | "required"
  /** A value has another type than the field. */
  | "invalid_type"
  /** A number must be whole. */
  | "not_an_integer"
  /** A number is below the least allowed. */
  | "too_small"
  /** A number is above the most allowed. */
  | "too_big"
  /** A word is none of those the field accepts for this model. */
  | "invalid_value"
  /** A field that the operation does not have. */
  | "unrecognized_key"
  /** A field is given more than once. */
  | "duplicate_key"
  /** The field does not take `null`. */
  | "not_nullable"
  /** The model does not have the field. */
  | "unsupported_parameter"
  /** No source says that the model has the field. */
  | "unpublished_parameter"
  /** The prompt is empty or only white space. */
  | "empty_prompt"
  /** The prompt has more characters than the model reads. */
  | "prompt_too_long"
  /** No model is named. */
  | "model_missing"
  /** The catalogue does not know the model. */
  | "unknown_model"
  /** The model is no longer served. */
  | "model_retired"
  /** The model ends within 60 days. */
  | "model_ending"
  /** The model does not serve this endpoint. */
  | "model_not_for_operation"
  /** The size is neither `auto` nor `WIDTHxHEIGHT`. */
  | "malformed_size"
  /** The model does not draw this size. */
  | "size_not_offered"
  /** OpenAI calls sizes above 2560x1440 pixels experimental. */
  | "size_experimental"
  /** The frames of the animation are larger than was seen to work. */
  | "animation_size"
  /** A transparent background needs a format with an alpha channel. */
  | "transparent_format"
  /** Transparent backgrounds are a preview on this model. */
  | "transparent_preview"
  /** The output format is a preview that only some projects have. */
  | "format_preview"
  /** `output_compression` goes with lossy formats only. */
  | "compression_format"
  /** Partial images come in a stream only. */
  | "partial_images_without_stream"
  /** A streamed call draws one image. */
  | "stream_count"
  /** The output format cannot be streamed. */
  | "stream_format"
  /** A vector image comes alone. */
  | "svg_count"
  /** The field belongs to another output format. */
  | "field_needs_format"
  /** `mask` and `markup` exclude each other. */
  | "mask_and_markup"
  /** The output format cannot be combined with a mask. */
  | "mask_format"
  /** `user` has been replaced by `safety_identifier`. */
  | "user_deprecated"
  /** An edit needs at least one image. */
  | "no_images"
  /** An edit takes fewer images. */
  | "too_many_images"
  /** A file has no bytes. */
  | "empty_file"
  /** A file has too many bytes. */
  | "file_too_large"
  /** The mask is above the 4 MB that the reference states. */
  | "file_large"
  /** The file's content is no image the API reads. */
  | "not_an_image"
  /** The image's format is not accepted here. */
  | "unsupported_image_format"
  /** The image's header is broken or cut off. */
  | "corrupt_image"
  /** The image is animated. */
  | "animated_image"
  /** The image's colours are stored in a way the API refuses. */
  | "image_color_mode"
  /** The image has 16 bits a channel. */
  | "image_bit_depth"
  /** The image is to be turned before it is shown (EXIF orientation). */
  | "image_orientation"
  /** This model edits square images only. */
  | "image_not_square"
  /** The declared media type is not what the bytes are. */
  | "declared_type"
  /** The mask has no alpha channel. */
  | "mask_no_alpha"
  /** The mask has another size than the first image. */
  | "mask_size"
  /** The mask has no transparent pixel. */
  | "mask_opaque"
  /** The mask is transparent everywhere. */
  | "mask_transparent"
  /** The mask has another file format than the image. */
  | "mask_format_differs"
  /** An image reference has exactly one of `image_url` and `file_id`. */
  | "invalid_reference"
  /** `image_url` is an https address or a data URL of an image. */
  | "invalid_url"
  /** `image_url` is too long. */
  | "url_too_long"
  /** The main model of a response must not be an image model. */
  | "image_model_as_main"
  /** The response has no `image_generation` tool. */
  | "no_image_tool"
  /** The model may answer with text alone. */
  | "tool_not_forced"
  /** `tool_choice` forbids the image tool. */
  | "tool_forbidden"
  /** A parameter of the tool stands outside of it. */
  | "tool_parameter_outside"
  /** `action: "edit"` needs a picture in the context. */
  | "nothing_to_edit"
  /** `previous_response_id` and `conversation` exclude each other. */
  | "previous_and_conversation"
  /** A batch line names an endpoint that batches do not have. */
  | "batch_url"
  /** A batch cannot stream. */
  | "batch_stream"
  /** The model is not served in batches. */
  | "batch_unsupported"
  /** Sources disagree on whether the model is served in batches. */
  | "batch_unpublished"
  /** `taskUUID` is a UUID of version 4. */
  | "invalid_uuid"
  /** The field makes the provider call an address. */
  | "calls_address";

/** The words that each model takes. */
export interface ModelLiterals {
  "gpt-image-1-mini": {
    size: "auto" | "1024x1024" | "1536x1024" | "1024x1536";
    quality: "auto" | "low" | "medium" | "high";
    background: "auto" | "opaque" | "transparent";
    output_format: "png" | "jpeg" | "webp";
    moderation: "auto" | "low";
  };
  "gpt-image-2.6-sunburst": {
    size: "auto" | `${number}x${number}`;
    quality: "auto" | "low" | "medium" | "high" | "xhigh" | "max";
    background: "auto" | "opaque" | "transparent";
    output_format: "png" | "jpeg" | "webp" | "gif" | "svg";
    moderation: "auto" | "low";
    complexity: "low" | "medium" | "high";
  };
  "gpt-image-2.6-flare": {
    size: "auto" | `${number}x${number}`;
    quality: "auto" | "low" | "medium" | "high" | "xhigh" | "max";
    background: "auto" | "opaque" | "transparent";
    output_format: "png" | "jpeg" | "webp" | "gif" | "svg";
    moderation: "auto" | "low";
    complexity: "low" | "medium" | "high";
  };
  "gpt-image-2.5-sunburst": {
    size: "auto" | `${number}x${number}`;
    quality: "auto" | "low" | "medium" | "high" | "xhigh" | "max";
    background: "auto" | "opaque" | "transparent";
    output_format: "png" | "jpeg" | "webp";
    moderation: "auto" | "low";
  };
  "gpt-image-2.5-flare": {
    size: "auto" | `${number}x${number}`;
    quality: "auto" | "low" | "medium" | "high" | "xhigh" | "max";
    background: "auto" | "opaque" | "transparent";
    output_format: "png" | "jpeg" | "webp";
    moderation: "auto" | "low";
  };
  "gpt-image-2": {
    size: "auto" | `${number}x${number}`;
    quality: "auto" | "low" | "medium" | "high";
    background: "auto" | "opaque" | "transparent";
    output_format: "png" | "jpeg" | "webp";
    moderation: "auto" | "low";
  };
  "gpt-image-1.5": {
    size: "auto" | "1024x1024" | "1536x1024" | "1024x1536";
    quality: "auto" | "low" | "medium" | "high";
    background: "auto" | "opaque" | "transparent";
    output_format: "png" | "jpeg" | "webp";
    moderation: "auto" | "low";
  };
  "chatgpt-image-latest": {
    size: "auto" | "1024x1024" | "1536x1024" | "1024x1536";
    quality: "auto" | "low" | "medium" | "high";
    background: "auto" | "opaque" | "transparent";
    output_format: "png" | "jpeg" | "webp";
    moderation: "auto" | "low";
  };
  "gpt-image-1": {
    size: "auto" | "1024x1024" | "1536x1024" | "1024x1536";
    quality: "auto" | "low" | "medium" | "high";
    background: "auto" | "opaque" | "transparent";
    output_format: "png" | "jpeg" | "webp";
    moderation: "auto" | "low";
  };
  "dall-e-3": {
    size: "1024x1024" | "1792x1024" | "1024x1792";
    quality: "standard" | "hd";
    style: "vivid" | "natural";
  };
  "dall-e-2": {
    size: "1024x1024" | "512x512" | "256x256";
    quality: "standard";
  };
}
