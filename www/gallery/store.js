// Finished pictures with what they came from, in the browser's own database.

const NAME = "gpt-image-edge";
const STORE = "pictures";

let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  }).catch((error) => {
    // Another try may work: the person may have allowed it in between.
    opening = undefined;
    throw error;
  });
  return opening;
}

/** Runs `work` on the store and gives the result of the request it returns, once all is written. */
async function within(mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode);
    const request = work(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/**
 * @typedef {object} Kept a picture with what it came from
 * @property {number} [id] given by the database
 * @property {string} created ISO 8601
 * @property {string} prompt
 * @property {object} settings the form's, without prompt
 * @property {object} facts size, quality, usd, seconds, requestId …
 * @property {object} [turn] of a conversation: `from` is the id of the picture before, `response` and `call` are the API's ids
 * @property {string} name
 * @property {Blob} blob
 */

/** @param {Kept} record @returns {Promise<number>} its id */
export const keep = (record) => within("readwrite", (store) => store.add(record));

/** @returns {Promise<Kept[]>} the newest first */
export const kept = async () => (await within("readonly", (store) => store.getAll())).reverse();

/** @returns {Promise<Kept | undefined>} */
export const find = (id) => within("readonly", (store) => store.get(id));

export const forget = (id) => within("readwrite", (store) => store.delete(id));

/** Puts back what was deleted, under its own id. */
export const restore = (record) => within("readwrite", (store) => store.put(record));

/** What the site uses and may use, in bytes, where the browser tells. */
export async function space() {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  return { usage, quota };
}
