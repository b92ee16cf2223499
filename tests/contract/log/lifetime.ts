/** L6 as far as it can be shown on any engine, and what closing a log means. */
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../../src/errors.ts";
import { benchOf, idsOf, record, expectRejection, type LogFixture } from "../../support/log-fixture.ts";

export function lifetimeContract(fixture: LogFixture): void {
  describe("a log's lifetime", () => {
    it("L6: an append cut short by closing is written, or says what is known; again is safe", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const append = log.append("task/r1", [record("a")], { expected: 0 });
      const [, outcome] = await Promise.all([
        log[Symbol.asyncDispose](),
        append.then(
          () => "written",
          (e: unknown) => (TroupeError.is(e) ? e.code : String(e)),
        ),
      ]);
      expect(["written", "LOG_OUTCOME_UNKNOWN", "LOG_WRITE_FAILED"]).toContain(outcome);
      const known = await idsOf(other, "task/r1");
      expect(outcome === "written" ? known : ["a"]).toEqual(["a"]);
      expect(await other.append("task/r1", [record("a")], { expected: 0 })).toBe(1);
      expect(await idsOf(other, "task/r1")).toEqual(["a"]);
    });

    it("closes twice without harm, and says so when it is used afterwards", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await log.append("task/r1", [record("a")], { expected: 0 });
      await Promise.all([log[Symbol.asyncDispose](), log[Symbol.asyncDispose]()]);
      await log[Symbol.asyncDispose]();
      const append = log.append("task/r1", [record("b")], { expected: 1 });
      const error = await expectRejection(append, "LOG_UNREACHABLE");
      expect(error.hint).toBeDefined();
      await expect(log.tip("task/r1")).rejects.toMatchObject({ code: "LOG_UNREACHABLE" });
      await expect(Array.fromAsync(log.read("task/r1"))).rejects.toMatchObject({
        code: "LOG_UNREACHABLE",
      });
      await expect(log.claim({ owner: "late" })).rejects.toMatchObject({ code: "LOG_UNREACHABLE" });
      expect(await idsOf(await bench.open(), "task/r1")).toEqual(["a"]);
    });

    it("has a url that is fit for messages", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      expect(log.url).toMatch(/^[a-z]+:/);
      expect(log.url).not.toContain("@");
    });
  });
}
