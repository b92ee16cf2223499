/**
 * Erasing a run: its key is dropped, so that nothing of it can be read, wherever it was copied to.
 *
 * - 1. Only what has ended: a run that goes on would be cut off in the middle.
 * - 2. What stands around bodies stays: addresses, types, times, ids. They keep the log whole (L1).
 */
import { TroupeError } from "../../errors.ts";
import { rootOf } from "../address.ts";
import { isAtRest } from "./closed-runs.ts";
import { isErased, runErased } from "./erased.ts";
import type { EventLog, Scanned } from "./log.ts";
import { noRun } from "./run-records.ts";

/**
 * @param options.check only whether it may be erased.
 * @returns the addresses of its actors.
 * @throws {@link TroupeError} `RUN_NOT_FOUND`, `RUN_OPEN`, `RUN_ERASED` where it was before;
 * `LOG_INCOMPATIBLE` where the log has no codec that could.
 */
export async function eraseRun(
  log: EventLog,
  root: string,
  { check = false }: { readonly check?: boolean } = {},
): Promise<readonly string[]> {
  const { codec } = log;
  if (codec?.erase === undefined) throw withoutKeys(log.url);
  const last = await lastRecords(log, root);
  if (last.some(({ body }) => isErased(body))) {
    if (!check) codec.erase(root); // where that was cut short
    throw runErased(root);
  }
  const open = last.find((one) => !isAtRest(one));
  if (open !== undefined)
    throw new TroupeError("RUN_OPEN", `run "${root}" has not ended: "${open.stream}" still goes on`, {
      hint: "Cancel it, then erase it.",
      data: { root, stream: open.stream },
    });
  if (!check) codec.erase(root);
  return last.map(({ stream }) => stream);
}

/** The last record of each actor of a run. @throws {@link TroupeError} `RUN_NOT_FOUND`. */
async function lastRecords(log: EventLog, root: string): Promise<readonly Scanned[]> {
  const last = new Map<string, Scanned>();
  for await (const record of log.scan({ archived: false }))
    if (rootOf(record.stream) === root) last.set(record.stream, record);
  if (last.size > 0) return [...last.values()];
  throw noRun(root, log);
}

function withoutKeys(url: string): TroupeError {
  return new TroupeError("LOG_INCOMPATIBLE", `${url} has no keys that could be dropped`, {
    hint: "Open it with its folder of keys: ?keys=FOLDER. What was written without keys cannot be erased so.",
    data: { url },
  });
}
