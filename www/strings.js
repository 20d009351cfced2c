// Every text of the page that is not the package's own, in one place.

export const strings = {
  labels: {
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
    partial_images: "Partial images",
  },
  hints: {
    prompt: "What to draw, or what to change.",
    image: "Drop, paste or choose up to 16 pictures. The first matters most.",
    mask: "A PNG of the first picture's size. Its transparent parts may change.",
    output_compression: "100 is the best quality and the largest file.",
    partial_images: "Previews while it draws; each costs a little.",
    n: "",
  },
  characters: (count) => `${count.toLocaleString("en")} characters`,
  modelStatus: (model) =>
    model.status === "retired"
      ? `${model.name}: ended ${model.shutdown_on}`
      : model.shutdown_on
        ? `${model.name}: ends ${model.shutdown_on}`
        : model.name,
  choose: "Choose pictures",
  chooseMask: "Choose a mask",
  remove: (name) => `Remove ${name}`,
  earlier: (name) => `Move ${name} to the front`,
  compressionOff: (format) => `${format.toUpperCase()} is lossless: there is nothing to compress.`,
  notOffered: (model) => `${model} has no such choice.`,
  fix: (value) => (value === undefined ? "Leave it out" : `Use ${value}`),
  problemsTitle: (errors, warnings) =>
    [errors && `${errors} ${errors === 1 ? "problem" : "problems"} to solve`, warnings && `${warnings} to know`]
      .filter(Boolean)
      .join(", "),
  billTitle: "Price",
  expected: "expected",
  range: (min, max) => `between ${min} and ${max}`,
  basis: {
    table: "By OpenAI's table of prices per image.",
    tokens: "By tokens and their price.",
    unknown: "No price is published for the picture itself.",
  },
  kinds: {
    text_input: "Prompt",
    image_input: "Input images",
    image_output: "Pictures",
    partial_images: "Partial images",
    text_output: "Text",
    cached_text_input: "Prompt, cached",
    cached_image_input: "Images, cached",
  },
  about: (amount) => ` about ${amount}`,
  draw: "Draw",
  edit: "Edit",
  drawing: "Drawing…",
  partial: (number) => `Partial image ${number}`,
  done: (count, seconds) => `${count === 1 ? "The picture is" : `${count} pictures are`} ready after ${seconds} s.`,
  cancelled: "Cancelled. What was under way may still be billed.",
  download: "Download",
  reuse: "Edit this",
  sandbox: "sandbox: no key, no network, no bill",
  openai: "OpenAI",
  altPartial: (prompt) => `Preview: ${prompt}`,
  altFinal: (prompt) => `Picture: ${prompt}`,
  error: {
    title: "It did not work",
    requestId: (id) => `Request ${id}`,
    whose: {
      user: "Something in the request has to change.",
      auth: "The token was not accepted. Give another under Token.",
      account: "The operator's account is not allowed to do this.",
      quota: "The operator's credit is used up.",
      rate: "Too many requests at once; try again in a moment.",
      moderation: "The request was refused by moderation. Say it differently.",
      upstream: "The service failed. It may have been billed; try again later.",
      network: "No connection to the worker.",
      timeout: "It took too long. It may have been billed.",
      protocol: "The answer could not be read. It may have been billed.",
      aborted: "Cancelled. What was under way may still be billed.",
    },
  },
  failedToStart: "The page could not start:",
};
