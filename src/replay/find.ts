/**
 * Looks through a run for a record that meets a condition.
 *
 * - What asks about contexts is answered by stepping each actor forward once, also where the search
 *   goes back.
 */
import { contextOf } from "../actors/xstate/context.ts";
import { parseAddress } from "../events/address.ts";
import type { Recorded } from "../events/log/log.ts";
import type { Condition, Question } from "./condition.ts";
import { bodyIn, readable } from "./record-seen.ts";
import { walk, type Replayed } from "./walk.ts";

export interface FindOptions {
  /** The position that the search leaves: it is not looked at itself. Default: before the first, or behind the last. */
  readonly from?: number;
  /** Default false: forward. */
  readonly back?: boolean;
}

export interface FoundMoment {
  /** Undefined where no record meets the condition. */
  readonly position: number | undefined;
  /** Records on the way that could not answer, as a field was asked for that is not there. */
  readonly unanswered: { readonly records: number; readonly why: string } | undefined;
}

export async function findIn(
  replayed: Replayed,
  condition: Condition,
  { from, back = false }: FindOptions = {},
): Promise<FoundMoment> {
  const { length } = replayed.run.records;
  const [first, last] = back ? [1, (from ?? length + 1) - 1] : [(from ?? 0) + 1, length];
  const tally: Tally = { records: 0, why: "" };
  const position = condition.asksContext
    ? await stepThrough(replayed, condition, { first, last, back, tally })
    : lookThrough(replayed, condition, { first, last, back, tally });
  return { position, unanswered: tally.records === 0 ? undefined : { ...tally } };
}

interface Tally {
  records: number;
  why: string;
}

interface Search {
  /** Both are looked at. */
  readonly first: number;
  readonly last: number;
  readonly back: boolean;
  readonly tally: Tally;
}

function lookThrough(
  replayed: Replayed,
  condition: Condition,
  { first, last, back, tally }: Search,
): number | undefined {
  for (let step = 0; step <= last - first; step++) {
    const position = back ? last - step : first + step;
    if (meets(condition, questionAt(replayed, position, undefined), tally)) return position;
  }
  return undefined;
}

async function stepThrough(
  replayed: Replayed,
  condition: Condition,
  { first, last, back, tally }: Search,
): Promise<number | undefined> {
  let found: number | undefined;
  for await (const { position, stepped } of walk(replayed, { first, last })) {
    const context = "error" in stepped ? undefined : contextOf(stepped.fold.state.snapshot);
    if (!meets(condition, questionAt(replayed, position, context), tally)) continue;
    found = position;
    if (!back) return found;
  }
  return found;
}

function meets(condition: Condition, question: Question, tally: Tally): boolean {
  const answer = condition.ask(question);
  if (typeof answer === "boolean") return answer;
  if (tally.records++ === 0) tally.why = answer.unknown;
  return false;
}

function questionAt(replayed: Replayed, position: number, context: unknown = null): Question {
  const record = recordAt(replayed, position);
  const { stream: address, seq, type, at, cause = null } = record;
  const { state, status } = bodyIn(record);
  const { event = null, facts = [], handled = true } = readable(record) ?? {};
  const { kind } = parseAddress(address);
  const own = { type, address, kind, seq, position, at, cause };
  return { ...own, state, status, event, facts, handled, context };
}

function recordAt({ run }: Replayed, position: number): Recorded {
  const record = run.records[position - 1];
  if (record === undefined) throw new Error(`there is no position ${position}`);
  return record;
}
