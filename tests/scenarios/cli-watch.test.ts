/** `troupe watch`: how far a run is, live, at once, and under the names of other systems. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { TaskEvent } from "../../src/projections/task-events.ts";
import { hearing, onEachLog } from "../support/cli-logs.ts";

const FOUR = `
name: four
concurrency: 1
tasks:
  - {id: a, run: "echo a"}
  - {id: b, run: "echo b", dependsOn: [a]}
  - {id: c, run: "until test -e go; do sleep 0.02; done", dependsOn: [b], estimateMs: 1}
  - {id: d, run: "echo d", dependsOn: [c]}
`;

const Change = z.object({ status: z.string(), completed: z.number(), percentage: z.number() });
const values = (out: string): unknown[] => out.split("\n").map((line) => JSON.parse(line) as unknown);

onEachLog("troupe watch", (open) => {
  it("S0-011, S4-011, S4-032: says at once how far a run is, and then a line per change until it is over", async () => {
    using bench = open();
    const { heard, line } = hearing(/^RUNNING +c/);
    const whole = bench.troupe(["run", bench.write("p.yaml", FOUR), "--id", "r1"], { heard });
    await line;
    const once = await bench.json(["watch", "r1", "--once"]);
    expect(once).toMatchObject({
      code: 0,
      value: {
        run: "r1",
        status: "RUNNING",
        total: 4,
        completed: 2,
        failed: 0,
        running: 1,
        delayed: 1,
        percentage: 50,
        expectedCompletionAt: expect.any(Number),
        tasks: { running: ["c"], waiting: [] },
      },
    });
    const { read, first } = reading();
    const watched = bench.troupe(["watch", "r1", "--json"], { read });
    await first;
    writeFileSync(join(bench.folder, "go"), "");
    const { code, out } = await watched;
    const changes = values(out).map((value) => Change.parse(value));
    expect([code, changes.at(0), changes.at(-1)]).toMatchObject([
      0,
      { status: "RUNNING", percentage: 50 },
      { status: "COMPLETED", completed: 4, percentage: 100 },
    ]);
    const counted = changes.map(({ completed }) => completed);
    expect(counted).toEqual(counted.toSorted((a, b) => a - b));
    expect(new Set(counted)).toEqual(new Set([2, 3, 4]));
    expect(await whole).toMatchObject({ code: 0 });
    const { out: text } = await bench.troupe(["watch", "r1"]);
    expect(text).toMatch(/^\S+ \S+Z {2}r1 COMPLETED 100 %, 4 of 4 tasks$/);
  });

  it("S3-012, S3-013, S4-030: --events tells a run under the names that other systems know", async () => {
    using bench = open();
    const plan = bench.write(
      "p.yaml",
      'name: p\ntasks:\n  - {id: a, run: "echo a", reads: [in.md]}\n  - {id: b, run: "sleep 30", timeoutMs: 50, dependsOn: [a]}\n',
    );
    bench.write("in.md", "");
    await bench.troupe(["run", plan, "--id", "r1"]);
    const { out } = await bench.troupe(["watch", "r1", "--events"]);
    const events = values(out).map((value) => TaskEvent.parse(value));
    const all = events.map(({ event_type: type, task_id: task = "-", data }) =>
      type === "state_changed" ? `${task} ${JSON.stringify(data)}` : `${task} ${type}`,
    );
    for (const expected of [
      "- workflow_started",
      '- {"from":"PENDING","to":"RUNNING"}',
      "a TASK_DISPATCHED",
      "a task_started",
      "a task_completed",
      'a {"from":"RUNNING","to":"COMPLETED"}',
      "b TIMEOUT",
      "b task_failed",
      "- workflow_failed",
      '- {"from":"RUNNING","to":"FAILED"}',
    ])
      expect(all).toContain(expected);
    const dispatched = events.find(({ event_type: type }) => type === "TASK_DISPATCHED");
    expect(dispatched).toMatchObject({
      channel: "AGENT_REQUESTS",
      workflow_id: "r1",
      task_id: "a",
      correlation_id: events[0]?.correlation_id,
      data: { task: { id: "a", title: "a" }, input_artifacts: [expect.stringContaining("in.md")] },
      source: "workflow/r1",
    });
    expect(new Set(events.map(({ event_id: id }) => id)).size).toBe(events.length);
  });
});

/** A reader of data, and a promise of its first line. */
function reading() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { read: resolve, first: promise };
}
