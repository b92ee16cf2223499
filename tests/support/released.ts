/** The story of a run that tables are made of: retries, a rework, a human, agents that are actors. */
import type { Json } from "../../src/events/json.ts";
import { begun, tale, type Tale } from "./told.ts";

export const PLAN = {
  name: "Release",
  goal: "Ship it",
  tasks: [
    { id: "build", title: "Build the API", agent: "coder", outputs: ["artifacts/app"] },
    { id: "lint", run: "lint" },
    { id: "test", agent: "tester", dependsOn: ["build", "lint"], outputs: ["artifacts/report"] },
    { id: "ship", agent: "tester", dependsOn: ["test"], approval: ["before"] },
  ],
};
export const failure = { code: "MODEL_FAILED", message: "no" };

/** An actor works at an attempt: one turn, so much of all. */
export function worked(
  story: Tale,
  place: string,
  attempt: number,
  [tokens, money]: [number, number],
): Tale {
  const stream = `agent/r1:${place}`;
  const task = place.replace(/[:~].*/, "");
  const fact = (type: string, data: Json) => [{ type, v: 1, data }];
  const work = { purpose: "work", run: "r1", task, title: task, attempt, upstream: {} };
  const lists = { reads: [], outputs: [], criteria: [], stages: [], feedback: [] };
  const input: Json = { agent: "coder", work: { ...work, ...lists } };
  const usage = { inputTokens: tokens - 1, outputTokens: 1, money };
  const hash = `sha256:${"0".repeat(64)}`;
  const briefed = { agent: "coder", task, way: "model", version: "1", tools: [], prompt_hash: hash };
  const turn = { agent: "coder", model: "m-1", finish: "stop", usage, durationMs: 5 };
  return story
    .moved(stream, {
      born: { id: "agent", input },
      facts: fact("agent.briefed", briefed),
    })
    .moved(stream, {
      facts: fact("chat.completed", { ...turn, conversation: hash, messages: 2 }),
    });
}

/** Built at the second attempt, tested after a rework, and a human said yes. */
export function released(): Tale {
  let story = begun(tale(PLAN), "lint").later(30);
  story = story.task("lint", "task.completed", { attempts: 1, durationMs: 30, summary: "clean" });
  story = worked(begun(story, "build"), "build:work", 1, [10, 0.5]).later(20);
  story = story.task("build", "task.retried", { attempt: 1, delayMs: 50, failure }).later(50);
  story = story.task("build", "task.started", { title: "build", purpose: "work", attempt: 2 });
  story = worked(story, "build:work~2", 2, [20, 0.25]).later(100);
  story = story.task("build", "task.completed", { attempts: 2, durationMs: 100, summary: "built" });
  story = begun(story.later(40), "test").later(10);
  const scores = { completeness: 6, accuracy: 4 };
  const fails = { ...scores, readiness: "FAIL" as const, issues: ["thin"], reworks: 1 };
  story = story.task("test", "gate.evaluated", fails);
  story = story.task("test", "task.started", { title: "test", purpose: "work", attempt: 2 }).later(15);
  const best = { completeness: 10, accuracy: 10, issues: [], reworks: 1 };
  story = story.task("test", "gate.evaluated", { ...best, readiness: "PASS" });
  story = story.task("test", "task.completed", { attempts: 2, durationMs: 15, summary: "green" });
  const gate = { gate: "ship:before", task: "ship", kind: "before", question: "May it?" } as const;
  story = story.flow("approval.requested", gate).later(480);
  story = story.flow("approval.granted", { gate: "ship:before", by: "ann" });
  return story.done("ship", 5, "shipped");
}

export const counts = { total: 4, completed: 4, failed: 0, cancelled: 0, skipped: 0 };
/** The same, at its end. */
export const ended = (): Tale => released().flow("workflow.completed", { counts });
