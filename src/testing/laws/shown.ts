/**
 * What a kind makes of something that an earlier version recorded, by the function that a load uses.
 *
 * 1. `upcast` does not throw, changes nothing of what it is given, and answers the same whatever
 *    clock and chance say.
 * 2. What came from outside is, as it is shown, what the present schema takes.
 */
import { z } from "zod";
import type { AnyKind } from "../../actors/kind.ts";
import { upcasted } from "../../actors/versions.ts";
import type { Stepper } from "../../actors/xstate/contract.ts";
import { differingPath } from "../../actors/xstate/strict.ts";
import type { RecordBody } from "../../events/record.ts";
import { parseWhole } from "../../events/whole.ts";
import { START } from "../walk/place.ts";
import { inWorld, type World } from "../walk/world.ts";
import { messageOf } from "./keep.ts";
import type { Broken } from "./report.ts";
import { worldsFrom } from "./worlds.ts";

/** A record as far as it is shown. */
export type Recording = Pick<RecordBody, "version" | "event" | "born">;

const SAME: World = { now: START, chance: 0.5 };

interface Shown {
  readonly given: Recording;
  readonly made: Recording;
}

/** How a kind is shown what was recorded; undefined where nothing is wrong with it. */
export function wrongIn(kind: AnyKind, recording: Recording): Broken | undefined {
  const asked = new Set<string>();
  const show = (world: World): Shown => {
    const given = structuredClone(recording);
    return { given, made: inWorld({ ...world, asked }, () => shownTo(kind, given)) };
  };
  try {
    const first = show(SAME);
    const changed = differingPath(partsOf(recording), partsOf(first.given), "");
    if (changed !== undefined) return inPlace(changed);
    const others = asked.size === 0 ? [SAME] : worldsFrom(START);
    for (const world of others) {
      const at = differingPath(partsOf(first.made), partsOf(show(world).made), "");
      if (at !== undefined) return fickle(at, asked);
    }
    return undefined;
  } catch (error) {
    const { cause = error } = Object(error) as { readonly cause?: unknown }; // whatever it is
    const what = `version ${kind.version} cannot be shown ${nameOf(recording)} of version ${recording.version}: ${messageOf(cause)}`;
    return { what, hint: "Let upcast take all that the earlier version took, and answer plain JSON." };
  }
}

/** As a load shows it. */
export function shownTo(kind: AnyKind, recording: Recording): Recording {
  const type = recording.event?.type ?? "troupe.started";
  const body = recording as RecordBody; // no other part of it is asked for
  return upcasted(kind, body, { stream: `${kind.kind}/kit`, seq: 1, type });
}

function inPlace(at: string): Broken {
  const what = "upcast changes what it is given in place";
  return { what, at, hint: "Return a new object: ({ by, ...event }) => ({ ...event, amount: by })." };
}

function fickle(at: string, asked: ReadonlySet<string>): Broken {
  const why = asked.size === 0 ? "when it is asked again" : `as ${[...asked].join(" and ")} answers`;
  return {
    what: `upcast answers something else ${why}`,
    at,
    hint: "Let upcast read its arguments alone: it is asked again by each replay.",
  };
}

function partsOf({ event, born }: Recording): object {
  return { ...(event && { event }), ...(born?.input !== undefined && { input: born.input }) };
}

function nameOf({ event }: Recording): string {
  return event === undefined ? "the input" : `event "${event.type}"`;
}

/** Whether the present schemas take what came from outside as it is shown. */
export function refusedOf(
  { kind, stepper }: { readonly kind: AnyKind; readonly stepper: Stepper },
  recording: Recording,
): Broken | undefined {
  const { event, born } = shownTo(kind, recording);
  const [schema, value, path, field] =
    event === undefined
      ? ([kind.input, born?.input, "input", "input"] as const)
      : ([kind.events, stepper.decode(event), "event", "event"] as const);
  const issue = schema && issueOf(schema, value);
  if (issue === undefined) return undefined;
  const made = Object(kind.upcast)[field] === undefined ? "" : `as upcast.${field} shows it, `;
  return {
    what: `version ${kind.version} does not take ${nameOf(recording)} of version ${recording.version}: ${made}${issue.message}`,
    at: [path, ...issue.path.map(String)].join("."),
    hint: `Let upcast.${field} make of it what the \`${field === "event" ? "events" : "input"}\` schema takes, or keep the old version in \`previous\`.`,
  };
}

/** A record holds what a schema yields, so that is what must fit; a one-way transform cannot be asked, and is believed. */
function issueOf(schema: z.ZodType, value: unknown): z.core.$ZodIssue | undefined {
  const read = parseWhole(schema, value);
  if (read.success || isYieldedBy(schema, value)) return undefined;
  return read.error.issues[0];
}

function isYieldedBy(schema: z.ZodType, value: unknown): boolean {
  try {
    return z.safeEncode(schema, value as z.core.output<typeof schema>).success; // that is what is asked
  } catch (error) {
    return error instanceof z.core.$ZodEncodeError;
  }
}
