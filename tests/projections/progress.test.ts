/** How far a run is, and when it will be through. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { plannedMs, progressOf } from "../../src/projections/progress.ts";
import { begun, T0, tale } from "../support/told.ts";

const four = (estimateMs?: number) => ({
  name: "four",
  concurrency: 2,
  tasks: ["a", "b", "c", "d"].map((id) => ({ id, run: "x", estimateMs })),
});

describe("progress", () => {
  it("S4-011: 2 of 4 tasks are 50 %", () => {
    const view = tale(four()).done("a", 100).done("b", 300).view();
    expect(progressOf(view, T0 + 400)).toEqual({
      total: 4,
      completed: 2,
      failed: 0,
      cancelled: 0,
      skipped: 0,
      running: 0,
      waiting: 0,
      delayed: 0,
      percentage: 50,
      // two tasks of 200 ms each, beside each other
      expectedCompletionAt: T0 + 600,
    });
  });

  it("S0-011: counts what is done and what is delayed, and says when it will be through", () => {
    const story = begun(tale(four(1_000)).done("a", 100), "b").later(1_500);
    const { completed, running, delayed, percentage, expectedCompletionAt } = progressOf(
      story.view(),
      T0 + 1_600,
    );
    expect([completed, running, delayed, percentage]).toEqual([1, 1, 1, 25]);
    expect(expectedCompletionAt).toBe(T0 + 1_600 + 1_000);
    expect(progressOf(story.view(), T0 + 1_000)).toMatchObject({ delayed: 0 });
  });

  it("takes waves one after another, and a retry at its time", () => {
    const plan = {
      name: "line",
      tasks: [
        { id: "a", run: "x", estimateMs: 100 },
        { id: "b", run: "x", estimateMs: 200, dependsOn: ["a"] },
      ],
    };
    expect(plannedMs(tale(plan).view())).toBe(300);
    const failure = { code: "X", message: "no" };
    const view = begun(tale(plan), "a")
      .task("a", "task.retried", { attempt: 1, delayMs: 1_000, failure })
      .view();
    expect(progressOf(view, T0)).toMatchObject({ waiting: 1, expectedCompletionAt: T0 + 1_300 });
  });

  it("knows no end where nothing is known of how long tasks take, and none of a run that is over", () => {
    const story = tale(four());
    expect(progressOf(story.view(), T0)).not.toHaveProperty("expectedCompletionAt");
    const counts = { total: 4, completed: 1, failed: 3, cancelled: 0, skipped: 0 };
    const over = story.done("a", 5).flow("workflow.failed", { counts, failed: [], skipped: [] });
    expect(progressOf(over.view(), T0)).not.toHaveProperty("expectedCompletionAt");
    expect(progressOf(tale({ name: "none", tasks: [] }).view(), T0)).toMatchObject({ percentage: 0 });
  });

  test.prop({ ends: fc.array(fc.constantFrom("done", "broke", "begun", "none"), { maxLength: 4 }) })(
    "for every run, the counts fit together, and only a run whose tasks are all over is at 100 %",
    ({ ends }) => {
      const ids = ["a", "b", "c", "d"];
      const story = ends.reduce((known, end, at) => {
        const id = ids[at] ?? "";
        if (end === "done") return known.done(id, 10);
        if (end === "broke") return known.broke(id, 10);
        return end === "begun" ? begun(known, id) : known;
      }, tale(four()));
      const progress = progressOf(story.view(), T0 + 50);
      const { completed, failed, running, total, percentage } = progress;
      expect([completed, failed, running]).toEqual(
        ["done", "broke", "begun"].map((end) => ends.filter((one) => one === end).length),
      );
      expect(percentage === 100).toBe(completed + failed === total);
    },
  );
});
