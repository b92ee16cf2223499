/** Questions about a log, answered from its projections, and how stale the answer is. */
import type { EventLog } from "../events/log/log.ts";
import type { Projections } from "../projections/face.ts";
import { openProjections } from "../projections/runner.ts";
import { telling } from "./known-runs.ts";
import { moment } from "./paper.ts";
import type { Terminal } from "./terminal.ts";

/** New records that a question waits for: about half a second. */
const SOME = 20_000;

export interface Asked extends AsyncDisposable {
  /** Of the rows as they are now: nothing more is folded. */
  readonly sql: Projections["sql"];
  /** When the oldest record was written that the answers do not count, ISO 8601; null: they count all. */
  readonly behindSince: string | null;
}

/**
 * Opens the projections of a log for questions: folds what is new, but no more than takes half a
 * second, and says on the terminal what is left out.
 *
 * @param all waits for all.
 */
export async function ask(terminal: Pick<Terminal, "err">, log: EventLog, all = false): Promise<Asked> {
  const projections = openProjections({ log, ...telling(terminal, log.url) });
  try {
    await projections.sql("SELECT 1", [], all ? {} : { limit: SOME });
    const since = await projections.behindSince();
    if (since !== undefined)
      terminal.err(`not counted yet: what was written since ${moment(since)}; --wait counts it`);
    return {
      sql: (text, values) => projections.sql(text, values, { limit: 0 }),
      behindSince: since === undefined ? null : new Date(since).toISOString(),
      [Symbol.asyncDispose]: () => projections[Symbol.asyncDispose](),
    };
  } catch (error) {
    await projections[Symbol.asyncDispose]();
    throw error;
  }
}
