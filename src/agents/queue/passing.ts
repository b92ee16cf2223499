/** Faults of the world that pass: an owner that died, a log out of reach, a mailbox without room. */
import { TroupeError, type ErrorCode } from "../../errors.ts";

const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "LOG_OUTCOME_UNKNOWN",
  "LOG_OWNED",
  "LOG_UNOWNED",
  "LOG_UNREACHABLE",
  "LOG_WRITE_FAILED",
  "MAILBOX_FULL",
]);

/** Whether the same command, with the same id, may well be taken a little later. */
export function isPassing(error: unknown): boolean {
  return TroupeError.is(error) && PASSING.has(error.code);
}
