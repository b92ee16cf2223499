/**
 * The input of a record, as the fork's actor gets it.
 *
 * - What one actor of the run asked of another comes from the step of the asking actor in the fork,
 *   not from the record: so both tell the same.
 * - What came from outside the run, or from an activity, is the recorded one, renamed.
 * - A record that was taken out of its actor's history is told as one that does nothing.
 */
import { parseAddress } from "../../events/address.ts";
import type { Json } from "../../events/json.ts";
import type { Recorded } from "../../events/log/log.ts";
import type { Born, RecordBody, RecordedEvent } from "../../events/record.ts";
import type { Entry } from "../advance.ts";
import { contentOf, keyFor, type ContentEnv } from "../content.ts";
import type { Fold } from "../fold.ts";
import { kindNamed } from "../kind.ts";
import { bornOf } from "../perform.ts";
import type { Effect } from "../xstate/contract.ts";
import type { Shared } from "./ids.ts";
import type { Names } from "./names.ts";
import type { Step } from "./verified.ts";

/** An effect that an actor of the fork asked for. */
export interface Asked {
  readonly effect: Effect;
  readonly by: Pick<Fold, "identity" | "born">;
}

export interface Inputs {
  readonly env: ContentEnv;
  readonly names: Names;
  /** What actors of the fork have asked for so far, by effect id. */
  readonly asked: ReadonlyMap<string, Asked>;
  readonly run: { readonly from: string; readonly to: string };
  readonly origin: Shared;
}

/** @param fold the actor of the fork before the record; undefined: it is its birth. */
export function entryFor(
  inputs: Inputs,
  record: Recorded,
  step: Step | undefined,
  fold: Fold | undefined,
): Entry {
  const { seq } = record;
  const at = record.at + inputs.origin.shiftMs;
  const event = step?.body.event;
  if (step === undefined || event?.type === "troupe.skipped") {
    const { settled, ran } = step?.body ?? {};
    const kept = { ...(settled !== undefined && { settled }), ...(ran !== undefined && { ran }) };
    const nothing = { event: { type: "troupe.settled" }, copied: true } as const;
    return { seq, at, cause: undefined, body: { ...nothing, ...kept } };
  }
  const { body } = step;
  const cause = record.cause === undefined ? undefined : inputs.names.cause(record.cause);
  return {
    seq,
    at,
    cause,
    body: { ...plain(body, inputs), ...derived(inputs, record, { body, cause, fold }) },
  };
}

/** What is the same in every history, but for names and times. */
function plain(body: RecordBody, { names, origin: { shiftMs } }: Inputs): Entry["body"] {
  const { from, timer, stale, light, settled, ran, dues, lookups, since } = body;
  return {
    copied: true,
    ...(from !== undefined && { from: names.address(from) }),
    ...(timer !== undefined && { timer }),
    ...(stale !== undefined && { stale }),
    ...(light !== undefined && { light }),
    ...(settled !== undefined && { settled }),
    ...(ran !== undefined && { ran }),
    ...(since !== undefined && { since }),
    ...(dues !== undefined && { dues: mapped(dues, (due) => due + shiftMs) }),
    ...(lookups !== undefined && {
      lookups: mapped(lookups, (found) => (found === null ? null : names.address(found))),
    }),
  };
}

interface Told {
  readonly body: RecordBody;
  readonly cause: string | undefined;
  readonly fold: Fold | undefined;
}

function derived(inputs: Inputs, record: Recorded, told: Told): Entry["body"] {
  const { body, fold } = told;
  if (fold === undefined) return { born: birthFor(inputs, record, told) };
  return {
    ...(body.event !== undefined && { event: eventFor(inputs, body.event, told) }),
    ...(body.checkpoint !== undefined && { checkpoint: checkpointFor(inputs, fold, body.settled) }),
  };
}

function eventFor(
  inputs: Inputs,
  event: RecordedEvent,
  { body, cause = "", fold }: Told,
): RecordedEvent {
  if (body.timer !== undefined)
    return timerEvent(inputs, event, fold?.timers.withId(body.timer)?.event);
  const effect = body.from === undefined ? undefined : inputs.asked.get(cause)?.effect;
  return effect?.type === "send" ? effect.event : given(inputs, event);
}

/** A timer of somebody else's send says only that it fired. */
function timerEvent(
  inputs: Inputs,
  event: RecordedEvent,
  armed: RecordedEvent | undefined,
): RecordedEvent {
  return armed === undefined || event.type === "troupe.timer.fired" ? given(inputs, event) : armed;
}

/** What came from outside the run, or from an activity. */
function given({ names, origin }: Inputs, event: RecordedEvent): RecordedEvent {
  const renamed = names.object(event);
  const { retryAt } = renamed;
  if (event.type !== "troupe.activity.failed" || typeof retryAt !== "number") return renamed;
  return { ...renamed, retryAt: retryAt + origin.shiftMs };
}

function birthFor(inputs: Inputs, { stream }: Recorded, { body, cause = "" }: Told): Born {
  const { env, asked, origin } = inputs;
  const by = asked.get(cause);
  const born =
    by?.effect.type === "start"
      ? bornOf(env, by.by, by.effect.child)
      : ownBirth(inputs, stream, body.born ?? { id: "" });
  return { ...born, fork: { of: stream, ...origin } };
}

/** Of an actor that nobody of the run has started; or whoever did was told otherwise. */
function ownBirth(inputs: Inputs, stream: string, { input, parent, ...born }: Born): Born {
  const { names, run } = inputs;
  const root = parseAddress(stream).path.length === 0;
  return {
    ...born,
    ...(root && { id: run.to }),
    ...(input !== undefined && { input: root ? rootInput(inputs, stream, input) : names.data(input) }),
    ...(parent !== undefined && { parent: names.address(parent) }),
  };
}

/** The kind knows what of its input is the run's own. */
function rootInput({ env, names, run }: Inputs, stream: string, input: Json): Json {
  const kind = kindNamed(env.kinds, parseAddress(stream).kind);
  const forked = kind.forked?.(input, run);
  for (const moved of forked?.folders ?? []) names.move(moved);
  return forked?.input ?? names.data(input);
}

function checkpointFor(
  { env }: Inputs,
  fold: Fold,
  settled: readonly string[] | undefined,
): NonNullable<Entry["body"]["checkpoint"]> {
  const content = contentOf(env, fold, settled);
  const key = keyFor(env, fold);
  return { key, bytes: JSON.stringify(content).length, content };
}

function mapped<A extends Json, B>(
  values: Readonly<Record<string, A>>,
  map: (value: A) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}
