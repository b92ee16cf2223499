/** The queue beside a simple model of it, under whatever is asked of both. */
import assert from "node:assert/strict";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { leaseGone } from "../../src/machines/queue/refusals.ts";
import { asks, settings, type Ask } from "../support/queue-asks.ts";
import type { QueueModel } from "../support/queue-model.ts";
import { Trial } from "../support/queue-trial.ts";
import { QueueWorld } from "../support/queue-world.ts";

class Asked implements fc.Command<QueueModel, Trial> {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  check(): boolean {
    return true;
  }

  run(_: QueueModel, trial: Trial): void {
    trial.do(this.#ask);
    trial.agree();
  }

  toString(): string {
    return JSON.stringify(this.#ask);
  }
}

describe("a queue, beside its model", () => {
  test.prop(
    [settings, fc.commands([asks.map((ask) => new Asked(ask))], { maxCommands: 120, size: "+1" })],
    {
      numRuns: 80,
    },
  )(
    "A7, T-R2, T-R3, T-R4: no job is lost, none ends twice, and all go in order, at their time, by the rate and within the limits",
    (initial, commands) => {
      const trial = new Trial(initial);
      const setup = () => ({ model: trial.model, real: trial });
      fc.modelRun(setup, commands);
      trial.end();
      assert.deepEqual(trial.judge(), []);
    },
  );

  it("S4-018: jobs of one moment come in the order in which they were added, however many they are", () => {
    const world = new QueueWorld();
    const order = { name: "a", scheduledAt: world.at + 100 };
    world.tell({ type: "ADD", jobs: Array.from({ length: 600 }, () => order) });
    world.tell({ type: "JOIN", worker: "A", slots: 1_000 });
    world.at += 60_000; // nobody is there
    world.tell({ type: "JOIN", worker: "A", slots: 1_000 });
    world.pass(0);
    expect(world.grants.map(({ job }) => job)).toEqual(Array.from({ length: 600 }, (_, n) => n + 1));
  });

  it("S4-043: a running job that was called off does not run again, whether its worker fails, leaves or is lost", () => {
    for (const how of ["retry", "leave", "lost"] as const) {
      const world = new QueueWorld();
      world.tell({ type: "JOIN", worker: "A", slots: 1 });
      world.tell({ type: "ADD", jobs: [{ name: "a" }] });
      world.tell({ type: "CANCEL", job: "1" });
      world.tell({ type: "CANCEL", job: "1" });
      const failure = { code: "X", message: "x" };
      const ended = [{ job: "1", lease: 1, failure, retryInMs: 0 }];
      if (how === "retry") world.tell({ type: "REPORT", worker: "A", ended });
      else if (how === "leave") world.tell({ type: "LEAVE", worker: "A" });
      world.pass(60_000);
      expect(world.jobs.get(1)?.value).toBe("CANCELLED");
      expect(world.jobFacts.filter(({ type }) => type === "job.cancelling")).toHaveLength(1);
    }
  });

  it("names that every object has are names like others", () => {
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      const world = new QueueWorld();
      expect(world.tell({ type: "HEARTBEAT", worker: name, jobs: [] })?.code).toBe("WORKER_UNKNOWN");
      world.tell({ type: "JOIN", worker: name, slots: 1, handlers: [name] });
      world.tell({ type: "ADD", jobs: [{ name, key: name }, { name }] });
      world.crash();
      world.tell({ type: "REPORT", worker: name, ended: [{ job: "1", lease: 1 }] });
      world.tell({ type: "LEAVE", worker: name });
      expect([...world.jobs.values()].map(({ value }) => value)).toEqual(["COMPLETED", "QUEUED"]);
    }
  });

  it("another rate counts at once, whatever the one before has used up", () => {
    const world = new QueueWorld({ rate: { jobs: 1, perMs: 3_600_000 } });
    world.tell({ type: "JOIN", worker: "A", slots: 10 });
    world.tell({ type: "ADD", jobs: Array.from({ length: 3 }, () => ({ name: "a" })) });
    expect(world.grants).toHaveLength(1);
    world.tell({ type: "CONFIGURE", settings: { rate: { jobs: 10 } } });
    world.pass(200);
    expect(world.grants).toHaveLength(3);
  });

  it("a job that is retried by hand has its key again, where nobody else has it", () => {
    const world = new QueueWorld();
    const fail = (job: string, lease: number): void => {
      const failure = { code: "X", message: "x" };
      world.tell({ type: "REPORT", worker: "A", ended: [{ job, lease, failure }] });
    };
    const add = () => world.tell({ type: "ADD", jobs: [{ name: "a", key: "k" }] });
    world.tell({ type: "JOIN", worker: "A", slots: 2 });
    add();
    fail("1", 1);
    world.tell({ type: "RETRY", job: "1" });
    add();
    expect(world.jobs.size).toBe(1);
    fail("1", 2);
    add();
    world.tell({ type: "RETRY", job: "1" });
    add();
    expect(world.jobs.size).toBe(2);
  });

  it("a failed job that is called off leaves its key to who has it now; one that is retried has all its lapses again", () => {
    const world = new QueueWorld({ leaseMs: 1_000, maxLapses: 1 });
    const add = () => world.tell({ type: "ADD", jobs: [{ name: "a", key: "k" }] });
    const lose = (worker: string): void => {
      world.tell({ type: "JOIN", worker, slots: 1 });
      world.pass(1_000);
    };
    add();
    for (const worker of ["A", "B"]) lose(worker);
    expect(world.jobs.get(1)?.value).toBe("FAILED");
    world.tell({ type: "RETRY", job: "1" });
    lose("C");
    expect(world.jobs.get(1)?.value).toBe("QUEUED");
    lose("D");
    expect(world.jobs.get(1)?.value).toBe("FAILED");
    add();
    world.tell({ type: "CANCEL", job: "1" });
    add();
    expect(world.jobs.size).toBe(2);
  });

  it("T-R4: only who has a job's lease says how far it is", () => {
    const job = { id: "1", lease: 3 };
    const said = (lease: number) => ({ type: "PROGRESS", lease, percent: 1 }) as const;
    expect(leaseGone(job, true, said(3))).toBeUndefined();
    for (const [running, lease] of [
      [true, 2],
      [true, 4],
      [false, 3],
    ] as const)
      expect(leaseGone(job, running, said(lease))).toMatchObject({ code: "LEASE_LOST" });
    const world = new QueueWorld();
    world.tell({ type: "JOIN", worker: "A", slots: 1 });
    world.tell({ type: "ADD", jobs: [{ name: "a" }] });
    const running = world.jobs.get(1);
    expect([1, 2].map((lease) => running?.can(said(lease)))).toEqual([true, false]);
  });

  it("T-R4: a word under an older lease is refused, though the same worker has the job again; a stranger's as well", () => {
    const world = new QueueWorld({ leaseMs: 1_000 });
    world.tell({ type: "ADD", jobs: [{ name: "a" }] });
    world.tell({ type: "JOIN", worker: "A", slots: 1 });
    world.pass(1_000);
    world.tell({ type: "JOIN", worker: "A", slots: 1 });
    for (const [worker, lease] of [
      ["A", 1],
      ["B", 2],
      ["A", 3],
    ] as const)
      expect(world.tell({ type: "REPORT", worker, ended: [{ job: "1", lease }] })).toMatchObject({
        code: "LEASE_LOST",
        data: { present: 2 },
      });
    expect(
      world.tell({ type: "REPORT", worker: "A", ended: [{ job: "1", lease: 2 }] }),
    ).toBeUndefined();
    expect(world.jobs.get(1)?.value).toBe("COMPLETED");
  });
});
