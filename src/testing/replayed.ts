/** A log, replayed from its records alone, each step with the effects that it asked for. */
import { isDeepStrictEqual } from "node:util";
import type { NumberedEffect } from "../actors/advance.ts";
import { owesOf, type Fold } from "../actors/fold.ts";
import { load, type LoadEnv } from "../actors/load.ts";
import type { State } from "../actors/xstate/contract.ts";
import { contextOf } from "../actors/xstate/context.ts";
import { push, type Left } from "./evidence.ts";
import { TroupeError } from "../errors.ts";
import type { Recorded } from "../events/log/log.ts";
import type { RecordBody } from "../events/record.ts";
import { readFrom } from "../events/log/read-from.ts";

/** One record of an actor, and what its step asked for. */
export interface Replay extends Omit<Recorded, "body"> {
  readonly body: RecordBody;
  readonly effects: readonly NumberedEffect[];
  /** Effect ids of the timers that are armed after it. */
  readonly timers: readonly string[];
  /** Addresses of the residents that are open after it. */
  readonly residents: readonly string[];
  /** The state after it. */
  readonly state: State;
}

export interface Replayed {
  readonly address: string;
  readonly steps: readonly Replay[];
  /** What the actor's context is in the end. */
  readonly context: Readonly<Record<string, unknown>>;
}

/** Replays every actor; says where a stream has a gap, where a hash differs, where work is left. */
export async function replayAll(
  env: LoadEnv,
  fault: (text: string) => void,
  left: Left = new Set(),
): Promise<ReadonlyMap<string, Replayed>> {
  const streams = await scanned(env, fault);
  const actors = new Map<string, Replayed>();
  const log = readFrom(env.log, streams);
  for (const [address, records] of streams) {
    const replayed = await replay({ ...env, log, left }, address, fault);
    actors.set(address, replayed);
    const count = replayed.steps.length;
    if (count !== records.length)
      fault(`${address}: the scan has ${records.length} records, the replay ${count}`);
  }
  return actors;
}

/** L1, and that no record stands in the log twice: every stream, read once. */
async function scanned(
  { log }: LoadEnv,
  fault: (text: string) => void,
): Promise<ReadonlyMap<string, readonly Recorded[]>> {
  const streams = new Map<string, Recorded[]>();
  const ids = new Set<string>();
  for await (const record of log.scan()) {
    const { stream, seq, id, at } = record;
    const before = streams.get(stream)?.at(-1) ?? { seq: 0, at: 0 };
    if (seq !== before.seq + 1) fault(`${stream}: record ${seq} follows ${before.seq}`);
    if (at < before.at) fault(`${stream}: time goes back at ${seq}`);
    if (ids.has(id)) fault(`${stream}: record id ${id} stands twice`);
    ids.add(id);
    push(streams, stream, record);
  }
  return streams;
}

async function replay(
  { left, ...env }: LoadEnv & { readonly left: Left },
  address: string,
  fault: (text: string) => void,
): Promise<Replayed> {
  const steps: Replay[] = [];
  try {
    const fold = await load(env, address, {
      snapshots: false,
      onRecord(record, body, { timers, residents, state }, { effects }) {
        const armed = [...timers.values()].map(({ id }) => id);
        steps.push({
          ...record,
          body,
          effects,
          timers: armed,
          residents: [...residents.keys()],
          state,
        });
      },
    });
    if (left !== "anything") checkOwed(fold, steps.at(-1)?.body.owes, { left, fault });
    if (!(await isCached(env, fold, steps))) fault(`${address}: its snapshot is another actor`);
    return { address, steps, context: fieldsOf(fold) };
  } catch (error) {
    fault(`${address} does not replay: ${TroupeError.is(error) ? error.message : String(error)}`);
    return { address, steps, context: {} };
  }
}

/** Nothing is open but activities that never end by themselves. */
function checkOwed(
  fold: Fold | undefined,
  said: number | undefined,
  { left, fault }: { readonly left: ReadonlySet<string>; readonly fault: (text: string) => void },
): void {
  if (fold === undefined) return;
  const { address } = fold.identity;
  const open = [...fold.residents.values()].filter(({ id }) => left.has(`${address}#${id}`)).length;
  if (owesOf(fold) > open) fault(`${address} still owes: ${owed(fold)}`);
  if (said !== open) fault(`${address}: its last record says that it owes ${said}`);
}

/** Whether an actor loaded from its snapshot or checkpoint is the actor that its records make. */
async function isCached(
  env: LoadEnv,
  fold: Fold | undefined,
  steps: readonly Replay[],
): Promise<boolean> {
  const address = fold?.identity.address;
  if (address === undefined) return true;
  const checkpoint = steps.some(({ body }) => body.event?.type === "troupe.checkpoint");
  if (!checkpoint && (await env.log.snapshots.get(address)) === undefined) return true;
  return isDeepStrictEqual(plainOf(env, fold), plainOf(env, await load(env, address)));
}

function plainOf(env: LoadEnv, fold: Fold | undefined): unknown {
  if (fold === undefined) return undefined;
  const { identity, state, outbox, timers, residents, watermarks, commands, seq, at } = fold;
  return {
    state: env.stepper.persist(identity, state),
    open: JSON.stringify([[...outbox], [...timers], [...residents]]),
    watermarks,
    commands: commands.store(),
    seq,
    at,
  };
}

function owed({ outbox, actions, timers, residents }: Fold): string {
  return JSON.stringify({
    outbox: [...outbox.keys()],
    actions: [...actions.keys()],
    timers: [...timers.keys()],
    residents: [...residents.keys()],
  });
}

function fieldsOf(fold: Fold | undefined): Readonly<Record<string, unknown>> {
  const context = contextOf(fold?.state.snapshot);
  return typeof context === "object" && context !== null ? { ...context } : {};
}

/** A number that an event holds. */
export function numberIn(event: RecordBody["event"], key: string): number | undefined {
  const value = event?.[key];
  return typeof value === "number" ? value : undefined;
}
