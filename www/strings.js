// Every text of the page that is not the package's own, in one place. Texts with a number or a name are functions. Each is
// an export of its own, so that the first script has no more of them than it shows.

export const locale = "en";
// Numbers, days and lists by hand: the browser's own ways keep a phone busy for longer than all the rest of the first form.
export const number = (value) => {
  const [whole, rest] = String(value).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "");
};
const MONTHS = "January February March April May June July August September October November December".split(" ");
const day = (date) => {
  const [year, month, day] = date.split("-").map(Number);
  return `${MONTHS[month - 1]} ${day}, ${year}`;
};
export const thousands = (amount) => number(amount.toFixed(2).replace(".00", ""));
const plural = (count, one, many) => `${number(count)} ${count === 1 ? one : many}`;
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const clock = (date) =>
  `${WEEKDAYS[date.getDay()]}, ${[date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":")}`;
const list = (words) =>
  words.length < 3 ? words.join(" and ") : `${words.slice(0, -1).join(", ")}, and ${words.at(-1)}`;
const cut = (value) => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
};
const quote = (value) => (value === undefined ? "nothing" : cut(value));

// What the page is built with: index.html and the view.html of the other views name these as {{page.skip}}.
export const page = {
  description: "Compose, check, price and draw images with OpenAI's image models.",
  skip: "Skip to the prompt",
  views: "Views",
  stage: "Results, prices and code",
  bill: "What the price is made of",
  wait: "One moment: the rest of the page is loading.",
  failed: "The rest of the page could not be loaded. Look whether you are online, and load it again.",
  noScript: "This page checks, prices and sends in your browser, which needs JavaScript.",
};
export const token = { title: "Token", why: "This worker asks who is calling. The token is kept for this tab only." };
export const person = {
  title: "Are you a person?",
  why: "Nobody needs an account here, but only people may draw. This check comes from Cloudflare, and asks it about your browser.",
  waiting: "A moment…",
  notLoaded: "The check could not be loaded. Look whether you are online, and try again.",
  failed: (code) => `The check failed (${code}).`,
  slow: "The check was left for too long.",
  own: "I have a token",
};
export const views = { compose: "Compose", gallery: "Gallery", batch: "Batch" };
export const stage = { results: "Results", prices: "Prices", code: "Code" };

// The form
export const labels = {
  prompt: "Prompt",
  model: "Model",
  image: "Images to edit",
  mask: "Mask",
  size: "Size",
  quality: "Quality",
  background: "Background",
  output_format: "Format",
  output_compression: "Compression",
  n: "How many",
  moderation: "Moderation",
  input_fidelity: "Fidelity to the input",
  partial_images: "Previews while drawing",
  complexity: "Planning",
  frame_count: "Frames",
  frame_duration_ms: "Milliseconds per frame",
  svg_model: "Who writes the vectors",
  svg_effort: "How much it reasons",
  svg: "Vectors",
  stream: "Stream",
};
export const hints = {
  mask: "Only its transparent parts may change. Paint them, or choose a PNG of the first image's size.",
  svg_model: "The id of a text model; left empty, the API chooses.",
  complexity: "How much the model plans before it draws.",
  frame_duration_ms: "In steps of 10.",
};
export const promptPlaceholder = "A lighthouse above the sea at dusk, warm light";
export const characters = (count, most) => `${number(count)} / ${number(most)}`;
export const more = "More settings";
export const percent = (value) => `${value} %`;
export const fewer = "One fewer";
export const more1 = "One more";
export const use = "Use it";
/** Names of models, not more than anybody reads. */
export const some = (names) => (names.length > 3 ? `${names[0]} and ${names.length - 1} more` : list(names));

// Models
export const modelGroups = { current: "Current", ending: "Ending", retired: "Ended" };
export const modelOption = (model) => (model.shutdown_on ? `${model.name} · ${day(model.shutdown_on)}` : model.name);
export const modelState = (model) =>
  model.status === "retired"
    ? `Ended on ${day(model.shutdown_on)}`
    : model.shutdown_on
      ? `Ends on ${day(model.shutdown_on)}`
      : model.released_on
        ? `Current, since ${day(model.released_on)}`
        : "Current";
export const unknownModel = (id) => `${id} (not in the catalogue)`;
export const unknownModelHint =
  "The catalogue does not know this model. What all models share is checked; what it costs is unknown.";
export const perMillion = (amount) => `${amount} per million image tokens`;
export const endpoints = ({ edits }) => (edits ? "draws and edits" : "draws only");
export const migration = (id) => `OpenAI names ${id} in its place. With it:`;
export const migrationChange = ({ param, from, to, reason }) =>
  to === undefined ? reason : `${param}: ${quote(from)} becomes ${quote(to)}`;
export const migrationPrice = (before, after) => `Expected price: ${before} becomes ${after}`;
export const migrate = (id) => `Move to ${id}`;
export const onlyWith = (words, names) => `${list(words)}: only with ${names}.`;
export const unpublished = (name) => `Nothing is published about this for ${name}: it may be refused.`;
export const fieldLacking = (label, name, others) =>
  `${label}: ${name} has no such field; ${others} ${/ and |,/.test(others) ? "do" : "does"}.`;

// Sizes
export const width = "Width";
export const height = "Height";
export const ratio = (name, pixels) => `${name} · ${(pixels / 1e6).toFixed(2)} megapixels`;
export const ratioAuto = "The model chooses. Drag in the picture, or type, for a size of your own.";
export const snapped = (from, to, why) =>
  `${from.replace("x", " × ")} became ${to.replace("x", " × ")}. ${sentence(why)}`;
export const cheapest = (size, amount) => `Cheapest in this shape: ${size}, about ${amount} each.`;
export const isCheapest = "This is the cheapest size of its shape.";

// Checks
/** What is offered where the package has no value to set, by the problem (controls/remedies.js). */
const REMEDIES = {
  empty_prompt: "Use an example",
  prompt_too_long: "Cut it to what fits",
  too_many_images: "Keep the first ones",
  empty_file: "Take it out",
  not_an_image: "Take it out",
  corrupt_image: "Take it out",
  image_not_square: "Take it out",
  file_too_large: "Make it smaller",
  unsupported_image_format: "Convert it",
  image_color_mode: "Convert it",
  image_bit_depth: "Convert it",
  animated_image: "Keep its first frame",
  declared_type: "Name its type rightly",
  image_orientation: "Turn it upright",
  not_an_integer: "Leave it out",
  malformed_size: "Leave it out",
  format_preview: "Leave it out",
  transparent_preview: "Leave it out",
};
export function remedy({ code, path }) {
  // What the other side found has no path: nothing here knows what it is about.
  if (path === undefined) return undefined;
  if (path[0] !== "mask") return REMEDIES[code];
  return code === "mask_size" ? "Scale it to the picture" : "Remove the mask";
}
export const takenOut = (name) => `${name} was taken out: it cannot be read here.`;
export const fix = (value) => (value === undefined ? "Leave it out" : `Use ${cut(value)}`);
export const fixAll = (count) => `Mend ${count} that have one answer`;
export const problemsTitle = (errors, warnings) =>
  [errors && `${plural(errors, "problem", "problems")} to solve`, warnings && `${warnings} to know`]
    .filter(Boolean)
    .join(", ");
export const errorCount = (count) => plural(count, "problem", "problems");
export const severity = { error: "Problem:", warning: "To know:" };
export const rule = "Rule";

// Cost
export const billTitle = "Price";
export const billDetails = "What it is made of";
export const exactly = "exactly";
export const expected = "expected";
export const noPriceYet = "no price yet";
export const atLeast = (min) => `at least ${min}`;
export const unknown = "unknown";
export const about = (amount) => `about ${amount}`;
export const tokens = (text, count) => `${text} ${count === 1 ? "token" : "tokens"}`;
export const basis = {
  table: "By OpenAI's table of prices per image.",
  tokens: "By tokens and their price.",
  unknown: "No price is published for the picture itself.",
};
export const pricesAsOf = (date) => `Prices as of ${day(date)}.`;
export const kinds = {
  text_input: "Prompt",
  image_input: "Input images",
  image_output: "Pictures",
  partial_images: "Previews",
  text_output: "Text",
  cached_text_input: "Prompt, cached",
  cached_image_input: "Images, cached",
};
export const compareHint = (size) =>
  `This request${size ? ` at ${size.replace("x", " × ")}` : ", 1024 × 1024 where the size is auto"}, on every model and quality: what it is expected to cost, and the line what it may. Press one to take it.`;
/** The chart leaves out what has ended, which would be missed without a word. */
export const compareEnded = (names) =>
  `${list(names)} ${names.length === 1 ? "has" : "have"} ended and ${names.length === 1 ? "is" : "are"} not shown.`;
export const compareDot = (model, quality, amount) => `${model}, ${quality}, about ${amount}`;
export const compareTitle = (quality, amount, range) => `${quality}: ${amount} (${range})`;
/** What stands in a dot; a word that is not here is cut. */
export const qualityShort = (quality) =>
  ({ low: "L", medium: "M", high: "H", xhigh: "X", max: "Max" })[quality] ?? quality.slice(0, 3);
export const atSize = (size) => `at ${size.replace("x", " × ")}`;
export const noPrice = "No price is published.";
export const budget = (left, limit) => `${left} of ${limit} left today`;
export const budgetDetails = (spent, reserved, resets) =>
  `${spent} spent, ${reserved} held back for running calls; anew ${clock(new Date(resets * 1000))}`;
export const rate = (remaining, images, seconds) =>
  `${images ? plural(remaining, "image", "images") : plural(remaining, "call", "calls")} left for ${seconds} s`;

// Files
export const choose = "Choose images";
export const dropHint = "or drop or paste up to 16. The first matters most.";
export const added = (count) => `${plural(count, "image", "images")} added.`;
export const first = (name) => `First: ${name}`;
export const moved = (place) => `Now at place ${place}.`;
export const shrink = (width, height, amount) => `Shrink to ${width} × ${height}: saves ${amount}`;
export const shrunk = (width, height) => `Now ${width} × ${height}.`;
export const chooseMask = "Choose a PNG";
export const maskPreview = "The mask";
export const removeMask = "Remove";
export const mask = {
  title: "Paint what may change",
  tools: "Brush",
  paint: "Paint",
  erase: "Erase",
  size: "Brush size",
  redo: "Redo",
  invert: "Invert",
  clear: "Clear",
  smaller: "Zoom out",
  larger: "Zoom in",
  fit: "Fit",
  use: "Use the mask",
  canvas: "The picture. Arrow keys move the brush, space paints, shift and an arrow paint a line.",
  share: (share) =>
    share === 0
      ? "Nothing is painted yet: nothing may change."
      : `${share < 0.01 ? "Less than 1" : Math.round(share * 100)} % of the picture may change.`,
  at: (x, y) => `${x}, ${y}`,
};
export const paintMask = "Paint";
export const remove = (name) => `Remove ${name}`;
export const earlier = (name) => `Move ${name} earlier`;
export const later = (name) => `Move ${name} later`;

// Code
export const code = {
  label: "The request as code",
  language: "Language",
  target: "Sent to",
  languages: { curl: "curl", edge: "JavaScript", openai: "JavaScript, OpenAI SDK", python: "Python" },
  targets: { worker: "this worker", openai: "OpenAI" },
  key: (variable, official) =>
    official
      ? `${variable} is your own key: it belongs into the environment, never into a page.`
      : `${variable} is the token of this worker.`,
  file: (name) => `${name} is the picture as Download saves it.`,
  elsewhere: "Only the account that drew the turn before can go on from it.",
  refused: (count) => `As it stands it would be refused: ${plural(count, "problem", "problems")}.`,
};

// Batch
export const batch = {
  prompts: "Prompts",
  formats: "One a line, JSON Lines, or CSV with a “prompt” column",
  placeholder: "a red apple\na blue boat\na green hill",
  readAs: "Read as",
  readings: { auto: "what it looks like", lines: "lines", jsonl: "JSON Lines", csv: "CSV" },
  lanes: "At once",
  open: "Open a file",
  download: "Download for the Batch API",
  progressLabel: "Progress",
  table: "Requests",
  columns: { number: "No.", state: "State" },
  emptyTitle: "No prompts yet",
  empty:
    "Paste or open many. Each takes the settings of the form, and the price of all is told before anything is sent.",
  settings: (format, values, count) =>
    count === 0
      ? ""
      : `Read as ${{ lines: "lines", jsonl: "JSON Lines", csv: "CSV" }[format]}; ${values.model} unless a line says otherwise.`,
  for: (ready, refused) =>
    `expected for ${plural(ready, "request", "requests")}${refused ? `; ${refused} would be refused and ${refused === 1 ? "is" : "are"} left out` : ""}`,
  half: (amount, count) => `${amount} through the Batch API, within a day (${plural(count, "request", "requests")}).`,
  noHalf: "No price of the Batch API is published for this.",
  unread: "not read",
  line: (number, why) => `Line ${number}: ${why}`,
  status: {
    ready: "ready",
    refused: "refused",
    waiting: "waiting",
    running: "drawing…",
    done: "done",
    failed: "failed",
  },
  done: (amount) => `done, ${amount}`,
  more: (count) => `and ${number(count)} more`,
  start: (count) => `Start ${number(count)}`,
  retry: (count) => `Try ${plural(count, "failed one", "failed ones")} again`,
  progress: (done, failed, all, spent, unpriced) =>
    `${done + failed} of ${all}: ${done} done${failed ? `, ${failed} failed` : ""}; ${spent}${unpriced ? ` and ${unpriced} of unknown cost` : ""} spent. Pictures are in the gallery.`,
  written: (count) => `${plural(count, "line", "lines")} written.`,
};

// Sending
export const draw = "Draw";
export const edit = "Edit";
export const cancel = "Cancel";
export const drawing = "Drawing…";
export const partial = (count) => `Preview ${count}`;
export const done = (count, seconds) =>
  `${count === 1 ? "The picture is" : `${count} pictures are`} ready after ${seconds} s.`;
export const emptyTitle = "Nothing drawn yet";
export const empty = "Say what to draw, look at the price, and press Draw.";
export const download = "Download";
export const reuse = "Edit this";
export const copy = "Copy";
export const copied = "Copied";
export const notCopied = "Not allowed";
export const share = "Share";
export const compare = "Before and after";
export const cutOut = {
  button: "Cut out",
  notFlat: "The background is of more than one colour. Ask for the subject “on a flat #00ff00 background”.",
  done: (share) => `${Math.round(share * 100)} % of the picture became transparent.`,
  alt: (prompt) => `Without its background: ${prompt}`,
};
export const refine = {
  button: "Refine",
  label: "What to change",
  placeholder: "Make it night, and light the windows",
  send: "Refine",
  silent: "Say what to change.",
  charged: (usd) =>
    `A turn takes ${usd} off the budget here, whatever it costs: nothing bounds what the language model writes.`,
  noBound:
    "Nothing bounds what a language model writes, and this service only sends what it can afford for certain: edit the picture instead.",
  model: "Language model",
  turn: (number, from) => (from === number - 1 ? `Turn ${number}` : `Turn ${number}, from turn ${from || "?"}`),
  source: (turn, model, settings, goesOn) =>
    `${goesOn ? `Goes on from turn ${turn}` : "Goes on from the picture"}, drawn with ${[model, ...settings.map((word) => word.replace("x", " × "))].join(", ")}, as the form says. The language model's own tokens are billed on top.`,
  price: (expected, range) => (expected === undefined ? `at least ${range}` : `about ${expected}`),
  sum: (turns, amount, known) => `${plural(turns, "turn", "turns")}, ${known ? "" : "at least "}${amount} in all.`,
  anew: "Go on from the picture itself",
  nothing: "The model drew nothing.",
};
export const slider = "How much of the picture before is uncovered";
export const altBefore = "The picture before";
export const seconds = (count) => `${count} s`;
export const when = (date) =>
  new Date(date).toLocaleString(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
export const facts = {
  time: "Time",
  cost: "Cost",
  tokens: "Tokens",
  size: "Size",
  quality: "Quality",
  format: "Format",
  background: "Background",
  request: "Request",
  drawn: "Drawn",
  revised: "Asked of the image model",
};
export const copyRequestId = "Copy the request id";
export const notKept = "The gallery could not keep the picture.";
export const again = "Try again";
export const againIn = (text, seconds) => `${text} in ${seconds} s`;
export const lost = {
  title: "This was under way when the page was closed",
  text: (when) =>
    `It was sent on ${when}. Its answer was not seen here, and it may have been billed. A worker that keeps answers gives the same one again at no cost; any other draws and bills anew.`,
  again: "Ask for it again",
  dismiss: "Leave it",
  gone: "The picture that it goes on from is no longer in the gallery.",
};

// Gallery
export const gallery = { search: "Search", searchLabel: "Search prompts, models and ids", export: "Export as ZIP" };
export const gallerySpace = (count, size, free) =>
  count === 0
    ? ""
    : `${plural(count, "picture", "pictures")}, ${size}, kept in this browser alone${free ? `; ${free} free` : ""}.`;
export const galleryUnavailable = "This browser keeps nothing: its database is off.";
export const galleryEmpty = "Every picture that is drawn is kept here, in this browser alone.";
export const galleryNothing = "No picture matches.";
export const useSettings = "Use its settings";
export const deleteIt = "Delete";
export const deleted = (name) => `${name} was deleted.`;
export const undo = "Undo";
export const close = "Close";
export const exported = (count) => `${plural(count, "picture", "pictures")} exported.`;

export const upstreams = { sandbox: "sandbox: no key, no bill", openai: "OpenAI", runware: "Runware" };
export const altPartial = (prompt) => `Preview: ${prompt}`;
export const altFinal = (prompt) => `Picture: ${prompt}`;
export const offline = "You are offline. Everything works except sending.";
export const error = {
  title: "It did not work",
  cancelled: "Cancelled",
  whose: "Whose fault",
  todo: "What to do",
  cost: "Billed",
  attempts: "Attempts",
  categories: "Refused for",
  code: "Code",
  requestId: (id) => `Request ${id}`,
  billed: {
    no: "No.",
    yes: "Yes.",
    unknown: "Perhaps: nobody outside OpenAI can tell.",
  },
  other: { whose: "Nobody knows.", todo: "Try again." },
  kinds: {
    user: { whose: "The request's.", todo: "Change what is named, and send it again." },
    auth: { whose: "The token's.", todo: "Give another under Token, or ask whoever runs this worker." },
    account: { whose: "The operator's account.", todo: "Whoever runs this worker has to settle it with OpenAI." },
    quota: { whose: "The operator's credit or your budget.", todo: "It is used up: ask whoever runs this worker." },
    rate: { whose: "Nobody's: too many at once.", todo: "Wait a moment and try again." },
    moderation: { whose: "The prompt's or a picture's.", todo: "Say it differently, or take another picture." },
    upstream: { whose: "The service's.", todo: "Try again; if it stays, name the request id to OpenAI." },
    network: { whose: "The connection's.", todo: "Look whether you are online, and try again." },
    timeout: { whose: "The service's: it took too long.", todo: "Try again, perhaps with a lower quality." },
    protocol: { whose: "The service's: its answer was cut or unreadable.", todo: "Try again." },
    aborted: { whose: "Yours, and that is fine.", todo: "Nothing. What was under way may still be finished there." },
    crash: { whose: "This page's: a bug.", todo: "Reload the page, and report it." },
  },
  codes: {
    previous_response_not_found: {
      whose: "Nobody's: the service no longer knows the turn before.",
      todo: "Go on from the picture itself: what was said before is forgotten, what was drawn is not.",
    },
    moderation_blocked: {
      whose: "The prompt's or a picture's: moderation refused it.",
      todo: "Say it differently, or take another picture.",
    },
  },
};
export const noBound = (operation, model) =>
  `Nothing is published that bounds the price of ${operation === "edit" ? "edits" : "pictures"} with ${model}, and this service only sends what it can afford for certain.`;
export const notLoaded = "This part of the page could not be loaded. Look whether you are online, and try again.";
export const failedToStart = "The page could not start:";

function sentence(text) {
  const plain = text.replace(/^\w+: /, "").replace(/; nearest allowed.*$/, "");
  return `${plain.replace(/^"[^"]*": /, "").replace(/^./, (first) => first.toUpperCase())}.`;
}
