/** What engines say when something is wrong: one wording for all three. */
import { TroupeError } from "../../errors.ts";

/** The log is used after it was disposed. Nothing was written. */
export function closed(url: string): TroupeError {
  return new TroupeError("LOG_UNREACHABLE", `the log ${url} is closed`, {
    hint: "Open the log again, and dispose it only after everything that uses it.",
    data: { url },
  });
}

/**
 * Another owner lives.
 *
 * @param leaseMs where an owner that was killed stays one for a while: at most so long.
 */
export function owned(url: string, owner: string, leaseMs?: number): TroupeError {
  return new TroupeError("LOG_OWNED", `the log ${url} is owned by ${owner}`, {
    hint:
      "Stop that host, or use connect() to send commands to it" +
      (leaseMs === undefined ? "." : `; if it has died, try again in ${leaseMs / 1000} s.`),
    data: { url, owner, ...(leaseMs === undefined ? {} : { leaseMs }) },
  });
}

/** No owner lives, and the command was surely not taken. */
export function unowned(url: string, what = "nobody runs the actors of"): TroupeError {
  return new TroupeError("LOG_UNOWNED", `${what} the log ${url}`, {
    hint: "Start a host on this log, then send the same command again.",
    data: { url },
  });
}

/** Nobody can say what became of a command. */
export function unanswered(command: string, why: string): TroupeError {
  return new TroupeError("LOG_OUTCOME_UNKNOWN", `command "${command}" has no answer: ${why}`, {
    hint: "Send the same command with the same id again; it acts once.",
    data: { command },
  });
}

/** Nobody can say whether work that a label was asked for has begun. */
export function workUnanswered(label: string, why: string): TroupeError {
  return new TroupeError("LOG_OUTCOME_UNKNOWN", `who was asked for "${label}" did not answer: ${why}`, {
    hint: "Ask again as the next attempt: what may have begun is fenced, and ends by itself.",
    data: { label },
  });
}

/** A position that was not given out by a log of this shape. */
export function strangePosition(position: string, partitions: number): TroupeError {
  return new TroupeError(
    "LOG_INCOMPATIBLE",
    `"${position}" is not a position in a log of ${partitions} partition(s)`,
    {
      hint: "Use a position that this log gave out, or start from the beginning.",
      data: { position, partitions },
    },
  );
}
