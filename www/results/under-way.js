// A call that is under way, remembered until its answer is there: when the page is closed before, the next visit tells of it.

const KEY = "gpt-image-edge-under-way";

/**
 * @param {object} [asked] what the same call can be made of again. Files cannot be kept here: an edit can only be told of
 */
export function underWay(idempotencyKey, operation, prompt, asked) {
  const record = { idempotencyKey, operation, prompt, started: new Date().toISOString(), asked };
  try {
    localStorage.setItem(KEY, JSON.stringify(record));
  } catch {
    // Full, or not allowed: then a lost call goes unnoticed, as everywhere else.
  }
}

export function answered() {
  localStorage.removeItem(KEY);
}

/** What was lost, once: it is told, and then forgotten. */
export function lost() {
  try {
    const record = JSON.parse(localStorage.getItem(KEY) ?? "null");
    answered();
    return record ?? undefined;
  } catch {
    return undefined;
  }
}
