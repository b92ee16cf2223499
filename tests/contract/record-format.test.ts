/**
 * The record's format, pinned: a log that was written must replay for ever. Whoever changes a
 * text below on purpose raises `RECORD_VERSION`, and keeps reading what stands in older logs.
 */
import { assign, emit, fromPromise, setup } from "xstate";
import { expect, it } from "vitest";
import { z } from "zod";
import { createHost } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { RecordBody } from "../../src/events/record.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const Events = z.strictObject({ type: z.literal("GO"), items: z.array(z.string()) });

const machine = setup({
  types: {
    context: {} as { n: number; items: readonly string[]; note: string | undefined },
    events: {} as z.infer<typeof Events>,
    emitted: {} as { type: "golden.went"; n: number },
  },
  actors: { work: fromPromise(async () => ({ ok: true })) },
}).createMachine({
  context: { n: 0, items: [], note: undefined },
  initial: "idle",
  states: {
    idle: {
      on: {
        GO: {
          target: "working",
          actions: [
            assign({ n: ({ context }) => context.n + 1, items: ({ event }) => event.items }),
            emit(({ context }) => ({ type: "golden.went", n: context.n })),
          ],
        },
      },
    },
    working: { invoke: { id: "work", src: "work", onDone: "over" }, after: { 1000: "over" } },
    over: { type: "final" },
  },
});

it("a birth, a command with effects and a completion are written as they always were", async () => {
  const kind = defineKind({ kind: "golden", version: "1", machine, events: Events });
  const log = memoryLog();
  await using host = await createHost({ log, kinds: [kind], clock: virtualClock() });
  const actor = await host.start("golden/g");
  const items = Array.from({ length: 12 }, (_, i) => `item number ${i} `.repeat(8));
  await actor.send({ type: "GO", items }, { id: "c1" });
  await actor.waitFor((state) => state.status === "done");
  const records = await Array.fromAsync(log.read("golden/g"));
  expect(records.map(({ type, cause, body }) => ({ type, cause, body }))).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "born": {
            "id": "g",
          },
          "digests": {
            "items": "10cbd370",
            "n": "e20e2c02",
            "note": "f29178dd",
          },
          "epoch": 1,
          "hash": "6c25990525a439a8",
          "owes": 0,
          "state": "idle",
          "status": "active",
          "v": 1,
          "version": "1",
        },
        "cause": undefined,
        "type": "troupe.started",
      },
      {
        "body": {
          "digests": {
            "items": "e7288e33",
            "n": "26b59f96",
          },
          "dues": {
            "1": 1700000001000,
          },
          "epoch": 1,
          "event": {
            "items": [
              "item number 0 item number 0 item number 0 item number 0 item number 0 item number 0 item number 0 item number 0 ",
              "item number 1 item number 1 item number 1 item number 1 item number 1 item number 1 item number 1 item number 1 ",
              "item number 2 item number 2 item number 2 item number 2 item number 2 item number 2 item number 2 item number 2 ",
              "item number 3 item number 3 item number 3 item number 3 item number 3 item number 3 item number 3 item number 3 ",
              "item number 4 item number 4 item number 4 item number 4 item number 4 item number 4 item number 4 item number 4 ",
              "item number 5 item number 5 item number 5 item number 5 item number 5 item number 5 item number 5 item number 5 ",
              "item number 6 item number 6 item number 6 item number 6 item number 6 item number 6 item number 6 item number 6 ",
              "item number 7 item number 7 item number 7 item number 7 item number 7 item number 7 item number 7 item number 7 ",
              "item number 8 item number 8 item number 8 item number 8 item number 8 item number 8 item number 8 item number 8 ",
              "item number 9 item number 9 item number 9 item number 9 item number 9 item number 9 item number 9 item number 9 ",
              "item number 10 item number 10 item number 10 item number 10 item number 10 item number 10 item number 10 item number 10 ",
              "item number 11 item number 11 item number 11 item number 11 item number 11 item number 11 item number 11 item number 11 ",
            ],
            "type": "GO",
          },
          "facts": [
            {
              "n": 1,
              "type": "golden.went",
            },
          ],
          "hash": "97be8ab2bcf76530",
          "owes": 2,
          "state": "working",
          "status": "active",
          "taken": [
            "(machine).idle -> GO -> (machine).working",
          ],
          "v": 1,
          "version": "1",
        },
        "cause": "cmd:c1",
        "type": "golden.went",
      },
      {
        "body": {
          "epoch": 1,
          "event": {
            "actorId": "work",
            "output": {
              "ok": true,
            },
            "type": "xstate.done.actor.work",
          },
          "from": "golden/g:work",
          "hash": "af730fcc8551e284",
          "owes": 0,
          "state": "over",
          "status": "done",
          "taken": [
            "(machine).working -> xstate.done.actor.work -> (machine).over",
          ],
          "v": 1,
          "version": "1",
        },
        "cause": "golden/g#2.2",
        "type": "xstate.done.actor.work",
      },
    ]
  `);
});

it("a checkpoint and the record behind it are written as they always were", async () => {
  const kind = defineKind({ kind: "golden", version: "1", machine, events: Events });
  const log = memoryLog();
  const options = { log, kinds: [kind], clock: virtualClock(), checkpointEvery: 2 };
  await using host = await createHost(options);
  const actor = await host.start("golden/g");
  await actor.send({ type: "GO", items: ["one"] }, { id: "c1" });
  await actor.waitFor((state) => state.status === "done");
  const records = await Array.fromAsync(log.read("golden/g"));
  const rolled = records.slice(3).map(({ type, cause, body }) => {
    const { checkpoint, ...rest } = RecordBody.parse(body);
    if (checkpoint === undefined) return { type, cause, body: rest };
    expect(checkpoint.key).toMatch(/^[0-9a-f]{32}$/); // it goes with the source of this file
    return { type, cause, body: { ...rest, checkpoint: checkpoint.content } };
  });
  expect(rolled).toMatchInlineSnapshot(`
    [
      {
        "body": {
          "checkpoint": {
            "born": {
              "id": "g",
            },
            "commands": {
              "fresh": "Asl1+rFtfxcDgNCV/7wx",
              "segments": [],
            },
            "correlation": "g",
            "named": {},
            "outbox": [],
            "residents": [
              {
                "child": {
                  "address": "golden/g:work",
                  "id": "work",
                  "logicType": "promise",
                  "src": "work",
                  "syncSnapshot": false,
                },
                "failures": 0,
                "id": "3.2",
                "recoveries": 0,
                "startedAt": 1700000000000,
              },
            ],
            "state": {
              "childSnapshots": {},
              "incarnations": {
                "work": 1,
              },
              "snapshot": {
                "children": {
                  "work": {
                    "addr": "golden/g:work",
                    "id": "work",
                    "xstate$$type": 1,
                  },
                },
                "context": {
                  "items": [
                    "one",
                  ],
                  "n": 1,
                  "note": {
                    "troupe$": "undefined",
                  },
                },
                "error": {
                  "troupe$": "undefined",
                },
                "history": {},
                "nodes": [
                  "(machine)",
                  "(machine).working",
                ],
                "output": {
                  "troupe$": "undefined",
                },
                "status": "active",
                "value": "working",
              },
            },
            "timers": [
              {
                "dueAt": 1700000001000,
                "event": {
                  "type": "xstate.after.1000.(machine).working",
                },
                "id": "3.1",
                "name": "xstate.after.1000.(machine).working",
                "to": "golden/g",
              },
            ],
            "watermarks": {},
          },
          "epoch": 1,
          "event": {
            "type": "troupe.checkpoint",
          },
          "hash": "e03cbb9888841a49",
          "owes": 2,
          "since": 2,
          "state": "working",
          "status": "active",
          "v": 1,
          "version": "1",
        },
        "cause": undefined,
        "type": "troupe.checkpoint",
      },
      {
        "body": {
          "epoch": 1,
          "event": {
            "actorId": "work",
            "output": {
              "ok": true,
            },
            "type": "xstate.done.actor.work",
          },
          "from": "golden/g:work",
          "hash": "329e7ffd47896f2c",
          "owes": 0,
          "since": 4,
          "state": "over",
          "status": "done",
          "taken": [
            "(machine).working -> xstate.done.actor.work -> (machine).over",
          ],
          "v": 1,
          "version": "1",
        },
        "cause": "golden/g#3.2",
        "type": "xstate.done.actor.work",
      },
      {
        "body": {
          "checkpoint": {
            "born": {
              "id": "g",
            },
            "commands": {
              "fresh": "",
              "segments": [
                [
                  4,
                  1,
                  1700000000000,
                ],
              ],
            },
            "correlation": "g",
            "named": {},
            "outbox": [],
            "residents": [],
            "state": {
              "childSnapshots": {},
              "incarnations": {
                "work": 1,
              },
              "snapshot": {
                "children": {},
                "context": {
                  "items": [
                    "one",
                  ],
                  "n": 1,
                  "note": {
                    "troupe$": "undefined",
                  },
                },
                "error": {
                  "troupe$": "undefined",
                },
                "history": {},
                "nodes": [
                  "(machine).over",
                  "(machine)",
                ],
                "output": {
                  "troupe$": "undefined",
                },
                "status": "done",
                "value": "over",
              },
            },
            "timers": [],
            "watermarks": {},
          },
          "epoch": 1,
          "event": {
            "type": "troupe.checkpoint",
          },
          "hash": "fff40b8ec759ed96",
          "owes": 0,
          "since": 4,
          "state": "over",
          "status": "done",
          "v": 1,
          "version": "1",
        },
        "cause": undefined,
        "type": "troupe.checkpoint",
      },
    ]
  `);
});
