// Pictures and what they came from as one ZIP. Pictures are compressed already, so they are stored as they are.

import { downloadZip } from "client-zip";

/** @param {import("./store.js").Kept[]} pictures @returns {Promise<Blob>} */
export function zip(pictures) {
  const taken = new Set();
  const files = pictures.map((picture) => ({ picture, name: unique(picture.name, taken) }));
  const metadata = files.map(({ name, picture: { prompt, created, settings, facts, turn } }) => ({
    file: name,
    created,
    prompt,
    settings,
    ...facts,
    ...(turn && { response: turn.response, image_call: turn.call }),
  }));
  return downloadZip([
    ...files.map(({ name, picture }) => ({ name, input: picture.blob, lastModified: new Date(picture.created) })),
    { name: "metadata.json", input: `${JSON.stringify(metadata, null, 2)}\n`, lastModified: new Date() },
  ]).blob();
}

/** Two pictures of one prompt have one name: the later gets a number. */
function unique(name, taken) {
  const [, stem, extension] = /^(.*?)(\.\w+)?$/.exec(name);
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${stem}-${count}${extension ?? ""}`;
  taken.add(free);
  return free;
}
