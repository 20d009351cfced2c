// The refusal of a form that cannot be read, or that could be read in two ways.

import { badRequest, type Refusal } from "../errors.ts";

/** `reason` completes the sentence "The form cannot be read: …". */
export function malformed(reason: string): Refusal {
  return badRequest(`The form cannot be read: ${reason}.`, null, "invalid_multipart_form_data");
}
