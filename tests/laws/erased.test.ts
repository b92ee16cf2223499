/** An erased run: nothing of it can be read anywhere, nothing is written to it, and everything else is as it was. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createHost } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { archiveRuns } from "../../src/events/log/archive.ts";
import { copyLog } from "../../src/events/log/copy.ts";
import { eraseRun } from "../../src/events/log/erase.ts";
import { keyFolder } from "../../src/events/log/key-folder.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { openLog } from "../../src/events/log/open.ts";
import { openProjections } from "../../src/projections/runner.ts";
import type { Projection } from "../../src/projections/projection.ts";
import { expectRejection, record } from "../support/log-fixture.ts";
import { folder } from "../support/log-sqlite.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

const PLANTED = "the-planted-secret";
const Event = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("SAY"), text: z.string() }),
  z.strictObject({ type: z.literal("END") }),
]);
const machine = setup({
  types: { context: {} as { text: string }, events: {} as z.infer<typeof Event> },
}).createMachine({
  context: { text: "" },
  initial: "open",
  states: {
    open: {
      on: { SAY: { actions: assign({ text: ({ event }) => event.text }) }, END: "ended" },
    },
    ended: { type: "final" },
  },
});
const diary = defineKind({ kind: "diary", version: "1", machine, events: Event });
const said: Projection<{ readonly text: string }> = {
  name: "said",
  version: 1,
  key: ({ stream }) => stream,
  fold: (row, { body }) => {
    const text = body.event?.["text"];
    return typeof text === "string" ? { text: text.slice(0, 40) } : row;
  },
};

/** Files under a folder that have the text in them. */
async function holding(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && (await readFile(join(entry.parentPath, entry.name))).includes(PLANTED))
      found.push(entry.name);
  return found;
}

describe.each([
  ["SQLite", (path: string) => `sqlite:${path}/log.db?keys=${path}/keys`],
  ["JetStream", (path: string) => sharedNats.logUrl(freshName(), `&keys=${path}/keys`)],
])("an erased run on %s", (_engine, urlIn) => {
  it("L8: cannot be read in the log, in rows, archives, payloads or a copy; others can", async () => {
    await using home = await folder();
    const url = urlIn(home.path);
    {
      await using host = await createHost({ kinds: [diary], log: url });
      for (const id of ["d1", "d2", "d3", "open"]) {
        const one = await host.start(`diary/${id}`);
        await one.send({ type: "SAY", text: `${PLANTED} ${"x".repeat(300_000)}` }); // apart, the same in all
        if (id !== "open") await one.send({ type: "END" });
      }
    }
    await using log = await openLog(url);
    const place = { path: join(home.path, "rows.db"), mode: 0o600 };
    await using projections = openProjections({ log, projections: [said], place });
    expect((await projections.rows(said)).map(({ key }) => key)).toHaveLength(4);
    await archiveRuns(log, { before: Date.now() + 60_000, folder: join(home.path, "archives") });
    await expectRejection(eraseRun(log, "open"), "RUN_OPEN");
    await expectRejection(eraseRun(log, "nobody"), "RUN_NOT_FOUND");
    expect(await eraseRun(log, "d1", { check: true })).toEqual(["diary/d1"]);
    expect(await eraseRun(log, "d1")).toEqual(["diary/d1"]);
    await expectRejection(eraseRun(log, "d1"), "RUN_ERASED");

    const bodies = await Array.fromAsync(log.scan());
    for (const { stream, body } of bodies)
      expect(JSON.stringify(body) === '{"v":1,"erased":true}').toBe(stream === "diary/d1");
    expect((await projections.rows(said)).map(({ key }) => key).toSorted()).toEqual([
      "diary/d2",
      "diary/d3",
      "diary/open",
    ]);
    expect(await holding(home.path)).toEqual([]);
    await using copy = memoryLog();
    await copyLog(log, copy);
    const read = await Array.fromAsync(copy.read("diary/d1"));
    expect(JSON.stringify(read)).not.toContain(PLANTED);
    expect(read.length).toBeGreaterThan(2);
    const step = record("late", { v: 1 });
    const expected = await log.tip("diary/open");
    await log.append("diary/open", [step], { expected });
  }, 60_000);

  it("L8: a host answers RUN_ERASED to whoever asks for it, and goes on", async () => {
    await using home = await folder();
    const url = urlIn(home.path);
    await using host = await createHost({ kinds: [diary], log: url });
    const one = await host.start("diary/d1");
    await one.send({ type: "END" });
    await using log = await openLog(url);
    await eraseRun(log, "d1");
    await expectRejection(one.send({ type: "END" }), "RUN_ERASED");
    await expectRejection(
      log.append("diary/d1", [record("late")], { expected: await log.tip("diary/d1") }),
      "RUN_ERASED",
    );
    await host[Symbol.asyncDispose]();
    await using next = await createHost({ kinds: [diary], log: url });
    await expectRejection(next.start("diary/d1"), "RUN_ERASED");
    expect((await next.start("diary/d4")).address).toBe("diary/d4");
  });
});

describe("a folder of keys", () => {
  it("L8: reads what another handle encoded, drops what another one has in use, and refuses what is none", async () => {
    await using home = await folder();
    const [one, other] = [keyFolder(join(home.path, "k")), keyFolder(join(home.path, "k"))];
    const of = { stream: "diary/d1" };
    const text = Buffer.from(PLANTED);
    const sealed = one.encode(text, of);
    expect(Buffer.from(sealed).includes(PLANTED)).toBe(false);
    expect(other.decode(sealed)).toEqual(text);
    expect(one.nameOf(text, of)).toBe(other.nameOf(text, of));
    expect(one.nameOf(text, of)).not.toBe(one.nameOf(text, { stream: "diary/d2" }));
    const shared = one.encode(text);
    const bad = Buffer.from(sealed);
    bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 1;
    expect(() => other.decode(bad)).toThrow("authenticate");
    expect(() => other.decode(text)).toThrow("folder of keys");
    one.erase("d1");
    expect(other.isErased("d1")).toBe(true);
    for (const keys of [one, other]) {
      expect(() => keys.decode(sealed)).toThrow(expect.objectContaining({ code: "RUN_ERASED" }));
      expect(() => keys.encode(text, of)).toThrow(expect.objectContaining({ code: "RUN_ERASED" }));
      expect(() => keys.decode(shared)).toThrow(/no key|authenticate/); // what was derived of it went with it
      expect(keys.decode(keys.encode(text))).toEqual(text);
    }
  });
});
