/** What copying between logs and files has in common: it says how far it is, and compares at the end. */
import { TroupeError } from "../errors.ts";
import { assertSame, hashesOf, type LogHashes } from "../events/log/compare.ts";
import type { Copied, Progress } from "../events/log/copy.ts";
import type { EventLog, Recorded } from "../events/log/log.ts";
import type { Shell } from "./shell.ts";

/** How long work stays unmentioned, and how often it is mentioned then, ms. */
const PATIENCE_MS = 2_000;

/** Says how far it is, every two seconds. @throws {@link TroupeError} `COMMAND_FAILED` once the user wants it to end. */
export function tellingProgress({ terminal, stop }: Shell, what: string): Progress {
  let said = performance.now();
  return (records) => {
    if (stop.aborted)
      throw new TroupeError("COMMAND_FAILED", `stopped after ${records} records`, {
        hint: "Say the same again: it goes on.",
      });
    if (performance.now() - said < PATIENCE_MS) return;
    said = performance.now();
    terminal.err(`${what}: ${records} records so far`);
  };
}

/**
 * Reads both sides again.
 *
 * @throws {@link TroupeError} `COPY_DIFFERS`.
 */
export async function compared(
  from: { readonly url: string; readonly records: () => AsyncIterable<Recorded> },
  to: EventLog,
  { tips }: Copied,
): Promise<LogHashes> {
  const [one, other] = [await hashesOf(from.records(), tips), await hashesOf(to.scan(), tips)];
  assertSame(one, other, { from: from.url, to: to.url });
  return other;
}

/** @throws {@link TroupeError} `LOG_INCOMPATIBLE` in place of a conflict: it holds something else. */
export async function notForeign<T>(copying: Promise<T>, from: string, to: string): Promise<T> {
  try {
    return await copying;
  } catch (cause) {
    if (!TroupeError.is(cause, "LOG_WRONG_SEQUENCE")) throw cause;
    throw new TroupeError("LOG_INCOMPATIBLE", `${to} is no copy of ${from}: ${cause.message}`, {
      hint: "Copy into an empty log, or into one that was copied from this.",
      data: { ...cause.data, from, to },
      cause,
    });
  }
}
