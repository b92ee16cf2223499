/**
 * Another input in place of a recorded one, held to what is known of it at the border: what
 * activities answer to the kind's `answers`, events from outside to its `events` and to what the
 * machine takes at that point (S1).
 */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { parseAddress } from "../../events/address.ts";
import { nearestIssues, withValues } from "../../events/issues.ts";
import type { Json } from "../../events/json.ts";
import { RecordedEvent } from "../../events/record.ts";
import { during } from "../../events/now.ts";
import type { Entry } from "../advance.ts";
import type { Fold } from "../fold.ts";
import { decide } from "../inputs.ts";
import { assertOpen, kindNamed, parseOutside, type AnyKind, type Kinds } from "../kind.ts";
import type { ChildStart, Stepper } from "../xstate/contract.ts";

/** The input as it was told, and what stands in its place. */
export interface Answering {
  readonly env: { readonly kinds: Kinds; readonly stepper: Stepper };
  /** The actor before the record. */
  readonly fold: Fold;
  readonly entry: Entry;
  readonly value: Json;
  /** How the start of an actor's child was asked for, by its address. */
  readonly startOf: (address: string) => ChildStart | undefined;
  /** The record, as the original calls it. */
  readonly place: string;
}

const END = /^xstate\.(?:done|error)\.actor\.(.*)$/s;

/**
 * @throws {@link TroupeError} `RECORD_INVALID` for a record whose input nobody gave; `RESULT_INVALID`,
 * `EVENT_INVALID`, `EVENT_RESERVED`, `EVENT_REFUSED` for an input that does not fit.
 */
export function answered(answering: Answering): Entry {
  const { entry, place } = answering;
  const { event, timer, stale, from } = entry.body;
  if (event === undefined) throw fixed(place, "is a birth");
  if (timer !== undefined) throw fixed(place, "is a timer that fired");
  if (stale === true) throw fixed(place, "came too late to count");
  const completion = completionIn(answering, event);
  if (completion !== undefined) return completed(answering, completion);
  if (/^(troupe|xstate)\./.test(event.type)) throw fixed(place, `is a "${event.type}"`);
  return told(answering, event, from);
}

/** Of a child that ended, or of an activity whose attempt failed; undefined for any other event. */
function completionIn({ entry, fold, place }: Answering, event: RecordedEvent): Completion | undefined {
  const { from } = entry.body;
  const id = END.exec(event.type)?.[1];
  if (id !== undefined && from !== undefined) return { id, from, cause: entry.cause };
  if (event.type !== "troupe.activity.failed") return undefined;
  const { activity } = event;
  const open = typeof activity === "string" ? fold.residents.get(activity) : undefined;
  if (open === undefined) throw fixed(place, "is of an activity that is over");
  const { id: start, child } = open;
  return { id: child.id, from: child.address, cause: `${fold.identity.address}#${start}` };
}

interface Completion {
  /** Of the child, as the machine calls it. */
  readonly id: string;
  readonly from: string;
  readonly cause: string | undefined;
}

function completed(answering: Answering, { id, from, cause }: Completion): Entry {
  const { env, entry, fold, value, place } = answering;
  const src = answering.startOf(from)?.src;
  const kind = kindOf(answering);
  const schema = src === undefined || fold.born.lineage !== undefined ? undefined : kind.answers?.[src];
  const parsed = schema?.safeParse(value);
  if (parsed?.success === false) throw unfit({ place, src, value }, parsed.error);
  const output = env.stepper.encode(value, "output");
  const event = { type: `xstate.done.actor.${id}`, output, actorId: id };
  return { ...entry, cause, body: { ...fresh(entry), event, from } };
}

function unfit(
  {
    value,
    ...data
  }: { readonly place: string; readonly src?: string | undefined; readonly value: Json },
  { issues }: z.ZodError,
): TroupeError {
  const near = nearestIssues(issues);
  const faults = z.prettifyError(withValues({ issues: near }, value));
  return new TroupeError(
    "RESULT_INVALID",
    `the answer in place of ${data.place} does not fit: ${faults}`,
    {
      hint: "Give what the child would have answered; `troupe show` prints what it did.",
      data: {
        ...data,
        issues: near.map(({ path, message }) => ({ path: path.join("."), message })),
      },
    },
  );
}

/** Any other event: its data anew. */
function told(
  { env, entry, fold, value, place }: Answering,
  event: RecordedEvent,
  from?: string,
): Entry {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TroupeError("EVENT_INVALID", `what is to stand in place of ${place} is no event`, {
      hint: `Give an object with the fields of "${event.type}".`,
      data: { place },
    });
  const given: object = Object.assign({ type: event.type }, value);
  const kind = kindNamed(env.kinds, parseAddress(fold.identity.address).kind);
  const read = from === undefined ? parseOutside(kind, given) : given;
  const encoded = RecordedEvent.parse(env.stepper.encode(read, "event"));
  assertOpen(encoded.type);
  if (from === undefined) assertTaken({ env, entry, fold }, encoded);
  return { ...entry, body: { ...fresh(entry), event: encoded } };
}

/** It happens in the fork, and is counted there. */
function fresh({ body }: Entry): Entry["body"] {
  const { copied: _, ...rest } = body;
  return rest;
}

/** A command that the actor would have refused was never recorded. */
function assertTaken(
  { env, entry, fold }: Pick<Answering, "env" | "entry" | "fold">,
  event: RecordedEvent,
): void {
  const { address } = fold.identity;
  const cause = "cmd:replaced"; // under its own id it would be known already
  const decision = during(entry.at, () =>
    decide(address, fold, { type: "command", cause, event }, env),
  );
  if (decision.type === "refuse") throw decision.error;
}

function kindOf({ env, fold }: Answering): AnyKind {
  return kindNamed(env.kinds, parseAddress(fold.identity.address).kind);
}

function fixed(place: string, why: string): TroupeError {
  return new TroupeError("RECORD_INVALID", `${place} cannot be replaced: it ${why}`, {
    hint: "Replace a record that brought an answer or an event.",
    data: { place },
  });
}
