/** Activities that run away from their actor: on a host with the label that they ask for. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { hostOn, newsOf, SHARED_ENGINES, SHORT_MS, typesOf, until } from "../support/away-world.ts";

describe.each(SHARED_ENGINES)("activities on labels, on %s", (_engine, storage) => {
  it("run where the label is, with all that belongs to their context, and are recorded once", async () => {
    const open = storage();
    const progress: unknown[] = [];
    await using first = await hostOn(await open(), { onProgress: (one) => void progress.push(one) });
    await using second = await hostOn(await open(), { labels: ["gpu"] });
    const task = await first.start("task/t");
    await task.send({ type: "GO", job: "render", on: "gpu" });
    await until(() => second.runs.length === 1);
    const [run] = second.runs;
    if (run === undefined) throw new Error("it does not run");
    const { input, fence, idempotencyKey, signal, records, tell, progress: tellHow } = run.context;
    expect({ input, attempt: fence.attempt, aborted: signal.aborted }).toEqual({
      input: { job: "render", on: "gpu" },
      attempt: 1,
      aborted: false,
    });
    expect(idempotencyKey).toMatch(/^task\/t#/);
    expect((await Array.fromAsync(records())).map(({ type }) => type)).toContain("GO");
    tellHow({ percent: 50 });
    tell(newsOf("half"));
    run.context.log("it goes well");
    expect(() => tell({ type: "xstate.done.actor.work" })).toThrow("cannot be sent from outside");
    run.succeed("pixels");
    const done = await task.waitFor((state) => state.value === "done");
    expect(done.context).toMatchObject({ result: "pixels", news: ["half"] });
    expect(progress).toMatchObject([{ address: "task/t", attempt: 1, value: { percent: 50 } }]);
    expect(first.warned).toContain("activity");
    expect(first.runs).toEqual([]);
    expect(await typesOf(first.log, "task/t")).toEqual([
      "troupe.started",
      "GO",
      "NEWS",
      "xstate.done.actor.work",
    ]);
  });

  it("run on the host of their actor where they ask for no label, or it has it", async () => {
    const open = storage();
    await using first = await hostOn(await open(), { labels: ["gpu"] });
    await using second = await hostOn(await open(), { labels: ["gpu"] });
    for (const on of [null, "gpu"]) {
      const task = await first.start(`task/t-${on}`);
      await task.send({ type: "GO", job: "x", on });
      await until(() => first.runs.length + second.runs.length > 0);
      expect(second.runs).toEqual([]);
      first.runs.shift()?.succeed("ok");
      await task.waitFor((state) => state.value === "done");
    }
  });

  it("A12: their signal aborts there when they are stopped here, and when the host here closes", async () => {
    const open = storage();
    await using first = await hostOn(await open());
    await using worker = await hostOn(await open(), { labels: ["gpu"] });
    for (const [i, stop] of [
      () => first.actor("task/t").send({ type: "CANCEL" }),
      () => first[Symbol.asyncDispose](),
    ].entries()) {
      await first.start("task/t");
      await first.actor("task/t").send({ type: "GO", job: "x", on: "gpu" });
      await until(() => worker.runs.length === i + 1);
      expect(worker.runs[i]?.context.signal.aborted).toBe(false);
      await stop();
      await until(() => worker.runs[i]?.context.signal.aborted === true);
    }
    await until(() => worker.runs.length === 3); // it has taken the actor over, and has the label
    const attempts = worker.runs.map(({ context }) => context.fence.attempt);
    expect(attempts).toEqual([1, 1, 2]);
  });

  it("A3, A6: go on elsewhere when their host closes, with all retries left; late words change nothing", async () => {
    const open = storage();
    await using first = await hostOn(await open());
    await using second = await hostOn(await open(), { labels: ["gpu"] });
    const task = await first.start("task/t");
    await task.send({ type: "GO", job: "twice", on: "gpu" });
    await until(() => second.runs.length === 1);
    await using third = await hostOn(await open(), { labels: ["gpu"] });
    const [lost] = second.runs;
    await second[Symbol.asyncDispose]();
    expect(lost?.context.signal.aborted).toBe(true);
    await until(() => third.runs.length === 1);
    lost?.context.tell(newsOf("late"));
    lost?.succeed("late");
    third.runs[0]?.fail(new Error("once"));
    await until(() => third.runs.length === 2);
    const again = third.runs[1];
    expect(again?.context.idempotencyKey).toBe(lost?.context.idempotencyKey);
    expect(again?.context.fence.attempt).toBe(3);
    again?.succeed("in time");
    const done = await task.waitFor((state) => state.value === "done");
    expect(done.context).toMatchObject({ result: "in time", news: [] });
    expect(await typesOf(first.log, "task/t")).toEqual([
      "troupe.started",
      "GO",
      "troupe.activity.failed",
      "troupe.activity.failed",
      "xstate.done.actor.work",
    ]);
  });

  it("wait while no host has the label, say so once, and go on when one joins; only then does their time run", async () => {
    const open = storage();
    await using first = await hostOn(await open());
    const task = await first.start("task/t");
    const sent = Date.now();
    await task.send({ type: "GO", job: "short", on: "gpu" });
    await until(() => first.warned.length > 0);
    await sleep(2 * SHORT_MS);
    expect((await task.snapshot()).value).toBe("working");
    await using second = await hostOn(await open(), { labels: ["gpu"] });
    await until(() => second.runs.length === 1);
    expect(second.runs[0]?.context.deadline).toBeGreaterThan(sent + 2 * SHORT_MS);
    const failed = await task.waitFor((state) => state.value === "failed");
    expect(failed.context.error).toMatchObject({ code: "ACTIVITY_TIMEOUT" });
    expect(second.runs[0]?.context.signal.aborted).toBe(true);
    expect(first.warned).toEqual(['no host has the label "gpu" yet: an activity waits for one']);
  });

  it("end with the error that they throw, its code and data", async () => {
    const open = storage();
    await using first = await hostOn(await open());
    await using second = await hostOn(await open(), { labels: ["gpu"] });
    const task = await first.start("task/t");
    await task.send({ type: "GO", job: "x", on: "gpu" });
    await until(() => second.runs.length === 1);
    const data = { gates: 3 };
    second.runs[0]?.fail(new TroupeError("TESTS_FAILED", "it broke", { hint: "Mend it.", data }));
    const failed = await task.waitFor((state) => state.value === "failed");
    expect(failed.context.error).toMatchObject({ code: "TESTS_FAILED", message: "it broke", data });
  });

  it("are not taken by a host with another version of the kind: who asks hears why, and asks on", async () => {
    const open = storage();
    await using first = await hostOn(await open());
    await using old = await hostOn(await open(), { labels: ["gpu"], version: "0" });
    const task = await first.start("task/t");
    await task.send({ type: "GO", job: "x", on: "gpu" });
    await until(() => first.warned.length > 0);
    expect(first.warned[0]).toContain('no host with the label "gpu" takes it');
    await using second = await hostOn(await open(), { labels: ["gpu"] });
    await until(() => second.runs.length === 1);
    expect(old.runs).toEqual([]);
    second.runs[0]?.succeed("ok");
    await task.waitFor((state) => state.value === "done");
  });
});
