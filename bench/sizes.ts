/** A13: what a step costs beside more and more: entries of a context, records of a log, children. */
import { assign, createMachine, setup } from "xstate";
import { z } from "zod";
import { createHost } from "../src/actors/host.ts";
import { defineKind } from "../src/actors/kind.ts";
import type { Identity } from "../src/actors/xstate/contract.ts";
import { createStepper } from "../src/actors/xstate/stepper.ts";
import { memoryLog } from "../src/events/log/memory.ts";
import { itemAt, tableOf, withItem, type Table as Rows } from "../src/machines/table.ts";
import { fastest, round, type Row, type Table } from "./measure.ts";

const Put = z.object({ type: z.literal("PUT"), at: z.int() });
type Put = z.infer<typeof Put>;
interface Item {
  readonly id: number;
  readonly n: number;
}
const items = (size: number): Item[] => Array.from({ length: size }, (_, id) => ({ id, n: 0 }));

/** Each holds `size` entries and changes one of them with every event. */
const SHAPES = {
  "untouched beside a counter": (size: number) =>
    setup({
      types: { context: {} as { n: number; items: readonly Item[] }, events: {} as Put },
    }).createMachine({
      context: () => ({ n: 0, items: items(size) }),
      on: { PUT: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    }),
  "table in two levels": (size: number) =>
    setup({ types: { context: {} as { items: Rows<Item> }, events: {} as Put } }).createMachine({
      context: () => ({ items: tableOf(items(size)) }),
      on: {
        PUT: {
          actions: assign({
            items: ({ context, event }) => {
              const at = event.at % size;
              return withItem(context.items, at, {
                id: at,
                n: (itemAt(context.items, at)?.n ?? 0) + 1,
              });
            },
          }),
        },
      },
    }),
  "flat list, copied": (size: number) =>
    setup({ types: { context: {} as { items: readonly Item[] }, events: {} as Put } }).createMachine({
      context: () => ({ items: items(size) }),
      on: {
        PUT: {
          actions: assign({
            items: ({ context, event }) => {
              const at = event.at % size;
              return context.items.with(at, { id: at, n: (context.items[at]?.n ?? 0) + 1 });
            },
          }),
        },
      },
    }),
};

const kindOf = (machine: ReturnType<(typeof SHAPES)[keyof typeof SHAPES]>) =>
  defineKind({ kind: "sized", version: "1", machine, events: Put });

const STEPS = 640;

/** Microseconds per event of one actor in a host on memory, 64 waiting at a time. */
async function hosted(machine: Parameters<typeof kindOf>[0]): Promise<number> {
  await using host = await createHost({
    log: memoryLog(),
    kinds: [kindOf(machine)],
    strict: false,
    snapshotEvery: 1e9,
  });
  const actor = await host.start("sized/s");
  const ms = await fastest(7, async () => {
    for (let sent = 0; sent < STEPS; sent += 64)
      await Promise.all(
        Array.from({ length: 64 }, (_, i) => actor.send({ type: "PUT", at: (sent + i) * 7919 })),
      );
  });
  return (ms * 1000) / STEPS;
}

/** Microseconds per event of the stepper without hash, mailbox and log: what XState and the machine take. */
async function bare(machine: Parameters<typeof kindOf>[0]): Promise<number> {
  const nobody = { get: () => undefined, all: () => ({}) };
  const stepper = createStepper({
    relay() {},
    snapshotOf: () => ({ status: "active", output: undefined, error: undefined }),
    system: () => nobody,
    logger() {},
    strict: false,
  });
  const actor: Identity = { address: "sized/s", id: "s", logic: machine, syncSnapshot: false };
  let { state } = stepper.start(actor, {}, 1, nobody);
  const ms = await fastest(7, () => {
    for (let seq = 2; seq < STEPS + 2; seq++)
      ({ state } = stepper.step(actor, state, { type: "PUT", at: seq * 7919 }, seq, nobody));
  });
  return (ms * 1000) / STEPS;
}

/** Ratios to the smallest, once per shape of context. */
export async function contextSizes(sizes = [100, 1_000, 10_000, 100_000]): Promise<Table> {
  const rows: Row[] = [];
  await hosted(SHAPES["table in two levels"](100)); // warms up
  for (const [name, shape] of Object.entries(SHAPES)) {
    let first: number | undefined;
    for (const size of sizes) {
      const [step, own] = [await hosted(shape(size)), await bare(shape(size))];
      first ??= step;
      rows.push({
        context: name,
        entries: size,
        "µs/step": round(step, 1),
        "to smallest": round(step / first),
        "of it the machine's own": round(own, 1),
      });
    }
  }
  return { title: "A13: a step against the size of its context (memory log)", rows };
}

const Add = z.object({ type: z.literal("ADD") });

/** One actor that takes more and more events, with snapshots as usual. */
export async function logLengths(lengths = [1_000, 10_000, 100_000]): Promise<Table> {
  const machine = setup({
    types: { context: {} as { n: number }, events: {} as z.infer<typeof Add> },
  }).createMachine({
    context: { n: 0 },
    on: { ADD: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
  });
  const kind = defineKind({ kind: "counter", version: "1", machine, events: Add });
  await using host = await createHost({ log: memoryLog(), kinds: [kind], strict: false });
  const actor = await host.start("counter/c");
  let records = 1;
  const thousand = async (): Promise<void> => {
    for (let sent = 0; sent < 1000; sent += 50) {
      await Promise.all(Array.from({ length: 50 }, () => actor.send({ type: "ADD" })));
      records += 50;
    }
  };
  await fastest(5, thousand); // warms up
  const rows: Row[] = [];
  let first: number | undefined;
  for (const length of lengths) {
    while (records < length) await thousand();
    const ms = await fastest(5, thousand);
    first ??= ms;
    rows.push({ records: length, "µs/step": round(ms, 1), "to shortest": round(ms / first) });
  }
  return { title: "A13: a step against the length of its actor's log (memory log)", rows };
}

/** Children of one parent, all started in its first step. */
export async function spawns(counts = [100, 1_000, 5_000]): Promise<Table> {
  const rows: Row[] = [];
  for (const count of counts) {
    const child = createMachine({});
    const machine = setup({ types: { events: {} as { type: "X" } }, actors: { child } }).createMachine({
      context: ({ spawn }) => {
        for (let i = 0; i < count; i++) spawn("child", { id: `c${i}` });
        return {};
      },
    });
    const nothing = z.object({ type: z.literal("X") });
    const kinds = [defineKind({ kind: "parent", version: "1", machine, events: nothing })];
    let run = 0;
    await using host = await createHost({ log: memoryLog(), kinds, strict: false });
    const ms = await fastest(3, () => host.start(`parent/p${run++}`));
    rows.push({ children: count, "spawns/s": Math.round((count * 1000) / ms) });
  }
  return { title: "Children started in one step", rows };
}
