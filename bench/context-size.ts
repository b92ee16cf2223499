/** A13: what a step costs beside a context of more and more entries. */
import { join } from "node:path";
import { assign, setup } from "xstate";
import { z } from "zod";
import { createHost } from "../src/actors/host.ts";
import { defineKind } from "../src/actors/kind.ts";
import type { Identity } from "../src/actors/xstate/contract.ts";
import { NOBODY } from "../src/actors/xstate/stepper.ts";
import { itemAt, tableOf, withItem, type Table as Rows } from "../src/machines/table.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { inFlight, inTurns, round, timed, type Sample, type Scale } from "./measure.ts";
import { atMost, type Row } from "./report.ts";
import { loneStepper } from "./stepper.ts";

/** Of the smallest context's cost. */
const FLAT = 1.2;
const STEPS = 640;

const Put = z.object({ type: z.literal("PUT"), at: z.int() });
type Put = z.infer<typeof Put>;
interface Item {
  readonly id: number;
  readonly n: number;
}
const items = (size: number): Item[] => Array.from({ length: size }, (_, id) => ({ id, n: 0 }));

const untouched = (size: number) =>
  setup({
    types: { context: {} as { n: number; items: readonly Item[] }, events: {} as Put },
  }).createMachine({
    context: () => ({ n: 0, items: items(size) }),
    on: { PUT: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
  });

const twoLevels = (size: number) =>
  setup({ types: { context: {} as { items: Rows<Item> }, events: {} as Put } }).createMachine({
    context: () => ({ items: tableOf(items(size)) }),
    on: {
      PUT: {
        actions: assign({
          items: ({ context, event }) => {
            const at = event.at % size;
            const n = (itemAt(context.items, at)?.n ?? 0) + 1;
            return withItem(context.items, at, { id: at, n });
          },
        }),
      },
    },
  });

const flat = (size: number) =>
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
  });

type Shape = typeof untouched | typeof twoLevels | typeof flat;
type Machine = ReturnType<Shape>;

/** Each holds `size` entries and changes at most one with every event. A list that the machine itself copies has no goal. */
const SHAPES: readonly { readonly name: string; readonly shape: Shape; readonly goal: boolean }[] = [
  { name: "untouched beside a counter", shape: untouched, goal: true },
  { name: "table in two levels", shape: twoLevels, goal: true },
  { name: "flat list, copied", shape: flat, goal: false },
];

export const contextSize: Bench = {
  name: "context-size",
  what: "A13: a step beside 100 to 100,000 entries of context",
  async run(scale) {
    const rows: Row[] = [];
    const sizes = scale.quick ? [100, 1_000] : [100, 1_000, 10_000, 100_000];
    for (const engine of ["memory", "sqlite"] as const)
      for (const { name, shape, goal } of SHAPES)
        rows.push(...(await acrossSizes(engine, { name, shape, goal, sizes }, scale)));
    const notes = [
      `µs a step, ${STEPS} events, 64 waiting at a time; sizes take turns; the least of all rounds`,
      "its own: the same events through the stepper alone, without hash, mailbox and log",
    ];
    return [{ title: "a step against the size of its context", rows, notes }];
  },
};

interface Shaped {
  readonly name: string;
  readonly shape: Shape;
  readonly goal: boolean;
  readonly sizes: readonly number[];
}

async function acrossSizes(
  engine: "memory" | "sqlite",
  { name, shape, goal, sizes }: Shaped,
  { quick, folder, progress }: Scale,
): Promise<Row[]> {
  const machines = new Map(sizes.map((size) => [size, shape(size)]));
  const ways = [...machines].map(([size, machine]) => [
    String(size),
    () =>
      engine === "memory"
        ? hosted(machine, "memory:")
        : inFolder(folder, (own) => hosted(machine, `sqlite:${join(own, "log.db")}`)),
  ]);
  const best = await inTurns<string>(Object.fromEntries(ways), quick ? 1 : 5, (text) =>
    progress(`${engine}, ${name}, entries: ${text}`),
  );
  const first = best(String(sizes[0]));
  return [...machines].map(([size, machine]): Row => {
    const { wall, cpu } = best(String(size));
    return {
      context: `${name}, ${size}, ${engine}`,
      µs: round(wall, 1),
      "µs CPU": round(cpu, 1),
      "its own": round(bare(machine), 1),
      "to smallest": round(wall / first.wall),
      "by CPU": round(cpu / first.cpu),
      ...(goal && size !== sizes[0] && atMost(FLAT, wall / first.wall)),
    };
  });
}

/** One actor in a host; the first events warm up. */
async function hosted(machine: Machine, log: string): Promise<Sample> {
  const kind = defineKind({ kind: "sized", version: "1", machine, events: Put });
  await using host = await createHost({ log, kinds: [kind], strict: false, snapshotEvery: 1e9 });
  const actor = await host.start("sized/s");
  const send = (n: number) => actor.send({ type: "PUT", at: n * 7919 });
  await inFlight(STEPS / 4, 64, send);
  return await timed(STEPS, () => inFlight(STEPS, 64, send));
}

/** Microseconds per event of the stepper without hash, mailbox and log: what XState and the machine take. */
function bare(machine: Machine): number {
  const stepper = loneStepper();
  const actor: Identity = { address: "sized/s", id: "s", logic: machine, syncSnapshot: false };
  let { state } = stepper.start(actor, {}, 1, NOBODY);
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < 5; time++) {
    const before = performance.now();
    for (let seq = 2; seq < STEPS + 2; seq++)
      ({ state } = stepper.step(actor, state, { type: "PUT", at: seq * 7919 }, seq, NOBODY));
    least = Math.min(least, performance.now() - before);
  }
  return (least * 1000) / STEPS;
}
