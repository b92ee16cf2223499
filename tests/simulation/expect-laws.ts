/** What the tests of the simulation ask of a series of histories. */
import { DRAMAS, type CastName } from "./dramas.ts";
import { explain } from "./series.ts";
import { startThread } from "./thread.ts";

/** What must have happened so often, for a simulation in which a fault never happens proves nothing. */
const REACHED: Readonly<Record<string, number>> = {
  "crash before-append": 50,
  "crash after-append": 50,
  "crash before-effect": 50,
  "crash after-effect": 50,
  "crash before-answer": 50,
  "crash in-activity": 50,
  "crash during-snapshot": 25,
  "append lost-ack": 50,
  "append late-ack": 50,
  "append unknown": 50,
  "append late-write": 50,
  "append slow": 50,
  "append failed": 50,
  "again, answered": 100,
  "again, unanswered": 100,
  "clock back": 50,
  "clock forward": 50,
  conflict: 100,
  kill: 100,
  close: 50,
  takeover: 100,
  read: 50,
  snapshot: 100,
  reordered: 50_000,
};

/** The same of hosts that share the log, in fewer histories. */
export const REACHED_SHARED: Readonly<Record<string, number>> = {
  "crash before-append": 10,
  "crash after-append": 10,
  "crash before-effect": 5,
  "crash after-effect": 5,
  "crash before-answer": 5,
  "crash in-activity": 2,
  "crash during-snapshot": 2,
  "append lost-ack": 15,
  "append late-ack": 15,
  "append unknown": 15,
  "append late-write": 15,
  "append slow": 15,
  "append failed": 15,
  "again, answered": 20,
  "again, unanswered": 40,
  "another host asked": 10,
  "clock back": 10,
  "clock forward": 10,
  "a partition is lost": 100,
  "a partition could not be taken over": 40,
  "written behind": 5,
  answer: 15,
  claim: 25,
  members: 25,
  conflict: 8,
  join: 40,
  kill: 20,
  close: 10,
  takeover: 80,
  read: 10,
  snapshot: 25,
  reordered: 20_000,
};

export interface SeriesAsked {
  /** Default: the drills. */
  readonly cast?: CastName;
  /** What must have happened how often. */
  readonly reached?: Readonly<Record<string, number>>;
}

/** Runs a series; throws with the first history that breaks a law, shrunk. @returns the faults that happened too rarely, and the fewest records. */
export async function lawsOver(
  series: number,
  histories: number,
  { cast = "drills", reached = REACHED }: SeriesAsked = {},
): Promise<{ readonly rare: readonly string[]; readonly fewest: number }> {
  await using thread = startThread();
  const tally = await thread.run({ cast, series, from: 0, to: histories });
  const [failure] = tally.failed;
  if (failure !== undefined) throw new Error(await explain(DRAMAS[cast](), failure, "temp"));
  const rare = Object.entries(reached).filter(([what, times]) => (tally.happened[what] ?? 0) < times);
  return { rare: rare.map(([what]) => what), fewest: tally.fewest };
}
