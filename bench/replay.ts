/**
 * A run of 100,000 records replayed from SQLite: every hash compared, then looked at in random places.
 *
 * - _one actor_: a small machine takes all of them.
 * - _a team_: a lead gives work to sixteen members in turn, and hears from each: three records for
 *   each piece of work, one of them the member's. What the lead knows of its members is copied with
 *   each.
 *
 * Beside it, plain XState: the same events through `machine.transition` with one reused scope,
 * nothing read, hashed or kept.
 */
import { join } from "node:path";
import { assign, enqueueActions, setup, type Snapshot } from "xstate";
import { z } from "zod";
import { readingStepper } from "../src/actors/client.ts";
import { createHost } from "../src/actors/host.ts";
import { defineKind, kindsByName, type AnyKind } from "../src/actors/kind.ts";
import type { LoadEnv } from "../src/actors/load.ts";
import type { RawScope } from "../src/actors/xstate/internals.ts";
import { raw } from "../src/actors/xstate/logic.ts";
import { parseAddress } from "../src/events/address.ts";
import type { EventLog } from "../src/events/log/log.ts";
import { sqliteLog } from "../src/events/log/sqlite.ts";
import { sendToActor, startActor } from "../src/machines/host-actions.ts";
import { readRun, type RunRecords } from "../src/events/log/run-records.ts";
import { openTimeline, type Timeline } from "../src/replay/timeline.ts";
import { diceOf } from "../src/testing/dice.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { inFlight, inTurns, round, timed, type Scale } from "./measure.ts";
import { below, type Row } from "./report.ts";

const GOAL_MS = 3_000;
const STEP_GOAL_MS = 50;
const RUN = "r";
const MEMBERS = 16;

const Give = z.object({ type: z.literal("GIVE"), n: z.int() });
const Asked = z.object({ type: z.string(), n: z.int() });
type Asked = z.infer<typeof Asked>;

const lead = setup({
  types: {
    context: {} as { readonly open: number; readonly done: Readonly<Record<string, number>> },
    events: {} as Asked,
  },
  actions: { sendToActor, startActor },
}).createMachine({
  id: "lead",
  context: { open: 0, done: {} },
  entry: enqueueActions(({ enqueue }) => {
    for (let n = 0; n < MEMBERS; n++)
      enqueue({ type: "startActor", params: { kind: "member", id: `m${n}` } });
  }),
  on: {
    GIVE: {
      actions: enqueueActions(({ enqueue, context, event: { n } }) => {
        enqueue.assign({ open: context.open + 1 });
        const to = `member/${RUN}:m${n % MEMBERS}`;
        enqueue({ type: "sendToActor", params: { to, event: { type: "WORK", n } } });
      }),
    },
    DONE: {
      actions: assign({
        open: ({ context }) => context.open - 1,
        done: ({ context, event: { n } }) => ({ ...context.done, [`m${n % MEMBERS}`]: n }),
      }),
    },
  },
});

const member = setup({
  types: { context: {} as { readonly last: string }, events: {} as Asked },
  actions: { sendToActor },
}).createMachine({
  id: "member",
  context: { last: "" },
  initial: "odd",
  on: {
    WORK: {
      actions: enqueueActions(({ enqueue, event: { n } }) => {
        enqueue.assign({ last: `work ${n}` });
        enqueue({ type: "sendToActor", params: { to: `lead/${RUN}`, event: { type: "DONE", n } } });
      }),
    },
    GIVE: { actions: assign({ last: ({ event: { n } }) => `note ${n}` }) },
  },
  states: { odd: { on: { GIVE: "even" } }, even: { on: { GIVE: "odd" } } },
});

const leadKind = defineKind({ kind: "lead", version: "1", machine: lead, events: Give });
const memberKind = defineKind({ kind: "member", version: "1", machine: member, events: Give });
const KINDS: readonly AnyKind[] = [leadKind, memberKind];

/** How a run comes to have about so many records. */
const CASTS: Readonly<Record<string, (log: string, records: number) => Promise<void>>> = {
  async "one actor"(log, records) {
    await using host = await createHost({ log, kinds: [memberKind], strict: false });
    const actor = await host.start(`member/${RUN}`);
    await inFlight(records, 64, (n) => actor.send({ type: "GIVE", n }));
  },
  async "a team"(log, records) {
    await using host = await createHost({ log, kinds: [leadKind, memberKind], strict: false });
    const actor = await host.start(`lead/${RUN}`);
    await inFlight(Math.round(records / 3), 64, (n) => actor.send({ type: "GIVE", n }));
  },
};

export const replay: Bench = {
  name: "replay",
  what: "replay of a run of 100,000 records, and steps back in it",
  async run(scale) {
    const rows: Row[] = [];
    for (const cast of Object.keys(CASTS))
      rows.push(...(await inFolder(scale.folder, (own) => replayed(join(own, "log.db"), cast, scale))));
    const notes = [
      "replayed: read from SQLite, every hash compared; back: from a random place to the record before it",
      "ms are the least of all rounds; CPU is the processor time of all threads",
    ];
    return [{ title: "a run replayed", rows, notes }];
  },
};

async function replayed(path: string, cast: string, { quick, progress }: Scale): Promise<Row[]> {
  const wanted = quick ? 3_000 : 100_000;
  progress(`${cast}: writing ${wanted} records`);
  await CASTS[cast]?.(`sqlite:${path}`, wanted);
  await using log = sqliteLog({ path, readOnly: true });
  const run = await readRun(log, RUN);
  const best = await inTurns(
    {
      "plain XState": () => timed(1, () => transitions(run)),
      read: () => timed(1, () => readRun(log, RUN)),
      replayed: () => timed(1, async () => open(log, await readRun(log, RUN))),
    },
    quick ? 2 : 5,
    (text) => progress(`${cast}: ${text}`),
  );
  const count = run.records.length;
  const row = (name: "plain XState" | "read" | "replayed"): Row => {
    const { wall, cpu } = best(name);
    const each = { ms: round(wall / 1_000, 0), "ms CPU": round(cpu / 1_000, 0) };
    return { way: `${cast}, ${count} records: ${name}`, ...each };
  };
  const back = await stepsBack(await open(log, run), quick ? 100 : 2_000);
  return [
    row("plain XState"),
    row("read"),
    { ...row("replayed"), ...below(GOAL_MS, best("replayed").wall / 1_000, "ms") },
    { way: `${cast}: a step back, p50`, ms: round(quantile(back, 0.5)) },
    {
      way: `${cast}: a step back, p99`,
      ms: round(quantile(back, 0.99)),
      ...below(STEP_GOAL_MS, quantile(back, 0.99), "ms"),
    },
    { way: `${cast}: a step back, the longest`, ms: round(quantile(back, 1)) },
  ];
}

async function open(log: EventLog, run: RunRecords): Promise<Timeline> {
  const kinds = kindsByName(KINDS);
  const env: LoadEnv = { log, kinds, stepper: readingStepper(kinds) };
  const timeline = await openTimeline(env, run);
  if (timeline.faults.length > 0)
    throw new Error(`it replays differently: ${timeline.faults[0]?.message}`);
  return timeline;
}

/** What a step back takes, ms, shortest first. */
async function stepsBack(timeline: Timeline, times: number): Promise<readonly number[]> {
  const dice = diceOf(1);
  const took: number[] = [];
  for (let time = 0; time < times; time++) {
    const { position } = await timeline.moment(2 + dice.below(timeline.length - 1));
    const before = performance.now();
    await timeline.moment(timeline.stepFrom(position, -1));
    took.push(performance.now() - before);
  }
  return took.toSorted((a, b) => a - b);
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** XState alone: each actor's events, in the order of the run. */
function transitions({ records }: RunRecords): void {
  const scope = {
    self: {},
    system: { _sendInspectionEvent() {} },
    actionExecutor() {},
    defer() {},
  } as unknown as RawScope; // the stepper's scope, with nothing behind it
  const states = new Map<string, Snapshot<unknown>>();
  for (const { stream, body } of records) {
    const logic = raw(parseAddress(stream).kind === "lead" ? lead : member);
    const state = states.get(stream);
    const { event } = body as { readonly event?: { readonly type: string } }; // as the host wrote it
    if (state === undefined) states.set(stream, logic.getInitialSnapshot(scope, undefined));
    else if (event !== undefined && !event.type.startsWith("troupe."))
      states.set(stream, logic.transition(state, event, scope));
  }
}
