// One turn of a conversation as a request of the Responses API: it goes on from a response, or from a picture.

/**
 * The language model that is asked where nobody chose one. Source: the guide "Image generation" of July 2026 names it and
 * what is newer.
 */
export const LANGUAGE_MODEL = "gpt-5";
/** What the image tool takes of the form. It draws one picture, so `n` is not among them. */
const TOOL = [
  "model",
  "size",
  "quality",
  "background",
  "output_format",
  "output_compression",
  "moderation",
  "input_fidelity",
  "complexity",
  "frame_count",
  "frame_duration_ms",
  "partial_images",
];
/** As data, a longer picture would not fit into a request; base64 takes a third more. */
const MOST_BYTES = 14_000_000;

/**
 * @param {{ said: string, values: object, language?: string, from: { response?: string, url?: string } }} turn `values`
 *   are the form's; `from.url` is the picture as a data URL, needed where there is no response to go on from
 */
export function turnRequest({ said, values, language, from }) {
  const tool = { type: "image_generation", action: "edit" };
  for (const name of TOOL) if (values[name] !== undefined) tool[name] = values[name];
  const request = {
    model: language || LANGUAGE_MODEL,
    input: from.response === undefined ? withPicture(said, from.url) : said,
    tools: [tool],
    tool_choice: { type: "image_generation" },
    max_tool_calls: 1,
  };
  if (from.response !== undefined) request.previous_response_id = from.response;
  if (values.partial_images !== undefined) request.stream = true;
  return request;
}

const withPicture = (said, url) => [
  {
    role: "user",
    content: [
      { type: "input_text", text: said },
      { type: "input_image", image_url: url, detail: "auto" },
    ],
  },
];

/** A picture as a data URL. One that is too long is sent with loss. */
export async function dataUrl(blob) {
  const sent = blob.size > MOST_BYTES ? await smaller(blob) : blob;
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(sent);
  });
}

async function smaller(blob) {
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/webp", quality: 0.95 });
}
