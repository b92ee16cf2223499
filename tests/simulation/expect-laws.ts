/** What the tests of the simulation ask of a series of histories. */
import { drillDrama } from "./drills.ts";
import { explain } from "./series.ts";
import { startThread } from "./thread.ts";

/** What must have happened so often, for a simulation in which a fault never happens proves nothing. */
const REACHED = {
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

/** Runs a series; throws with the first history that breaks a law, shrunk. @returns the faults that happened too rarely, and the fewest records. */
export async function lawsOver(
  series: number,
  histories: number,
): Promise<{ readonly rare: readonly string[]; readonly fewest: number }> {
  await using thread = startThread();
  const tally = await thread.run({ series, from: 0, to: histories });
  const [failure] = tally.failed;
  if (failure !== undefined) throw new Error(await explain(drillDrama(), failure, "temp"));
  const rare = Object.entries(REACHED).filter(([what, times]) => (tally.happened[what] ?? 0) < times);
  return { rare: rare.map(([what]) => what), fewest: tally.fewest };
}
