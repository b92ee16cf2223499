/** A3: a log that fails, or does not know: nothing moves that is not written, and nothing counts twice. */
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { rejection } from "../support/laws-crash.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind } from "../support/laws-kinds.ts";

const unknown = (): TroupeError => new TroupeError("LOG_OUTCOME_UNKNOWN", "lost the line");

describe.each(EVERY_ENGINE)("a log that fails, on $name", ({ bench }) => {
  it("A3: a log that surely did not write fails the host clearly, and nothing moved", async () => {
    await using b = await bench();
    const did: string[] = [];
    const { host, log } = await b.start([counterKind(did)]);
    const counter = await host.start("counter/c");
    const full = new TroupeError("LOG_WRITE_FAILED", "the disk is full", { hint: "Make room." });
    log.meddle(async () => Promise.reject(full));
    await expect(counter.send({ type: "ADD", by: 1 })).rejects.toMatchObject({
      code: "LOG_WRITE_FAILED",
    });
    expect(host.failed.reason).toBe(full);
    await expect(counter.send({ type: "ADD", by: 1 })).rejects.toMatchObject({
      code: "HOST_FAILED",
      hint: "Make room.",
    });
    await expect(counter.waitFor(() => true)).rejects.toMatchObject({ code: "HOST_FAILED" });
    expect(did).toEqual([]);
    await host[Symbol.asyncDispose]();
    const { host: next } = await b.start([counterKind(did)]);
    await next.actor("counter/c").send({ type: "ADD", by: 1 });
    expect((await next.read("counter/c")).context.count).toBe(1);
  });

  it.each(["written", "not written"])(
    "A3: an unknown outcome (%s) is asked again and counts once",
    async (how) => {
      await using b = await bench();
      const did: string[] = [];
      const { host, log } = await b.start([counterKind(did)]);
      const counter = await host.start("counter/c");
      for (let i = 0; i < 3; i++)
        log.meddle(async (_, write) => {
          if (how === "written") await write();
          throw unknown();
        });
      const sent = counter.send({ type: "ADD", by: 1 });
      await b.pass(5000);
      expect(await sent).toMatchObject({ seq: 2 });
      expect(did).toEqual(["add 1"]);
      expect(await b.types("counter/c")).toEqual(["troupe.started", "ADD"]);
    },
  );

  it("A3: an outcome that stays unknown fails the host; the same command id tells what became of it", async () => {
    await using b = await bench();
    const first = await b.start([counterKind()]);
    const counter = await first.host.start("counter/c");
    for (let i = 0; i < 20; i++)
      first.log.meddle(async (_, write) => {
        await write();
        throw unknown();
      });
    const failed = rejection(counter.send({ type: "ADD", by: 1 }, { id: "x" }));
    await b.pass(60_000);
    expect(await failed).toMatchObject({ code: "LOG_OUTCOME_UNKNOWN" });
    expect(first.host.failed.aborted).toBe(true);
    await first.host[Symbol.asyncDispose]();
    const { host } = await b.start([counterKind()]);
    expect(await host.actor("counter/c").send({ type: "ADD", by: 1 }, { id: "x" })).toMatchObject({
      seq: 2,
    });
    expect((await host.read("counter/c")).context.count).toBe(1);
  });
});
