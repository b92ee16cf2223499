/** How much what an agent has done and can do has to do with a task (T-O3). Pure. */
import { keywordsOf, wordsOf } from "./keywords.ts";

/** What an agent is asked for. */
export interface Wanted {
  /** What is to be done, in words. */
  readonly task: string;
  /** The field that its agent should be of: `backend`. Absent: any. */
  readonly domain?: string | undefined;
}

/** Executions of an agent whose descriptions have the same keywords. */
export interface Past {
  /** Each once (S1-022). */
  readonly keywords: readonly string[];
  readonly executions: number;
  /** How many of them succeeded. */
  readonly successes: number;
  /** What kind of task it was: the role that was asked for. Null or absent where nobody said. */
  readonly type?: string | null;
}

/** What of an agent tells what it is good for. */
export interface Abilities {
  /** Its types: `agent_type` of telemetry, and roles in plans. */
  readonly types: readonly string[];
  /** As it declares them, each in words. */
  readonly skills: readonly string[];
  readonly pasts: readonly Past[];
}

/**
 * 0 to 1: the best keyword F1 of the task's words against what the agent has done well and the
 * skills that it declares (each, and all together); where a domain is asked for, the mean of that
 * and of whether the agent is of it (1 or 0).
 *
 * - The best, not the mean: an agent is not less fit for a task because it has done others, too. So
 *   one more success, whatever it was about, never lowers it.
 * - What it only ever failed at does not count: so one more failure never raises it.
 * - The mean: neither the right words in the wrong domain nor the right domain without one of the
 *   words comes to more than ½, which Wilson's bound, always below 1, keeps below the default
 *   threshold of .5.
 */
export function relevanceOf({ types, skills, pasts }: Abilities, { task, domain }: Wanted): number {
  const asked = new Set(keywordsOf(task));
  const known = [
    ...pasts.filter(({ successes }) => successes > 0).map(({ keywords }) => keywords),
    ...skills.map(keywordsOf),
    keywordsOf(skills.join(" ")),
  ];
  const words = known.reduce((best, keywords) => Math.max(best, f1(asked, new Set(keywords))), 0);
  if (domain === undefined) return words;
  return (words + (isOfDomain([...types, ...skills], domain) ? 1 : 0)) / 2;
}

/** Harmonic mean of precision and recall of two sets of words: `2·|A ∩ B| / (|A| + |B|)`. */
function f1(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return a.size + b.size === 0 ? 0 : (2 * a.intersection(b).size) / (a.size + b.size);
}

/** Whole words: `ui` is not in `build`. */
function isOfDomain(texts: readonly string[], domain: string): boolean {
  const asked = new Set(wordsOf(domain));
  return asked.size > 0 && texts.some((text) => asked.isSubsetOf(new Set(wordsOf(text))));
}

/**
 * `Σ rel` of the older formula (T-O3, `oak-v1`) over all executions: rel = 1 per keyword of the task
 * that is among those of the execution, + 2 if the domain is in the agent's type, + 1.5 if it is in
 * the task's type, as parts of a text.
 */
export function oldRelevance({ types, pasts }: Abilities, { task, domain }: Wanted): number {
  const asked = new Set(keywordsOf(task));
  const isIn = (text: string): boolean =>
    domain !== undefined && domain !== "" && text.toLowerCase().includes(domain.toLowerCase());
  const ofAgent = types.some(isIn) ? 2 : 0;
  return pasts.reduce((sum, { keywords, executions, type }) => {
    const found = asked.intersection(new Set(keywords)).size;
    return sum + executions * (found + ofAgent + (isIn(type ?? "") ? 1.5 : 0));
  }, 0);
}
