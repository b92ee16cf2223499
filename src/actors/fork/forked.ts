/**
 * The record that ends the told history of a fork's actor: `troupe.forked`. What it does is a
 * function of the actor and of the record alone, so that a replay comes to the same (A15).
 *
 * - Sends and delayed sends to actors outside the run are dropped: the original has made them. Not
 *   those of a step with a replaced input (`fresh`): nobody has taken it before.
 * - Custom actions have run, but for those of such a step; what they had under way is said anew.
 * - Open activities begin afresh: attempts of another run are not theirs.
 * - The machine sees it only if it asks for `troupe.forked` by this very name.
 * - One actor wakes all others (`wakes`): what they owe is done once that is recorded.
 */
import { z } from "zod";
import { rootOf } from "../../events/address.ts";
import type { RecordedEvent } from "../../events/record.ts";
import { AnyJson } from "../../events/whole.ts";
import type { Entry } from "../advance.ts";
import { markOf } from "../causes.ts";
import type { Fold } from "../fold.ts";
import type { Effect, Stepped, Stepper, SystemDirectory } from "../xstate/contract.ts";
import { InFlight } from "./in-flight.ts";
import { withValues } from "../xstate/with-values.ts";

export const FORKED = "troupe.forked";
/** What the waker sends; recorded, and never shown to a machine. */
export const WOKEN = "troupe.woken";

const Forked = z.object({
  /** What was set in the context: strict JSON, refs and errors tagged. */
  set: z.array(z.object({ path: z.array(z.string()).min(1), value: AnyJson })).default([]),
  /** The seq of the record whose input was replaced. */
  fresh: z.int().min(1).default(Number.MAX_SAFE_INTEGER),
  /** What custom actions sent before the cut and was recorded behind it in the original. */
  sends: z.array(InFlight).default([]),
  /** Addresses of the other actors of the fork that owe something. */
  wakes: z.array(z.string()).default([]),
});

/** The step of that record. @throws {@link TroupeError} `INPUT_INVALID` where a place to set is not there. */
export function forkedStep(
  { identity, state }: Fold,
  { event, seq }: { readonly event: RecordedEvent; readonly seq: number },
  stepper: Stepper,
  directory: SystemDirectory,
): Stepped {
  const { set, sends, wakes } = Forked.parse(event);
  const asks = stepper.accepts(identity, state).includes(FORKED);
  const stepped: Stepped = asks
    ? stepper.step(identity, state, event, seq, directory)
    : { state, handled: true, effects: [], taken: [] };
  const values = set.map(({ path, value }) => ({ path, value: stepper.decode(value) }));
  const said = sends.map(({ to, event: one }): Effect => ({ type: "send", to, event: one }));
  const woken = wakes.map((to): Effect => ({ type: "send", to, event: { type: WOKEN } }));
  return {
    ...stepped,
    state: withValues(stepped.state, values, identity.address),
    effects: [...stepped.effects, ...said, ...woken],
  };
}

/** What becomes of what is open. Before the record's own effects are taken. */
export function noteForked(
  fold: Fold,
  event: RecordedEvent,
  { seq, body }: Pick<Entry, "seq" | "body">,
): void {
  if (body.copied !== true) fold.forked = seq; // else it ended the history of a fork that is forked itself
  const { fresh } = Forked.parse(event);
  const own = rootOf(fold.identity.address);
  for (const owed of fold.outbox.values())
    if (owed.type === "send" && rootOf(owed.to) !== own && markOf(owed.id).seq < fresh)
      fold.outbox.delete(owed.id);
  for (const timer of fold.timers.values())
    if (rootOf(timer.to) !== own && markOf(timer.id).seq < fresh) fold.timers.delete(timer.name);
  for (const [address, { id, child, startedAt }] of fold.residents)
    fold.residents.set(address, { id, child, startedAt, failures: 0, recoveries: 0 });
}

/** Whether an actor's history is told up to its end: an actor that is no fork's has none. */
export function isTold({ born, forked }: Pick<Fold, "born" | "forked">): boolean {
  return born.fork === undefined || forked !== undefined;
}
