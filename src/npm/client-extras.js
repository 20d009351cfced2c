// What the client of the whole package can do beyond the Images API: responses, and batches of calls.

import { runBatch } from "./batch.js";
import * as images from "./client.js";
import { ready } from "./instance.js";
import { responseEvents, responseOf } from "./responses.js";

const { keys, stream, whole } = images;

export class ImageClient extends images.ImageClient {
  respond(request, options) {
    return this[whole]("respond", request, options, responseOf);
  }

  respondStream(request, options) {
    return this[stream]("respond", request, options, responseEvents);
  }

  async batch(requests, options = {}) {
    await ready();
    const perform = ({ operation, request, idempotencyKey }) => {
      // A key by which the caller's server may know the request, as for a single call.
      const key = this[keys]().sent ? { idempotencyKey } : {};
      return this[whole](
        operation,
        request,
        { signal: options.signal, ...key },
        operation === "respond" ? responseOf : undefined,
      );
    };
    return runBatch(requests, options, perform, () => this[keys]().kept);
  }
}
