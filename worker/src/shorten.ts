// Requests without most of their pictures, for the checks: copying tens of megabytes into the module fills it.

/**
 * Longer data URLs and bare base64 are shown to the checks by their beginning. The checks look for a picture's header in
 * its first 1,048,576 bytes; a longer beginning than that is how they know that they did not see the end.
 */
const SHOWN_CHARS = 1_400_000;

/** A value with every long text in it cut, where the text is a picture. */
export function shortened(value: unknown, most = SHOWN_CHARS): unknown {
  if (typeof value === "string") return value.length > most && isPicture(value) ? value.slice(0, most) : value;
  if (Array.isArray(value)) return value.map((inner) => shortened(inner, most));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner, most)]));
}

/** A data URL, or base64 as masks and earlier results may stand in a request. A prompt has spaces and must be counted whole. */
const isPicture = (text: string) => text.startsWith("data:") || !/\s/.test(text.slice(0, 4096));
