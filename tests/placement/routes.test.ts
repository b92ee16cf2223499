/** A8, A11: what goes to actors of other partitions arrives in order for each pair, once, however often it fails on its way. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { routes } from "../../src/actors/placement/routes.ts";
import { TroupeError } from "../../src/errors.ts";

const isOwn = (address: string): boolean => address.startsWith("a/own");

/** A way whose deliveries fail as planned, in all orders that promises allow. */
function way(fates: readonly ("taken" | "lost" | "unsaid")[]) {
  const arrived: string[] = [];
  const seen = new Set<string>();
  const said: string[] = [];
  const waits: number[] = [];
  let next = 0;
  const sent = routes({
    isOwn,
    async deliver(address, { cause }) {
      const fate = fates[next++ % Math.max(fates.length, 1)] ?? "taken";
      await Promise.resolve();
      if (fate === "lost") throw new TroupeError("LOG_UNOWNED", "nobody");
      if (!seen.has(`${address} ${cause}`)) arrived.push(`${address} ${cause}`); // as a receiver's watermark
      seen.add(`${address} ${cause}`);
      if (fate === "unsaid") throw new TroupeError("LOG_OUTCOME_UNKNOWN", "no answer");
      return arrived.length;
    },
    pause: async (ms) => void waits.push(ms),
    running: () => true,
    warn: (message) => void said.push(message),
  });
  return { sent, arrived, said, waits };
}

const fate = fc.constantFrom("taken" as const, "lost" as const, "unsaid" as const);

describe("routes", () => {
  test.prop([
    fc.array(fc.tuple(fc.constantFrom("a/own1", "a/own2"), fc.constantFrom("b/x", "b/y")), {
      minLength: 1,
      maxLength: 30,
    }),
    fc.array(fate, { maxLength: 20 }).filter((fates) => fates.length === 0 || fates.includes("taken")),
  ])("keep the order of each pair, and lose and double nothing", async (letters, fates) => {
    const { sent, arrived } = way(fates);
    const done = letters.map(
      ([from, to], i) =>
        new Promise<void>((resolve) => {
          const cause = `${from}#${i + 1}.0`;
          sent.send(to, { type: "message", from, cause, event: { type: "X" }, done: () => resolve() });
        }),
    );
    await Promise.all(done);
    expect(arrived.toSorted()).toEqual(
      letters.map(([from, to], i) => `${to} ${from}#${i + 1}.0`).toSorted(),
    );
    for (const [from, to] of letters) {
      const own = arrived.filter((one) => one.startsWith(`${to} ${from}#`));
      const seqs = own.map((one) => Number(/#(\d+)/.exec(one)?.[1]));
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    }
  });

  it("waits longer and longer between tries, five seconds at most, and says once that something does not arrive", async () => {
    const { sent, said, waits } = way([...Array.from({ length: 12 }, () => "lost" as const), "taken"]);
    await new Promise<void>((resolve) =>
      sent.send("b/x", {
        type: "message",
        from: "a/own",
        cause: "a/own#1.0",
        event: { type: "X" },
        done: () => resolve(),
      }),
    );
    expect(waits.slice(0, 3)).toEqual([50, 100, 200]);
    expect(Math.max(...waits)).toBe(5_000);
    expect(said).toHaveLength(1);
  });

  it("take messages only: what else comes for an actor elsewhere is refused", async () => {
    const { sent } = way([]);
    const refused = await new Promise<unknown>((resolve) =>
      sent.send("b/x", { type: "command", cause: "cmd:1", event: { type: "X" }, failed: resolve }),
    );
    expect(refused).toMatchObject({ code: "HOST_FAILED" });
  });
});
