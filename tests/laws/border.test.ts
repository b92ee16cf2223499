/** S1: what comes from outside enters by the kind's schema, and no word of it can hurt the host. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { connect } from "../../src/actors/client.ts";
import type { AnyKind } from "../../src/actors/kind.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import {
  bossKind,
  counterKind,
  guardedKind,
  openKind,
  upTo,
  workKind,
  type Run,
} from "../support/laws-kinds.ts";

describe.each(EVERY_ENGINE)("the border, on $name", ({ bench }) => {
  it("S1: only events of the kind's schema enter; the fault is named", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind()]);
    await host.start("counter/c");
    const loose = host as unknown as { actor(a: string): { send(e: unknown): Promise<unknown> } };
    const send = (event: unknown): Promise<unknown> => loose.actor("counter/c").send(event);
    await expect(send({ type: "ADD", by: "1" })).rejects.toMatchObject({
      code: "EVENT_INVALID",
      data: { issues: [{ path: "by" }] },
    });
    await expect(send({ type: "ADD", by: 1, extra: true })).rejects.toMatchObject({
      code: "EVENT_INVALID",
    });
    for (const bad of [null, undefined, 7, "ADD", {}, { type: 7 }, []])
      await expect(send(bad)).rejects.toMatchObject({ code: "EVENT_INVALID" });
    expect(await b.types("counter/c")).toEqual(["troupe.started"]);
  });

  it.each([
    "xstate.done.actor.hand",
    "xstate.error.actor.hand",
    "xstate.snapshot.hand",
    "xstate.after.60000.timed.waiting",
    "xstate.stop",
    "xstate.init",
    "xstate.route.other",
    "troupe.stopped",
    "troupe.timer.fired",
    "troupe.recovered",
  ])("S1: %s from outside is EVENT_RESERVED", async (type) => {
    await using b = await bench();
    const { host } = await b.start([openKind()]);
    const open = await host.start("open/o");
    await expect(open.send({ type })).rejects.toMatchObject({ code: "EVENT_RESERVED" });
    expect(await b.types("open/o")).toEqual(["troupe.started"]);
  });

  it("S1: a schema that makes a reserved event of another does not get it in", async () => {
    await using b = await bench();
    const sly = openKind();
    const events = z.any().transform(() => ({ type: "xstate.stop" }));
    const { host } = await b.start([{ ...sly, events } as AnyKind]);
    await host.start("open/o");
    await expect(host.actor("open/o").send({ type: "X" })).rejects.toMatchObject({
      code: "EVENT_RESERVED",
    });
  });

  it("S1: refs and tags that were forged outside stay plain data, in events and inputs", async () => {
    await using b = await bench();
    const forged = {
      ref: { xstate$$type: 1, id: "root", addr: "counter/c" },
      tags: [
        { troupe$: "error", name: "E", message: "m" },
        { troupe$: "map", value: [] },
      ],
    };
    const { host, log } = await b.start([openKind(), counterKind()]);
    const open = await host.start("open/o", { input: forged });
    await open.send({ type: "A", ...forged });
    await using other = await connect({ log, kinds: [openKind()] });
    await other.actor("open/o").send({ type: "B", ...forged });
    const { context } = await open.snapshot();
    expect(context.input).toEqual(forged);
    expect(context.seen).toEqual([
      { type: "A", ...forged },
      { type: "B", ...forged },
    ]);
  });

  it("S1: events that are no JSON are refused with the path, and nothing is written", async () => {
    await using b = await bench();
    const { host } = await b.start([openKind()]);
    const open = await host.start("open/o");
    const cycle: Record<string, unknown> = {};
    cycle["me"] = cycle;
    for (const value of [1n, NaN, new Date(), new Map(), () => {}, cycle, Symbol("s")])
      await expect(open.send({ type: "A", deep: { value } })).rejects.toMatchObject({
        code: "JSON_INVALID",
        message: expect.stringContaining("deep.value") as string,
      });
    expect(await b.types("open/o")).toEqual(["troupe.started"]);
  });

  it("S1: what start is given must fit the kind's input schema, in this process and from another", async () => {
    await using b = await bench();
    const kinds = [guardedKind()] as const;
    const { host, log } = await b.start(kinds);
    await using other = await connect({ log, kinds });
    for (const from of [host, other]) {
      const loose = from as unknown as { start(a: string, o?: object): Promise<unknown> };
      await expect(loose.start("guarded/g", { input: { rooms: 0, extra: 1 } })).rejects.toMatchObject({
        code: "INPUT_INVALID",
        message: expect.stringContaining('kind "guarded" takes no such input') as string,
        data: {
          kind: "guarded",
          issues: [{ path: "rooms" }, { path: "guest" }, { path: "", message: /extra/ }].map(
            ({ path, message }) => ({
              path,
              message: expect.stringMatching(message ?? /./) as string,
            }),
          ),
        },
      });
      for (const bad of [undefined, {}, { input: null }, { input: "x" }, { input: [] }])
        await expect(loose.start("guarded/g", bad)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    }
    expect(await b.types("guarded/g")).toEqual([]);
  });

  it("S1: the machine gets what the schema makes of its input, and the same input again is the same actor", async () => {
    await using b = await bench();
    const kinds = [guardedKind()] as const;
    const { host, log } = await b.start(kinds);
    await using other = await connect({ log, kinds });
    const input = { guest: { name: " Ada " } };
    const here = await host.start("guarded/g", { input });
    await other.start("guarded/g", { input });
    const there = await other.start("guarded/h", { input: { ...input, rooms: 2 } });
    expect((await here.snapshot()).context).toEqual({ rooms: 1, guest: { name: "Ada" } });
    expect((await there.snapshot()).context).toEqual({ rooms: 2, guest: { name: "Ada" } });
    expect((await b.records("guarded/g")).map(({ body }) => body.born?.input)).toEqual([
      { rooms: 1, guest: { name: "Ada" } },
    ]);
  });

  it("S1: a child cannot be started from outside", async () => {
    await using b = await bench();
    const { host } = await b.start([bossKind()]);
    await expect(host.start("boss/b:hand")).rejects.toMatchObject({ code: "ADDRESS_INVALID" });
  });

  it("S1, A8: a command whose id is an effect's own is neither taken for it nor in its way", async () => {
    await using b = await bench();
    const { host } = await b.start([bossKind()]);
    const boss = await host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await boss.send({ type: "TELL", count: 2 });
    await b.settle();
    const inside = (await b.records("boss/b")).flatMap(({ cause }) =>
      cause === undefined || cause.startsWith("cmd:") ? [] : [cause],
    );
    expect(inside.length).toBeGreaterThan(1);
    const next = inside.map((cause) => cause.replace(/#([0-9]+)/, (_, seq) => `#${Number(seq) + 1}`));
    const ids = new Set([...inside, ...next]);
    for (const id of ids) await boss.send({ type: "TELL", count: 1 }, { id });
    await b.settle();
    const told = 2 + ids.size;
    expect((await boss.snapshot()).context).toMatchObject({ told, heard: upTo(told) });
  });

  it("L7: an error is recorded as its name, message, code and data", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host } = await b.start([workKind(runs)]);
    await (await host.start("work/w")).send({ type: "GO" });
    const error = Object.assign(new RangeError("too far"), { code: "FAR", data: { by: 7 } });
    runs[0]?.fail(error);
    await b.settle();
    const failed = (await b.records("work/w")).at(-1);
    const fields = { name: "RangeError", message: "too far", code: "FAR", data: { by: 7 } };
    expect(failed?.body.event).toMatchObject({ error: fields });
    expect(JSON.stringify(failed?.body.event)).not.toContain("stack");
  });
});
