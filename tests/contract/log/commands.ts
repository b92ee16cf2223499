/** How commands reach the owner from any process, and the answers come back. */
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../../src/errors.ts";
import type { Command } from "../../../src/events/log/log.ts";
import { benchOf, expectRejection, type LogFixture } from "../../support/log-fixture.ts";

const command = (id: string, data: Command["data"] = null): Command => ({
  id,
  address: "task/r1",
  op: "send",
  data,
});

export function commandContract(fixture: LogFixture): void {
  describe("commands", () => {
    it("brings a command to the owner and the answer back, from any handle", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      await using owner = await log.claim({ owner: "host" });
      const served: Command[] = [];
      await using _serving = await log.commands.serve(async (asked) => {
        served.push(asked);
        return { answered: asked.id, epoch: owner.epoch };
      });
      for (const [i, handle] of [log, other].entries()) {
        const asked = command(`c${i}`, { list: [1, { deep: null }] });
        const answer = await handle.commands.request(asked);
        expect(answer).toStrictEqual({ answered: `c${i}`, epoch: owner.epoch });
        expect(served[i]).toStrictEqual(asked);
      }
      expect(served).toHaveLength(2);
    });

    it("lets commands be answered out of order, each its own", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      await using _owner = await log.claim({ owner: "host" });
      const last = Promise.withResolvers<void>();
      await using _serving = await log.commands.serve(async ({ id }) => {
        if (id === "c9") last.resolve();
        else await last.promise;
        return id;
      });
      const ids = Array.from({ length: 10 }, (_, i) => `c${i}`);
      const answers = ids.map((id) => other.commands.request(command(id)));
      expect(await Promise.all(answers)).toEqual(ids);
    });

    it("carries code, message, hint and data of a refusal to who asked", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      await using _owner = await log.claim({ owner: "host" });
      await using _serving = await log.commands.serve(async () => {
        throw new TroupeError("EVENT_REFUSED", "task/r1 cannot take it now", {
          hint: "Send one of the accepted events.",
          data: { accepts: ["a", "b"] },
        });
      });
      for (const handle of [log, other]) {
        const error = await expectRejection(handle.commands.request(command("c")), "EVENT_REFUSED");
        expect(error.message).toBe("task/r1 cannot take it now");
        expect(error.hint).toBe("Send one of the accepted events.");
        expect(error.data).toEqual({ accepts: ["a", "b"] });
      }
    });

    it("says HOST_FAILED with the message when the owner's handler breaks", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      await using _owner = await log.claim({ owner: "host" });
      await using _serving = await log.commands.serve(async () => {
        throw new RangeError("out of luck");
      });
      for (const handle of [log, other]) {
        const error = await expectRejection(handle.commands.request(command("c")), "HOST_FAILED");
        expect(error.message).toContain("out of luck");
      }
    });

    it("says LOG_UNOWNED where no owner lives, before and after one did", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const error = await expectRejection(other.commands.request(command("c1")), "LOG_UNOWNED");
      expect(error.hint).toBeDefined();
      const owner = await log.claim({ owner: "host" });
      await owner[Symbol.asyncDispose]();
      for (const handle of [log, other])
        await expect(handle.commands.request(command("c2"))).rejects.toMatchObject({
          code: "LOG_UNOWNED",
        });
    });

    it("does not serve who does not own", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      const serving = log.commands.serve(async () => null);
      await expect(serving).rejects.toMatchObject({ code: "LOG_UNOWNED" });
      const owner = await log.claim({ owner: "host" });
      await owner[Symbol.asyncDispose]();
      const again = log.commands.serve(async () => null);
      await expect(again).rejects.toMatchObject({ code: "LOG_UNOWNED" });
    });

    it("hands the owner a copy, and who asked a copy of the answer", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      await using _owner = await log.claim({ owner: "host" });
      const kept = { list: [1] };
      await using _serving = await log.commands.serve(async ({ data }) => {
        Object.assign(data ?? {}, { list: "changed" });
        return kept;
      });
      const data = { list: [1] };
      const answer = await log.commands.request(command("c", data));
      Object.assign(answer ?? {}, { list: "changed" });
      expect([data, kept]).toEqual([{ list: [1] }, { list: [1] }]);
    });

    it("keeps a command for an owner that does not serve yet", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      await using _owner = await log.claim({ owner: "host" });
      const answers = [log, other].map((h, i) => h.commands.request(command(`c${i}`)));
      await using _serving = await log.commands.serve(async ({ id }) => `late ${id}`);
      expect(await Promise.all(answers)).toEqual(["late c0", "late c1"]);
    });

    it("says LOG_OUTCOME_UNKNOWN when no answer came in time", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      await using _owner = await log.claim({ owner: "host" });
      const never = Promise.withResolvers<null>();
      await using _serving = await log.commands.serve(() => never.promise);
      for (const handle of [log, other]) {
        const asked = handle.commands.request(command("c"), { timeoutMs: 80 });
        const error = await expectRejection(asked, "LOG_OUTCOME_UNKNOWN");
        expect(error.message).toContain("80");
      }
      never.resolve(null);
    });

    it("says that the outcome is unknown when the owner goes while it works on a command", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const owner = await log.claim({ owner: "host" });
      const taken = Promise.withResolvers<void>();
      const serving = await log.commands.serve(() => {
        taken.resolve();
        return new Promise(() => {});
      });
      const asked = expectRejection(other.commands.request(command("c")), "LOG_OUTCOME_UNKNOWN");
      await taken.promise;
      await serving[Symbol.asyncDispose]();
      await owner[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
      expect((await asked).hint).toBeDefined();
    });

    it("says LOG_UNOWNED when the owner goes before it took the command", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const owner = await log.claim({ owner: "host" });
      const asked = expectRejection(other.commands.request(command("c")), "LOG_UNOWNED");
      await owner[Symbol.asyncDispose]();
      expect((await asked).hint).toBeDefined();
    });

    it("serves no command that was withdrawn, and the next owner none that was answered", async () => {
      await using bench = await benchOf(fixture);
      const [log, other] = [await bench.open(), await bench.open()];
      const first = await log.claim({ owner: "first" });
      const asked = other.commands.request(command("gone"), { timeoutMs: 40 });
      await expect(asked).rejects.toMatchObject({ code: "LOG_OUTCOME_UNKNOWN" });
      const serving = await log.commands.serve(async ({ id }) => id);
      expect(await other.commands.request(command("done"))).toBe("done");
      await serving[Symbol.asyncDispose]();
      await first[Symbol.asyncDispose]();
      await using _second = await log.claim({ owner: "second" });
      const served: string[] = [];
      await using _serving = await log.commands.serve(async ({ id }) => {
        served.push(id);
        return id;
      });
      expect(await other.commands.request(command("next"))).toBe("next");
      expect(served).toEqual(["next"]);
    });

    it("refuses data that JSON cannot hold", async () => {
      await using bench = await benchOf(fixture);
      const log = await bench.open();
      const data = JSON.parse("{}", () => new Map());
      await expect(log.commands.request(command("c", data))).rejects.toMatchObject({
        code: "JSON_INVALID",
      });
    });
  });
}
