import { TroupeError } from "../errors.ts";

/** A record that does not say what it must: another version wrote it. */
export function unanswered(address: string): TroupeError {
  return new TroupeError("RECORD_INVALID", `"${address}" has recorded a command without an answer`, {
    hint: "Use the same version of Troupe on both sides.",
    data: { address },
  });
}
