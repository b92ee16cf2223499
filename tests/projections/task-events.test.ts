/** Records under the names that other systems know. */
import { describe, expect, it } from "vitest";
import { TaskEvent, taskEvents, type EventRecord } from "../../src/projections/task-events.ts";
import { begun, tale, type Tale } from "../support/told.ts";

const PLAN = { name: "p", tasks: [{ id: "a", run: "x" }] };

function eventsOf(story: Tale): readonly TaskEvent[] {
  const read = taskEvents();
  return story.records.flatMap((record, at) => {
    const whole: EventRecord = { id: `id-${at}`, correlation: "c", ...record };
    return read(whole).map((event) => TaskEvent.parse(event));
  });
}

describe("task events", () => {
  it("a task that took too long is a TIMEOUT, then a failure, on the channel of results", () => {
    const failure = { code: "COMMAND_TIMEOUT", message: "it took longer than 1 s" };
    const story = begun(tale(PLAN), "a")
      .task("a", "task.timed_out", { attempt: 1, timeoutMs: 1_000 })
      .task("a", "task.failed", { attempts: 1, exitCode: null, durationMs: 1_000, failure });
    const results = eventsOf(story).filter(({ channel }) => channel === "AGENT_RESULTS");
    expect(results).toMatchObject([
      { event_type: "TIMEOUT", task_id: "a", data: { attempt: 1, timeoutMs: 1_000 } },
      { event_type: "task_failed", task_id: "a", data: { failure } },
    ]);
  });

  it("says that a state changed once per change, whatever the record, and nothing where none did", () => {
    const story = begun(tale(PLAN), "a")
      .flow("workflow.checkpointed", { name: "x", outputs: [] })
      .flow("workflow.paused", { hard: false, reason: "" })
      .moved("workflow/r1", { state: "PAUSED", event: { type: "APPROVE" } })
      .flow("workflow.resumed", {});
    const changes = eventsOf(story).filter(({ event_type: type }) => type === "state_changed");
    expect(changes.map(({ source, data }) => [source, data["from"], data["to"]])).toEqual([
      ["workflow/r1", "PENDING", "RUNNING"],
      ["workflow/r1", "RUNNING", "PAUSED"],
      ["workflow/r1", "PAUSED", "RUNNING"],
    ]);
  });

  it("names the task of a second start as the plan does, and counts a read log the same twice", () => {
    const story = begun(tale(PLAN), "a~2");
    const started = eventsOf(story).find(({ event_type: type }) => type === "task_started");
    expect(started).toMatchObject({ task_id: "a", source: "task/r1:a~2", workflow_id: "r1" });
    expect(eventsOf(story)).toEqual(eventsOf(story));
    expect(taskEvents()({ ...story.records[0], id: "i", correlation: "c" } as EventRecord)).toEqual([]); // a birth says nothing
  });
});
