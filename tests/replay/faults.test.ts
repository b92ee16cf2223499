/** What cannot be replayed holds up nobody: it is shown as it was recorded, with what is wrong. */
import { assign, setup } from "xstate";
import { expect, it } from "vitest";
import { z } from "zod";
import { readingStepper } from "../../src/actors/client.ts";
import { createHost } from "../../src/actors/host.ts";
import { defineKind, kindsByName, type AnyKind } from "../../src/actors/kind.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore, type MemoryStore } from "../../src/events/log/memory-store.ts";
import { readRun, type RunRecords } from "../../src/events/log/run-records.ts";
import { openTimeline, type Timeline } from "../../src/replay/timeline.ts";
import { counterKind } from "../support/laws-kinds.ts";

const Event = z.looseObject({ type: z.string() });

/** Adds up, times a factor that other code changes. */
function sumKind(factor = 1): AnyKind {
  const machine = setup({
    types: { context: {} as { sum: number }, events: {} as { type: string; by?: number } },
  }).createMachine({
    context: { sum: 0 },
    initial: "open",
    states: {
      open: {
        on: {
          ADD: {
            actions: assign({
              sum: ({ context, event }) => context.sum + (event.by ?? 0) * factor,
            }),
          },
        },
      },
    },
  });
  return defineKind({ kind: "sum", version: "1", machine, events: Event });
}

const RUN = "t";

/** A run of a sum and a counter, in turns; what the sum is told adds up. */
async function told(store: MemoryStore, by: readonly number[], checkpointEvery = 1_000): Promise<void> {
  await using log = memoryLog({ store });
  await using host = await createHost({ log, kinds: [sumKind(), counterKind()], checkpointEvery });
  const [sum, counter] = [await host.start(`sum/${RUN}`), await host.start(`counter/${RUN}`)];
  for (const one of by) {
    await sum.send({ type: "ADD", by: one });
    await counter.send({ type: "ADD", by: one });
  }
}

async function timelineOf(
  store: MemoryStore,
  kinds: readonly AnyKind[],
  change: (run: RunRecords) => RunRecords = (run) => run,
): Promise<Timeline> {
  const log = memoryLog({ store });
  const known = kindsByName(kinds);
  return openTimeline(
    { log, kinds: known, stepper: readingStepper(known) },
    change(await readRun(log, RUN)),
  );
}

it("A5: from where other code leads elsewhere, an actor is shown as recorded; the others are replayed", async () => {
  const store = memoryStore();
  await told(store, [0, 2, 3]);
  const timeline = await timelineOf(store, [sumKind(10), counterKind()]);
  const at = timeline.positionOf(`sum/${RUN}#3`);
  expect(timeline.faults).toEqual([
    expect.objectContaining({ code: "REPLAY_DIVERGED", address: `sum/${RUN}`, seq: 3, position: at }),
  ]);
  const [fault] = timeline.faults;
  for (const seq of [1, 2])
    expect((await timeline.moment(timeline.positionOf(`sum/${RUN}#${seq}`))).record).toMatchObject({
      fault: null,
      context: expect.anything(),
    });
  for (const seq of [3, 4]) {
    const position = timeline.positionOf(`sum/${RUN}#${seq}`);
    expect((await timeline.moment(position)).record).toMatchObject({
      type: "ADD",
      event: { by: seq - 1 },
      after: { state: "open", status: "active" },
      effects: null,
      context: null,
      fault,
    });
    expect(await timeline.actor(`sum/${RUN}`, position)).toMatchObject({
      context: null,
      open: null,
      fault,
    });
  }
  const last = await timeline.actor(`counter/${RUN}`, timeline.length);
  expect(last).toMatchObject({ context: { count: 5 }, fault: null });
  const all = await Array.fromAsync(timeline.records());
  expect(all.map(({ fault: one }) => one?.seq ?? null).filter((one) => one !== null)).toEqual([3, 3]);
});

it("A5: an actor whose kind is not known here is shown as recorded", async () => {
  const store = memoryStore();
  await told(store, [1]);
  const timeline = await timelineOf(store, [counterKind()]);
  expect(timeline.faults).toMatchObject([{ code: "KIND_UNKNOWN", seq: 1, position: 1 }]);
  expect((await timeline.moment(1)).record).toMatchObject({ type: "troupe.started", context: null });
  expect(await timeline.actor(`counter/${RUN}`, timeline.length)).toMatchObject({
    context: { count: 1 },
  });
});

it("A5: a record of an unknown version, or that is none, is a fault from there on", async () => {
  const store = memoryStore();
  await told(store, [1, 2, 3]);
  for (const [body, code] of [
    [{ v: 2 }, "LOG_NEWER"],
    [{ v: 1, hash: 5 }, "RECORD_INVALID"],
    [{ v: 1, erased: true }, "RUN_ERASED"],
  ] as const) {
    const timeline = await timelineOf(store, [sumKind(), counterKind()], ({ run, records }) => ({
      run,
      records: records.map((one) =>
        one.stream === `sum/${RUN}` && one.seq === 3 ? { ...one, body } : one,
      ),
    }));
    const position = timeline.positionOf(`sum/${RUN}#3`);
    expect(timeline.faults).toMatchObject([{ code, seq: 3, position }]);
    expect((await timeline.moment(position)).record).toMatchObject({
      type: "ADD",
      event: null,
      after: { state: null, status: null },
      fault: { code },
    });
    expect((await timeline.moment(position + 1)).actors).toHaveLength(2);
  }
});

it("A5: what a later record takes out changes nothing, and is shown as taken out", async () => {
  const store = memoryStore();
  await told(store, [1, 2, 3]);
  {
    await using log = memoryLog({ store });
    await using host = await createHost({ log, kinds: [sumKind(10), counterKind()] });
    await host.skip(`sum/${RUN}`, 2, { expected: 4 });
    await host.actor(`sum/${RUN}`).send({ type: "ADD", by: 7 });
  }
  const timeline = await timelineOf(store, [sumKind(10), counterKind()]);
  expect(timeline.faults).toEqual([]);
  const seen = await Promise.all(
    [1, 2, 3, 4, 5, 6].map(async (seq) => {
      const position = timeline.positionOf(`sum/${RUN}#${seq}`);
      const { record } = await timeline.moment(position);
      const { context } = await timeline.actor(`sum/${RUN}`, position);
      return [record.skippedBy, record.context?.changes.length, context];
    }),
  );
  expect(seen).toEqual([
    [null, 1, { sum: 0 }],
    [5, 0, { sum: 0 }],
    [null, 1, { sum: 20 }],
    [null, 1, { sum: 50 }],
    [null, 0, { sum: 50 }],
    [null, 1, { sum: 120 }],
  ]);
  const walked = await Array.fromAsync(timeline.records());
  expect(walked.filter(({ fault }) => fault !== null)).toEqual([]);
});

it("A14: checkpoints are passed over, and compared", async () => {
  const store = memoryStore();
  await told(
    store,
    Array.from({ length: 20 }, (_, n) => n),
    5,
  );
  const timeline = await timelineOf(store, [sumKind(), counterKind()]);
  expect(timeline.faults).toEqual([]);
  const types = (await Array.fromAsync(timeline.records())).map(({ type }) => type);
  expect(types).toContain("troupe.checkpoint");
  const spoilt = await timelineOf(store, [sumKind(), counterKind()], ({ run, records }) => ({
    run,
    records: records.map((one) =>
      one.type === "troupe.checkpoint"
        ? {
            ...one,
            body: JSON.parse(
              JSON.stringify(one.body)
                .replace('"bornCause"', '"x"')
                .replaceAll(/"sum":\d+/g, '"sum":-1'),
            ),
          }
        : one,
    ),
  }));
  expect(spoilt.faults).toMatchObject([{ code: "REPLAY_DIVERGED", address: `sum/${RUN}` }]);
});
