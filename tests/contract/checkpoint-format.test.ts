/** The checkpoint's format, pinned as the record's is: whoever changes its content raises `CONTENT_VERSION`. */
import { expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { RecordBody } from "../../src/events/record.ts";
import { goldenKind } from "../support/golden.ts";
import { virtualClock } from "../support/virtual-clock.ts";

it("a checkpoint and the record behind it are written as they always were", async () => {
  const log = memoryLog();
  const options = { log, kinds: [goldenKind], clock: virtualClock(), checkpointEvery: 2 };
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
