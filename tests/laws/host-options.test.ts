/** What `createHost` is given: a wrong value is one clear error before anything is opened. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import { createHost, type HostOptions } from "../../src/actors/host.ts";
import type { AnyKind } from "../../src/actors/kind.ts";
import { queueKinds } from "../../src/agents/queue/kinds.ts";
import { openQueue } from "../../src/agents/queue/queue.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind } from "../support/laws-kinds.ts";
import { folder } from "../support/log-sqlite.ts";

const after = () => () => {};
const COUNTS = [Number.NaN, 0, -1, 1.5, "5", null, {}];

const WRONG: readonly (readonly [option: string, values: readonly unknown[]])[] = [
  ["checkpointEvery", [...COUNTS, 1]],
  ["snapshotEvery", COUNTS],
  ["mailboxLimit", COUNTS],
  ["idleMs", COUNTS],
  ["writer", ["", "a\nb", "\ud800", 5, null]],
  ["clock", [null, 5, {}, { now: Date.now }, { now: Date.now, after, turn: 5 }]],
  ["kinds", [undefined, null, "counter"]],
  ["log", [null, 5, {}]],
  ["strict", ["yes", null]],
  ["recover", [0]],
  ["warn", [null, "x"]],
  ["at", [null]],
  ["onProgress", [{}]],
];
const CASES = WRONG.flatMap(([option, values]) => values.map((value) => [option, value] as const));

describe("createHost", () => {
  it.each(CASES)("refuses %s: %o by name, and opens nothing", async (option, value) => {
    await using home = await folder();
    const path = join(home.path, "log.db");
    const options = { log: `sqlite:${path}`, kinds: [counterKind()], [option]: value };
    const refused = createHost(options as HostOptions<readonly AnyKind[]>); // wrong on purpose
    await expect(refused).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(`"${option}"`),
      hint: expect.stringMatching(/^Give .*\.$/),
      data: { option },
    });
    expect(existsSync(path)).toBe(false);
  });

  it("says what stands among the kinds that is none, and where a kind comes from that is missing", async () => {
    const kinds = [counterKind(), queueKinds()] as unknown as readonly AnyKind[]; // a newcomer's slip
    for (const open of [createHost, connect])
      await expect(open({ log: "memory:", kinds })).rejects.toMatchObject({
        code: "KIND_INVALID",
        message: "kinds[1] is a list",
        hint: expect.stringContaining("...queueKinds()") as string,
      });
    await using host = await createHost({ log: "memory:", kinds: [counterKind()] });
    await expect(openQueue(host as never, "mail")).rejects.toMatchObject({
      code: "KIND_UNKNOWN",
      hint: expect.stringContaining("hostKinds()") as string,
    });
  });

  it("takes what says never, and what is least", async () => {
    const never = { mailboxLimit: Infinity, snapshotEvery: Infinity, checkpointEvery: Infinity };
    const least = { mailboxLimit: 1, snapshotEvery: 1, checkpointEvery: 2, idleMs: 1, writer: "w" };
    for (const options of [never, least]) {
      await using host = await createHost({ log: "memory:", kinds: [counterKind()], ...options });
      const counter = await host.start("counter/c");
      for (let by = 1; by <= 5; by++) await counter.send({ type: "ADD", by });
      expect((await counter.snapshot()).context.count).toBe(15);
    }
  });
});

describe.each(EVERY_ENGINE)("two owners of one writer's name, on $name", ({ bench }) => {
  it("A4, L4: the record of one is not taken for the other's", async () => {
    await using b = await bench();
    const zombie = await b.start([counterKind()], { writer: "w" });
    const old = await zombie.host.start("counter/c");
    await old.send({ type: "NOTE", text: "first" });
    const owner = await b.usurp([counterKind()], { writer: "w" });
    const other = await owner.host.start("counter/d");
    await other.send({ type: "NOTE", text: "first" }); // each has written two records now
    await owner.host.actor("counter/c").send({ type: "NOTE", text: "young" });
    const late = old.send({ type: "NOTE", text: "old" }); // it must not hear that this stands there
    await expect(late).rejects.toMatchObject({ code: "HOST_FAILED" });
    expect((await owner.host.read("counter/c")).context.notes).toEqual(["first", "young"]);
  });
});
