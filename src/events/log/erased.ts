/** What stands in place of the bodies of an erased run: it says so, and nothing else. */
import { TroupeError } from "../../errors.ts";
import type { JsonObject } from "../json.ts";

/** A body that nobody can read any more. No codec sees it. */
export const ERASED: JsonObject = { v: 1, erased: true };
const BYTES = Buffer.from(JSON.stringify(ERASED));

export function isErasure(data: Uint8Array): boolean {
  return BYTES.equals(data);
}

export function isErased(body: JsonObject): boolean {
  return body["erased"] === true;
}

/** What the work comes to; {@link ERASED} where it meets an erased run. */
export function unlessErased<T>(work: () => T): T | JsonObject {
  try {
    return work();
  } catch (error) {
    if (TroupeError.is(error, "RUN_ERASED")) return ERASED;
    throw error;
  }
}

/** What whoever asks for an erased run gets to hear. */
export function runErased(root: string): TroupeError {
  return new TroupeError("RUN_ERASED", `run "${root}" was erased: nothing of it can be read`, {
    hint: "Use another id; what was erased does not come back.",
    data: { root },
  });
}
