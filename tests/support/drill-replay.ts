/** The log of a drill, replayed from its records alone, each step with the effects it asked for. */
import { isDeepStrictEqual } from "node:util";
import type { NumberedEffect } from "../../src/actors/advance.ts";
import { owesOf, type Fold } from "../../src/actors/fold.ts";
import { load, type LoadEnv } from "../../src/actors/load.ts";
import { TroupeError } from "../../src/errors.ts";
import type { Recorded } from "../../src/events/log/log.ts";
import type { RecordBody } from "../../src/events/record.ts";

/** One record of an actor, and what its step asked for. */
export interface Replay extends Omit<Recorded, "body"> {
  readonly body: RecordBody;
  readonly effects: readonly NumberedEffect[];
  /** Effect ids of the timers that are armed after it. */
  readonly timers: readonly string[];
  /** Addresses of the residents that are open after it. */
  readonly residents: readonly string[];
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
): Promise<ReadonlyMap<string, Replayed>> {
  const tips = await scanTips(env, fault);
  const actors = new Map<string, Replayed>();
  for (const address of tips.keys()) {
    const replayed = await replay(env, address, fault);
    actors.set(address, replayed);
    const count = replayed.steps.length;
    if (count !== tips.get(address))
      fault(`${address}: the scan has ${tips.get(address)} records, the replay ${count}`);
    await checkSnapshot(env, address, fault);
  }
  return actors;
}

/** L1, and that no record stands in the log twice. */
async function scanTips(
  { log }: LoadEnv,
  fault: (text: string) => void,
): Promise<ReadonlyMap<string, number>> {
  const last = new Map<string, Recorded>();
  const ids = new Set<string>();
  for await (const record of log.scan()) {
    const { stream, seq, id, at } = record;
    const before = last.get(stream);
    if (seq !== (before?.seq ?? 0) + 1) fault(`${stream}: record ${seq} follows ${before?.seq ?? 0}`);
    if (before !== undefined && at < before.at) fault(`${stream}: time goes back at ${seq}`);
    if (ids.has(id)) fault(`${stream}: record id ${id} stands twice`);
    ids.add(id);
    last.set(stream, record);
  }
  return new Map([...last].map(([stream, { seq }]) => [stream, seq]));
}

async function replay(env: LoadEnv, address: string, fault: (text: string) => void): Promise<Replayed> {
  const steps: Replay[] = [];
  try {
    const fold = await load(env, address, {
      snapshots: false,
      onRecord(record, body, { timers, residents }, { effects }) {
        steps.push({
          ...record,
          body,
          effects,
          timers: [...timers.values()].map(({ id }) => id),
          residents: [...residents.keys()],
        });
      },
    });
    if (fold !== undefined && owesOf(fold) > 0) fault(`${address} still owes: ${owed(fold)}`);
    if (steps.at(-1)?.body.owes !== 0) fault(`${address}: its last record says that it owes`);
    return { address, steps, context: contextOf(fold) };
  } catch (error) {
    fault(`${address} does not replay: ${TroupeError.is(error) ? error.message : String(error)}`);
    return { address, steps, context: {} };
  }
}

/** An actor loaded from its snapshot is the actor that its records make. */
async function checkSnapshot(
  env: LoadEnv,
  address: string,
  fault: (text: string) => void,
): Promise<void> {
  const whole = plainOf(env, await load(env, address, { snapshots: false }).catch(() => undefined));
  const cached = plainOf(env, await load(env, address).catch(() => undefined));
  if (!isDeepStrictEqual(whole, cached)) fault(`${address}: its snapshot is another actor`);
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

function contextOf(fold: Fold | undefined): Readonly<Record<string, unknown>> {
  const snapshot = fold?.state.snapshot;
  const context: unknown = snapshot !== undefined && "context" in snapshot ? snapshot.context : {};
  return context as Readonly<Record<string, unknown>>; // the drill's machines have objects
}

/** A number that the drill's events hold. */
export function numberIn(event: RecordBody["event"], key: string): number | undefined {
  const value = event?.[key];
  return typeof value === "number" ? value : undefined;
}
