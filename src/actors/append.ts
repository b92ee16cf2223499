/** Appending until somebody can say whether it was written (L6, made safe by L4). */
import { TroupeError } from "../errors.ts";
import type { NewRecord } from "../events/log/log.ts";
import type { Runtime } from "./runtime.ts";

/** An append with unknown outcome is tried again this often before the host gives up. */
const RETRIES = 8;

/** Appends of all actors between two turns of the event loop, on a log that waits for no I/O. */
const TURNS = 512;

/** Now and then, lets timers and I/O in between actors that talk for ever. */
export async function breathe(rt: Pick<Runtime, "turns" | "turn">): Promise<void> {
  if (++rt.turns.taken % TURNS === 0) await rt.turn();
}

/** @throws {@link TroupeError} what `append` throws, `LOG_OUTCOME_UNKNOWN` only after the last try. */
export async function appendSurely(
  rt: Pick<Runtime, "log" | "clock" | "running">,
  address: string,
  records: readonly NewRecord[],
  expected: number,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rt.log.append(address, records, { expected });
      return;
    } catch (error) {
      const unknown = TroupeError.is(error, "LOG_OUTCOME_UNKNOWN");
      if (!unknown || attempt === RETRIES || !rt.running()) throw error;
    }
    const waitMs = Math.min(50 * 2 ** attempt, 2000);
    await new Promise<void>((resume) => void rt.clock.after(waitMs, resume));
  }
}
