/** One record as it is shown: what it says itself, and what its step did. */
import { contextOf } from "../actors/xstate/context.ts";
import { parseAddress } from "../events/address.ts";
import type { Json } from "../events/json.ts";
import type { Recorded } from "../events/log/log.ts";
import { parseBody, placeOf, type RecordBody } from "../events/record.ts";
import { causeOf, type Cause } from "./cause.ts";
import { contextDiff, type ContextDiff } from "./context-diff.ts";
import { effectSeen } from "./effects-seen.ts";
import type { EffectSeen, Fault, RecordSeen, StateSeen } from "./moment.ts";
import type { Places } from "./places.ts";
import type { Stepped } from "./track.ts";

/** What is known beside the record. */
export interface Beside {
  /** Undefined where it could not be replayed. */
  readonly stepped: Stepped | undefined;
  /** The actor's record before. */
  readonly previous: Recorded | undefined;
  readonly skippedBy: number | undefined;
  readonly positionOf: Places["positionOf"];
  readonly fault: Fault | undefined;
}

export function recordSeen(record: Recorded, beside: Beside): RecordSeen {
  const { stream: address, seq, type, at } = record;
  const { stepped, previous, fault = null } = beside;
  const body = readable(record);
  return {
    address,
    kind: parseAddress(address).kind,
    seq,
    type,
    at,
    ...inputOf(body),
    cause: placed(causeOf(record, body), beside.positionOf),
    before: previous === undefined ? null : stateSeen(previous),
    after: stateSeen(record),
    ...outcomeOf(body),
    skippedBy: beside.skippedBy ?? null,
    effects: effectsOf(stepped, body, at),
    context: diffOf(stepped),
    fault,
  };
}

/** What a record says of its state, without looking at the rest of it. */
export function bodyIn({ body }: Recorded): StateSeen & { readonly owes: number } {
  const { state = null, status, owes } = body;
  return { state, status: statusIn(status), owes: typeof owes === "number" ? owes : 0 };
}

/** The body, if it can be read. */
export function readable(record: Recorded): RecordBody | undefined {
  try {
    return parseBody(record.body, placeOf(record));
  } catch {
    return undefined; // the actor's fault says why
  }
}

function stateSeen(record: Recorded): StateSeen {
  const { state, status } = bodyIn(record);
  return { state, status };
}

const STATUSES: ReadonlySet<unknown> = new Set(["active", "done", "error", "stopped"]);

function statusIn(status: Json | undefined): StateSeen["status"] {
  return STATUSES.has(status) ? (status as RecordBody["status"]) : null; // one of the four
}

function inputOf(body: RecordBody | undefined): Pick<RecordSeen, "version" | "event" | "born"> {
  const { version = null, event = null, born } = body ?? {};
  if (born === undefined) return { version, event, born: null };
  const { input, parent } = born;
  return {
    version,
    event,
    born: { ...(input !== undefined && { input }), ...(parent !== undefined && { parent }) },
  };
}

type Outcome = Pick<
  RecordSeen,
  "handled" | "stale" | "transitions" | "facts" | "settled" | "output" | "error"
>;

function outcomeOf(body: RecordBody | undefined): Outcome {
  const { handled = true, stale = false, taken = [], facts = [], settled = [] } = body ?? {};
  const { output = null, error = null } = body ?? {};
  return { handled, stale, transitions: taken, facts, settled, output, error };
}

function placed({ address, seq, ...cause }: Cause, positionOf: Places["positionOf"]): Cause {
  if (address === undefined) return cause;
  if (seq === undefined) return { ...cause, address };
  const position = positionOf(address, seq);
  return { ...cause, address, seq, ...(position !== undefined && { position }) };
}

function effectsOf(
  stepped: Stepped | undefined,
  body: RecordBody | undefined,
  at: number,
): readonly EffectSeen[] | null {
  if (stepped === undefined || body === undefined) return null;
  return (stepped.effects ?? []).map((effect) => effectSeen(effect, body, at));
}

function diffOf(stepped: Stepped | undefined): ContextDiff | null {
  if (stepped === undefined) return null;
  return contextDiff(contextOf(stepped.before?.snapshot), contextOf(stepped.fold.state.snapshot));
}
