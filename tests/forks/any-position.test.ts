/** Forks of simulated histories, at any position: laws that hold of each. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { rootOf } from "../../src/events/address.ts";
import { seedOf } from "../../src/testing/dice.ts";
import { LATE_SYSTEM_ID } from "../../src/testing/evidence.ts";
import type { Replay, Replayed } from "../../src/testing/replayed.ts";
import { simulate } from "../../src/testing/simulation.ts";
import { drillDrama } from "../simulation/drills.ts";
import { checkCounts } from "../support/drill-check-counts.ts";
import { actionName } from "../support/drill-machines.ts";
import { forkWorld, type ForkWorld } from "../support/fork-world.ts";

const drama = drillDrama();
const aHistory = fc.nat(100_000);
const aShare = fc.nat(1_000).map((n) => n / 1_000); // doubles would be next to 0, most of them

/** A log with one simulated history; undefined where that is not one in which every law can hold. */
async function worldOf(n: number): Promise<ForkWorld | undefined> {
  const { history, faults } = await simulate(seedOf(7, n), drama);
  if (faults.length > 0 || history.happened.has(LATE_SYSTEM_ID)) return undefined;
  return forkWorld(history.store);
}

/** A position of a run: a share of the way from its first record to its last. */
async function placeIn(world: ForkWorld, run: string, share: number): Promise<number> {
  const { length } = await world.records(run);
  return 1 + Math.floor(share * (length - 1));
}

async function forked(world: ForkWorld, of: string, at: number, id: string): Promise<void> {
  await using host = await world.host();
  await host.fork(of, { at, id });
  await world.rest();
}

/** What is wrong with a fork that has come to rest. */
async function faultsOf(
  world: ForkWorld,
  of: string,
  run: string,
  at: number,
): Promise<readonly string[]> {
  const faults: string[] = [];
  const fault = (text: string): void => void faults.push(text);
  const actors = ofRun(await world.replayed(fault), run);
  checkCounts({ actors, world: [], lives: [], fault });
  const named = ({ stream, seq }: { stream: string; seq: number }): string => `${stream} ${seq}`;
  const original = (await world.records(of)).map(named).slice(0, at);
  const told = (await world.records(run)).filter(({ body }) => body["copied"] === true).map(named);
  expect(told.map((name) => name.replace(`/${run}`, `/${of}`))).toEqual(original);
  const steps = [...actors.values()].flatMap((actor) => actor.steps);
  checkDone(world, run, steps, fault);
  return faults;
}

/** What the fork did outside: what its own steps asked for, and nothing that was done before. */
function checkDone(
  world: ForkWorld,
  run: string,
  steps: readonly Replay[],
  fault: (text: string) => void,
): void {
  const own = steps.filter(({ body }) => body.copied !== true);
  const asked = own.flatMap(({ stream, effects }) =>
    effects.flatMap(({ id, effect }) => actionName(stream, effect, id) ?? []),
  );
  const acted = world.acted.filter((action) => action.includes(`/${run}`));
  expect(acted.toSorted()).toEqual(asked.toSorted());
  const over = new Set(
    steps.flatMap(({ body, cause = "" }) =>
      body.copied === true && body.from !== undefined ? [cause] : [],
    ),
  );
  for (const { key, attempt } of world.worked.filter((one) => one.key.includes(`/${run}:`))) {
    if (over.has(key)) fault(`${key} was done before the cut, and again`);
    if (attempt !== 1) fault(`${key} begins with attempt ${attempt}`);
  }
}

function ofRun(actors: ReadonlyMap<string, Replayed>, run: string): ReadonlyMap<string, Replayed> {
  return new Map([...actors].filter(([address]) => rootOf(address) === run));
}

describe("a fork", () => {
  it("A2, A15: at every position of a history it replays, comes to rest, and does nothing that was done before the cut", async () => {
    const world = await worldOf(3);
    const original = (await world?.records("r0")) ?? [];
    expect(original.length).toBeGreaterThan(15);
    for (let at = 1; world !== undefined && at <= original.length; at++) {
      await forked(world, "r0", at, `f${at}`);
      expect(await faultsOf(world, "r0", `f${at}`, at), `at ${at}`).toEqual([]);
    }
    expect(await world?.records("r0")).toEqual(original);
  });

  it("A11: what an action had sent across the cut is still said anew in a fork of the fork, at the same cut", async () => {
    const world = await worldOf(3);
    const { length } = (await world?.records("r0")) ?? [];
    let crossing = 0;
    for (let at = 1; world !== undefined && at <= length; at++) {
      await forked(world, "r0", at, `f${at}`);
      const sends = (await world.records(`f${at}`)).filter(({ body }) => sendsOf(body["event"]) > 0);
      if (sends.length === 0) continue;
      crossing++;
      await forked(world, `f${at}`, at, `g${at}`);
      expect(await faultsOf(world, `f${at}`, `g${at}`, at), `at ${at}`).toEqual([]);
    }
    expect(crossing).toBeGreaterThan(0);
  });

  test.prop({ n: aHistory, share: aShare }, { numRuns: 40 })(
    "A2, A8, A11, A15: for every history and position it replays, each word in it counts once, and the original is untouched",
    async ({ n, share }) => {
      const world = await worldOf(n);
      fc.pre(world !== undefined);
      const original = await world.records("r0");
      const at = await placeIn(world, "r0", share);
      await forked(world, "r0", at, "fork");
      expect(await faultsOf(world, "r0", "fork", at)).toEqual([]);
      expect(await world.records("r0")).toEqual(original);
    },
  );

  test.prop({ n: aHistory, first: aShare, second: aShare }, { numRuns: 15 })(
    "A15: for every history, a fork of a fork is a run like any other",
    async ({ n, first, second }) => {
      const world = await worldOf(n);
      fc.pre(world !== undefined);
      await forked(world, "r0", await placeIn(world, "r0", first), "one");
      const at = await placeIn(world, "one", second);
      await forked(world, "one", at, "two");
      expect(await faultsOf(world, "one", "two", at)).toEqual([]);
    },
  );

  test.prop({ n: aHistory, share: aShare, twice: fc.boolean(), cut: aShare }, { numRuns: 25 })(
    "L4, A3: for every append at which it is cut short, nobody runs any of it, and the same fork again goes on there",
    async ({ n, share, twice, cut }) => {
      const world = await worldOf(n);
      fc.pre(world !== undefined);
      const of = twice ? "one" : "r0";
      if (twice) await forked(world, "r0", await placeIn(world, "r0", share), "one");
      const at = await placeIn(world, of, share);
      const left = Math.floor(cut * (appendsOf((await world.records(of)).slice(0, at)) - 1));
      await cutShort(world, { of, at, left });
      const begun = await world.records("f");
      const worked = world.worked.length;
      {
        await using host = await world.host();
        const desk = host.actor("desk/f").send({ type: "TELL", n: 99 });
        if (begun.length > 0) await expect(desk).rejects.toMatchObject({ code: "FORK_UNFINISHED" });
        else await expect(desk).rejects.toThrow("there is no actor");
        // nor does anybody take a record out of it: the same fork again would not find its place
        const tip = begun.filter(({ stream }) => stream === "desk/f").length;
        if (tip > 1)
          await expect(host.skip("desk/f", 2, { expected: tip })).rejects.toMatchObject({
            code: "FORK_UNFINISHED",
          });
        await world.rest();
        expect(await world.records("f")).toEqual(begun);
        expect(world.worked.length).toBe(worked);
        if (begun.length > 0)
          await expect(host.fork("f", { id: "g" })).rejects.toMatchObject({ code: "FORK_UNFINISHED" });
        await host.fork(of, { at, id: "f" });
        await world.rest();
      }
      expect((await world.records("f")).slice(0, begun.length)).toEqual(begun);
      expect(await faultsOf(world, of, "f", at)).toEqual([]);
      const prefixes = (await world.records("f")).flatMap(({ id, body }) =>
        body["copied"] === true ? [id.split("-")[0]] : [],
      );
      expect(new Set(prefixes).size).toBe(1);
    },
  );
});

/** What a fork's actor says anew where its told history ends. */
function sendsOf(event: unknown): number {
  const { type, sends } = Object(event) as { readonly type?: unknown; readonly sends?: unknown }; // whatever it is
  return type === "troupe.forked" && Array.isArray(sends) ? sends.length : 0;
}

/** How many appends a fork of these records takes: one for records that stand beside each other, one for each actor's end. */
function appendsOf(records: readonly { readonly stream: string }[]): number {
  const [waker = "", ...others] = new Set(records.map(({ stream }) => stream));
  const streams = [...records.map(({ stream }) => stream), ...others, waker];
  return streams.filter((stream, at) => streams[at - 1] !== stream).length;
}

/** A fork whose host dies after so many of its appends. */
async function cutShort(
  world: ForkWorld,
  { of, at, left }: { readonly of: string; readonly at: number; readonly left: number },
): Promise<void> {
  let appends = 0;
  await using host = await world.host({
    at(point, address) {
      if (point === "before-append" && rootOf(address) === "f" && appends++ >= left)
        throw new Error("killed");
    },
  });
  await expect(host.fork(of, { at, id: "f" })).rejects.toThrow("killed");
}
