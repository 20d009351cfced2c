// What responses leave behind for those that follow them: pictures by the ids of their calls, turns by the ids of responses.

/** The oldest is forgotten when there are more: a picture has some megabytes. */
const MOST = 24;

/** One response, for the one that names it as its previous. */
export interface Turn {
  /** What the user has said so far, oldest first. */
  said: string[];
  /** The id of the call that drew the last picture; undefined when nothing was drawn. */
  picture: string | undefined;
}

export class Memory {
  readonly #turns = new Map<string, Turn>();
  readonly #pictures = new Map<string, Uint8Array>();

  turn(id: string): Turn | undefined {
    return this.#turns.get(id);
  }

  /** A picture as the ASCII bytes of its base64. */
  picture(id: string): Uint8Array | undefined {
    return this.#pictures.get(id);
  }

  keep(responseId: string, turn: Turn): void {
    put(this.#turns, responseId, turn);
  }

  keepPicture(callId: string, base64: Uint8Array): void {
    put(this.#pictures, callId, base64);
  }
}

function put<T>(map: Map<string, T>, id: string, value: T): void {
  map.set(id, value);
  for (const oldest of map.keys()) {
    if (map.size <= MOST) break;
    map.delete(oldest);
  }
}

/** So many random bytes, as text. */
export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
