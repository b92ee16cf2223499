/**
 * The record's format, pinned: a log that was written must replay for ever. Whoever changes a
 * text below on purpose raises `RECORD_VERSION`, and keeps reading what stands in older logs.
 */
import { expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { goldenKind } from "../support/golden.ts";
import { virtualClock } from "../support/virtual-clock.ts";

it("a birth, a command with effects and a completion are written as they always were", async () => {
  const log = memoryLog();
  await using host = await createHost({ log, kinds: [goldenKind], clock: virtualClock() });
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
