/** A1, A3, A11, A12: hosts that die while they migrate, and machines and histories of any kind. */
import { describe, expect, it } from "vitest";
import { test } from "@fast-check/vitest";
import type { AnyKind } from "../../src/actors/kind.ts";
import type { CrashPoint } from "../../src/actors/runtime.ts";
import { ENGINES, type Engine } from "../support/laws-bench.ts";
import { stubborn } from "../support/laws-crash.ts";
import { sameFromStart, watchedLoad } from "../support/laws-rollover.ts";
import { ordered, sameEverywhere, secondOrder, world, type World } from "../support/laws-versions.ts";
import { smallHistory, smallKind, smallSpec } from "../support/small-machines.ts";

const [memory] = ENGINES as readonly [Engine, ...Engine[]]; // as they stand there
const A = "order/r";
const ADD = { type: "ADD", euros: 3 };
const PAY = { type: "PAY" };

/** The second version's hosts die at the nth moment of a kind, for every n up to where none does. */
async function crashes(point: CrashPoint, kinds: (did: World) => readonly AnyKind[]): Promise<number> {
  let died = -1;
  for (let nth = 1, crashed = true; crashed && nth < 60; nth++) {
    died += 1;
    crashed = false;
    let left = nth;
    const at = (where: string): void => {
      if (where !== point || --left !== 0) return;
      crashed = true;
      throw new Error("crash");
    };
    await using b = await memory.bench();
    const did = world();
    await ordered(b, did, [ADD, PAY]);
    did.answers.set("charge", "card").set("pack", "parcel");
    const user = stubborn(b, kinds(did), { at });
    await user.settle();
    expect((await user.ask((host) => host.read(A))).value).toBe("gone");
    expect((await b.types(A)).filter((type) => type === "troupe.migrated")).toHaveLength(1);
    const keys = new Set(did.begun.map((line) => line.replace(/ \d+$/, "")));
    const works = Array.from(keys, (key) => key.split(" ")[0] ?? "");
    expect(works.sort()).toEqual(["charge", "pack", "watch"]); // one key each (A3)
    await sameEverywhere(b, did);
    await user.kill();
  }
  return died;
}

describe("migration in crashes", () => {
  it.each(["before-append", "after-append", "before-answer", "in-activity"] as const)(
    "A1, A3, A11, A12: %s, at every moment, it is recorded once and nothing is begun under two keys",
    async (point) => {
      expect(await crashes(point, (did) => [secondOrder(did)])).toBeGreaterThan(0);
    },
  );
});

describe("any machine and history", () => {
  test.prop({ spec: smallSpec, before: smallHistory, after: smallHistory }, { numRuns: 40 })(
    "A2, A14: for every machine and history, an actor that is migrated as it stands is the actor that never was",
    async ({ spec, before, after }) => {
      await using b = await memory.bench();
      const [first, second] = [
        smallKind(spec),
        smallKind(spec, { version: "2", previous: [smallKind(spec)] }),
      ];
      for (const [kind, events] of [
        [first, before],
        [second, after],
      ] as const) {
        const { host, log } = await b.start([kind]);
        await host.start("small/a");
        for (const event of events)
          await host
            .actor("small/a")
            .send(event as never)
            .catch(() => {});
        await b.settle();
        await b.kill({ log });
      }
      const plain = await b.start([first]);
      await plain.host.start("small/b");
      for (const event of [...before, ...after])
        await plain.host
          .actor("small/b")
          .send(event as never)
          .catch(() => {});
      const { fold } = await sameFromStart(b, [second], "small/a");
      const never = (await watchedLoad(b, [first], "small/b")).fold.state.snapshot;
      expect(fold.state.snapshot).toMatchObject({
        value: Reflect.get(never, "value"),
        context: Reflect.get(never, "context"),
      });
    },
  );
});
