/** Verdicts: on one actor that cannot be loaded or moved (A5), and on a host that cannot go on. */
import { TroupeError } from "../errors.ts";
import type { Input } from "./inputs.ts";
import type { Parked } from "./runtime.ts";

/** Faults of the log that are the world's: they stop the host, and say nothing of the actor. */
const OF_THE_ACTOR = new Set(["LOG_CORRUPT", "LOG_NEWER"]);

/**
 * Why an actor parks; undefined where the fault is the world's.
 *
 * @param seq what to name where the error names no record.
 */
export function verdict(address: string, error: unknown, seq: number): Parked | undefined {
  if (!TroupeError.is(error)) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return {
      address,
      seq,
      code: "STEP_FAILED",
      message,
      hint: "Mend the machine, then unpark the actor.",
    };
  }
  const { code, message, hint, data } = error;
  if (code.startsWith("LOG_") && !OF_THE_ACTOR.has(code)) return undefined;
  return { address, seq: typeof data["seq"] === "number" ? data["seq"] : seq, code, message, hint };
}

/** What a sender gets to hear. */
export function parkedError(parked: Parked): TroupeError {
  const { address, seq, code, message, hint } = parked;
  const data = { address, parked };
  // there is nothing to mend in it, and nothing to skip
  if (code === "FORK_UNFINISHED")
    return new TroupeError(code, message, { hint: hint ?? "Make the same fork again.", data });
  return new TroupeError("ACTOR_PARKED", `"${address}" is parked at record ${seq}: ${message}`, {
    hint: "Mend the cause and unpark it, or skip the record that it names.",
    data,
  });
}

/** Whether an input waits for the actor to come back: its sender owes it. */
export function held(input: Input): boolean {
  if (input.remote === true) return false;
  if (input.type === "message" || (input.type === "birth" && input.cause !== undefined)) return true;
  return input.type === "control" && input.from !== undefined;
}

/** What everybody gets to hear once a host has stopped for a reason. */
export function hostFailed(reason: unknown): TroupeError {
  const message = reason instanceof Error ? reason.message : String(reason);
  return new TroupeError("HOST_FAILED", `the host stopped: ${message}`, {
    hint:
      TroupeError.is(reason) && reason.hint !== undefined
        ? reason.hint
        : "Mend the cause and open a new host.",
    cause: reason,
  });
}

/** Whether an append was decided on what is no longer the last record: somebody else wrote, archived or erased it. */
export function isLost(error: unknown): boolean {
  const codes = ["LOG_WRONG_SEQUENCE", "RUN_ARCHIVED", "RUN_ERASED"] as const;
  return codes.some((code) => TroupeError.is(error, code));
}
