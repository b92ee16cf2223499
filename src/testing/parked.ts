/** Who is parked in the end of a simulated history, as its hosts say. */
import type { Parked } from "../actors/runtime.ts";
import type { Crew } from "./crew.ts";
import type { Life } from "./life.ts";

/**
 * @param shared whether the hosts share the log: then they ask each other, which takes turns, and who goes meanwhile answers nothing.
 * @param turn one turn; false where the history cannot go on.
 */
export async function parkedIn(
  crew: Crew,
  shared: boolean,
  turn: () => Promise<boolean>,
): Promise<readonly Parked[]> {
  if (!shared) return crew.pick()?.host?.parked() ?? [];
  do {
    const life = crew.pick();
    const known = life?.host && (await answerOf(life, life.host.parked(), turn));
    if (known !== undefined) return known;
  } while (await turn());
  return [];
}

/** Undefined where its host went or failed. */
async function answerOf<T>(
  life: Life,
  asked: Promise<T>,
  turn: () => Promise<boolean>,
): Promise<T | undefined> {
  let over = false;
  const answer = asked.catch(() => undefined).finally(() => (over = true));
  while (!over && life.end === undefined) if (!(await turn())) return undefined;
  return over ? answer : undefined;
}
