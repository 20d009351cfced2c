// The one class of errors.

/** Recognises errors of another copy of this package, or of another realm. */
const BRAND = Symbol.for("gpt-image-edge.ImageApiError");

/** A failed call, or an argument that cannot be worked with. `kind` says what to do about it. */
export class ImageApiError extends Error {
  constructor({
    message,
    cause,
    kind,
    status,
    type,
    code,
    param,
    requestId,
    retryable,
    retryAfterMs,
    moderation,
    ...rest
  }) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ImageApiError";
    this.kind = kind;
    this.status = status;
    this.type = type;
    this.code = code ?? undefined;
    this.param = param || undefined;
    this.requestId = requestId;
    this.retryable = retryable ?? false;
    this.retryAfterMs = retryAfterMs;
    this.moderation = moderation;
    Object.assign(this, rest);
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether something is such an error, also one of another copy of the package. */
  static isInstance(value) {
    return typeof value === "object" && value !== null && value[BRAND] === true;
  }
}
