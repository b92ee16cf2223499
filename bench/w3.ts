/**
 * W3: an actor rebuilt from SQLite, without a snapshot and with the one that its host left.
 *
 * The bare fold is `advance`, the function that moves an actor live and in replay, over the same
 * records read and decoded beforehand: XState's step, the hash of each record, outbox, timers and
 * command ids, but no log, no parsing and no comparing. "Steps" is XState's step alone.
 */
import { join } from "node:path";
import { assign, setup } from "xstate";
import { z } from "zod";
import { advance, birth, type Entry } from "../src/actors/advance.ts";
import { readingStepper } from "../src/actors/client.ts";
import type { ActorHandle } from "../src/actors/handle.ts";
import { createHost } from "../src/actors/host.ts";
import { identify } from "../src/actors/identity.ts";
import { defineKind, kindsByName } from "../src/actors/kind.ts";
import { load, type LoadEnv } from "../src/actors/load.ts";
import { NOBODY } from "../src/actors/xstate/stepper.ts";
import type { EventLog, Recorded } from "../src/events/log/log.ts";
import { sqliteLog } from "../src/events/log/sqlite.ts";
import { parseBody, placeOf, type RecordBody } from "../src/events/record.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { inFlight, inTurns, round, timed, type Sample, type Scale } from "./measure.ts";
import { atLeast, below, FIGURES, type Row } from "./report.ts";

const RATE_GOAL = 0.5;
const SNAPSHOT_GOALS_MS = new Map([
  [1_000, 3],
  [10_000, 20],
]);

const Note = z.object({ type: z.literal("NOTE"), n: z.int() });

const machine = setup({
  types: {
    context: {} as { readonly sum: number; readonly last: string },
    events: {} as z.infer<typeof Note>,
  },
  actions: {
    note: assign({
      sum: ({ context, event }) => context.sum + event.n,
      last: ({ event }) => `note ${event.n}`,
    }),
  },
}).createMachine({
  id: "w3",
  context: { sum: 0, last: "" },
  initial: "odd",
  states: {
    odd: { on: { NOTE: { target: "even", actions: "note" } } },
    even: { on: { NOTE: { target: "odd", actions: "note" } } },
  },
});

const kind = defineKind({ kind: "w3", version: "1", machine, events: Note });
const kinds = kindsByName([kind]);
const ADDRESS = "w3/r";

export const w3: Bench = {
  name: "w3",
  what: "rebuilding an actor of 1,000 and 10,000 records from SQLite",
  async run(scale) {
    const rows: Row[] = [];
    for (const records of scale.quick ? [1_000] : [1_000, 10_000])
      rows.push(
        ...(await inFolder(scale.folder, (own) => rebuilt(join(own, "log.db"), records, scale))),
      );
    const notes = [
      "bare fold: `advance` over the same records, decoded beforehand; steps: XState's step alone",
      "with a snapshot: one that is as old as it may be, and the 199 records behind it",
      ...FIGURES,
    ];
    return [{ title: "rebuild of one actor from SQLite", rows, notes }];
  },
};

/** Most records that a host leaves behind its newest snapshot. */
const BEHIND = 199;

async function rebuilt(path: string, records: number, { quick, progress }: Scale): Promise<Row[]> {
  progress(`writing ${records} records`);
  {
    await using first = await hostOn(path); // closing it stores a snapshot
    await send(await first.start(ADDRESS), records - BEHIND - 1);
  }
  await using host = await hostOn(path, { snapshotEvery: 1e9 });
  await send(host.actor(ADDRESS), BEHIND);
  await using reading = sqliteLog({ path, readOnly: true });
  const env: LoadEnv = { log: reading, kinds, stepper: readingStepper(kinds) };
  const decoded = await decode(reading);
  const best = await inTurns(
    {
      steps: () => again(() => steps(env, decoded)),
      "bare fold": () => again(() => fold(env, decoded)),
      "without a snapshot": () => again(() => load(env, ADDRESS, { snapshots: false })),
      "with a snapshot": () => again(() => load(env, ADDRESS)),
    },
    quick ? 3 : records > 1_000 ? 15 : 50,
    () => {},
  );
  const row = (name: "steps" | "bare fold" | "without a snapshot" | "with a snapshot"): Row => ({
    way: `${name}, ${records} records`,
    ms: round(best(name).wall / 1000, 2),
    "records/s": Math.round((records * 1e6) / best(name).wall),
  });
  const [bare, without, cached] = [
    best("bare fold"),
    best("without a snapshot"),
    best("with a snapshot"),
  ];
  return [
    row("steps"),
    row("bare fold"),
    { ...row("without a snapshot"), ...atLeast(RATE_GOAL, bare.wall / without.wall) },
    {
      ...row("with a snapshot"),
      ...below(SNAPSHOT_GOALS_MS.get(records) ?? 0, cached.wall / 1000, "ms"),
    },
  ];
}

/** The second time: a full collection has just taken from V8 what it knew of the code. */
async function again(work: () => unknown): Promise<Sample> {
  await work();
  return timed(1, work);
}

const hostOn = (path: string, more: { readonly snapshotEvery?: number } = {}) =>
  createHost({ log: `sqlite:${path}`, kinds: [kind], strict: false, ...more });

function send(actor: ActorHandle<typeof kind>, count: number): Promise<void> {
  return inFlight(count, 64, (n) => actor.send({ type: "NOTE", n }));
}

interface Decoded {
  readonly record: Recorded;
  readonly body: RecordBody;
}

async function decode(log: EventLog): Promise<Decoded[]> {
  const decoded: Decoded[] = [];
  for await (const record of log.read(ADDRESS))
    decoded.push({ record, body: parseBody(record.body, placeOf(record)) });
  return decoded;
}

function fold(env: LoadEnv, [first, ...rest]: readonly Decoded[]): void {
  const { fold: actor } = birth(moverOf(env, first), birthOf(first), env.stepper, NOBODY);
  for (const one of rest) advance(actor, entryOf(one), env.stepper, NOBODY);
}

function steps(env: LoadEnv, [first, ...rest]: readonly Decoded[]): void {
  const { identity } = moverOf(env, first);
  let { state } = env.stepper.start(identity, {}, 1, NOBODY);
  for (const { record, body } of rest)
    if (body.event !== undefined)
      ({ state } = env.stepper.step(identity, state, body.event, record.seq, NOBODY));
}

function moverOf(env: LoadEnv, first: Decoded | undefined) {
  return identify(env, ADDRESS, first?.body.born ?? { id: "" });
}

function birthOf(first: Decoded | undefined): Entry & { readonly correlation: string } {
  if (first === undefined) throw new Error("the actor has no records");
  return { ...entryOf(first), correlation: first.record.correlation };
}

function entryOf({ record: { seq, at, cause }, body }: Decoded): Entry {
  return { seq, at, cause, body };
}
