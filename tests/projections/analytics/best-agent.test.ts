/** S1-018, S1-020, S1-021, T-O3: the best agent for a task. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import {
  confidenceIn,
  recommendAgents,
  type Candidate,
} from "../../../src/projections/analytics/best-agent.ts";
import { candidatesOf } from "../../../src/projections/analytics/candidates.ts";
import { relevanceOf, type Past } from "../../../src/projections/analytics/relevance.ts";
import { wilsonLowerBound } from "../../../src/projections/analytics/success.ts";
import { execution } from "./rows.ts";

const WORDS = ["api", "build", "css", "page", "rest", "test"];

interface Sketch {
  readonly agent?: string;
  readonly types?: readonly string[];
  readonly skills?: readonly string[];
  readonly pasts?: readonly Past[];
}

/** Every execution that did not succeed failed. */
function candidate({ agent = "a", types = [], skills = [], pasts = [] }: Sketch): Candidate {
  const success = pasts.reduce((sum, { successes }) => sum + successes, 0);
  const all = pasts.reduce((sum, { executions }) => sum + executions, 0);
  const outcomes = { success, failure: all - success, partial: 0, unknown: 0, running: 0 };
  return { agent, types, skills, pasts, outcomes, meanDurationMs: 60_000, recentPerformance: 1 };
}

const past = (text: string, executions: number, successes = executions): Past => ({
  keywords: text.split(" ").toSorted(),
  executions,
  successes,
});

const keywords = fc.subarray(WORDS);
const pasts = fc.array(
  fc
    .record({ keywords, successes: fc.nat({ max: 30 }), failures: fc.nat({ max: 30 }) })
    .map(({ keywords: words, successes, failures }) => ({
      keywords: words,
      successes,
      executions: successes + failures,
    })),
  { maxLength: 6 },
);
const sketch = fc.record({ pasts, skills: fc.array(keywords.map((words) => words.join(" "))) });
const wanted = fc.record(
  { task: keywords.map((words) => words.join(" ")), domain: fc.constantFrom("rest", "css") },
  { requiredKeys: ["task"] },
);

describe("T-O3: confidence in an agent", () => {
  it("T-O3: is Wilson's bound of its successes, times how much they have to do with the task", () => {
    const agent = candidate({ pasts: [past("api build rest", 10)] });
    expect(confidenceIn(agent, { task: "Build the REST API" })).toBe(wilsonLowerBound(10, 10));
    // two words of three and three: F1 is 4/6
    expect(confidenceIn(agent, { task: "test the REST API" })).toBeCloseTo(
      (wilsonLowerBound(10, 10) * 4) / 6,
      12,
    );
    expect(confidenceIn(agent, { task: "page" })).toBe(0);
    expect(confidenceIn(agent, { task: "of the" })).toBe(0);
  });

  it("T-O3: counts skills, each and together, and the domain for half where one is asked for", () => {
    const agent = { types: ["backend-architect"], skills: ["REST", "API design"], pasts: [] };
    expect(relevanceOf(agent, { task: "rest api design" })).toBe(1);
    expect(relevanceOf(agent, { task: "rest" })).toBe(1);
    expect(relevanceOf(agent, { task: "rest", domain: "Backend" })).toBe(1);
    expect(relevanceOf(agent, { task: "rest", domain: "frontend" })).toBe(0.5);
    expect(relevanceOf(agent, { task: "css", domain: "backend architect" })).toBe(0.5);
    expect(relevanceOf(agent, { task: "css", domain: "end" })).toBe(0);
    expect(relevanceOf(agent, { task: "css", domain: "" })).toBe(0);
  });

  it("T-O3: does not count what an agent only ever failed at", () => {
    const agent = candidate({ pasts: [past("css page", 50), past("api", 1, 0)] });
    expect(confidenceIn(agent, { task: "api" })).toBe(0);
  });

  test.prop({ sketch, wanted, about: keywords })(
    "T-O3: for every agent, one more success never lowers it, and one more failure never raises it",
    ({ sketch: known, wanted: asked, about }) => {
      const with1 = (successes: number) => {
        const more = { keywords: about, executions: 1, successes };
        return confidenceIn(candidate({ ...known, pasts: [...known.pasts, more] }), asked);
      };
      const confidence = confidenceIn(candidate(known), asked);
      expect(with1(1)).toBeGreaterThanOrEqual(confidence);
      expect(with1(0)).toBeLessThanOrEqual(confidence);
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThan(1);
    },
  );

  test.prop({ sketch, wanted, k: fc.integer({ min: 2, max: 9 }) })(
    "T-O3: for every agent, more of the same never lowers it",
    ({ sketch: known, wanted: asked, k }) => {
      const more = known.pasts.map((one) => ({
        ...one,
        executions: k * one.executions,
        successes: k * one.successes,
      }));
      expect(confidenceIn(candidate({ ...known, pasts: more }), asked)).toBeGreaterThanOrEqual(
        confidenceIn(candidate(known), asked),
      );
    },
  );

  it("T-O3: oak-v1 gives .533 for two keywords, no domain and 10 perfect tasks", () => {
    const agent = candidate({ pasts: [past("api build", 6), past("api build css", 4)] });
    expect(confidenceIn(agent, { task: "build api" }, "oak-v1")).toBeCloseTo(1.6 / 3, 12);
  });

  it("T-O3: oak-v1 adds 2 for a domain in the agent's type and 1.5 for one in the task's", () => {
    const typed = { ...past("api", 5, 4), type: "Backend-dev" };
    const agent = candidate({ types: ["backend-architect"], pasts: [typed] });
    const of = (task: string, domain?: string) => confidenceIn(agent, { task, domain }, "oak-v1");
    expect(of("api")).toBeCloseTo(((0.6 + 0.2) * 0.8) / 3, 12);
    expect(of("api", "backend")).toBeCloseTo(((4.5 * 0.6 + 0.2) * 0.8) / 3, 12);
    expect(of("css", "architect")).toBeCloseTo(((2 * 0.6 + 0.2) * 0.8) / 3, 12);
    expect(confidenceIn(candidate({}), { task: "api" }, "oak-v1")).toBe(0);
  });
});

describe("S1-018: the best agent", () => {
  const good = candidate({ agent: "good", pasts: [past("api build", 40)] });
  const fair = candidate({ agent: "fair", pasts: [past("api build", 40, 30)] });
  const other = candidate({ agent: "other", pasts: [past("css page", 90)] });
  const task = "build api";

  it("S1-018: is the surest, with what is known of it", () => {
    expect(recommendAgents([other, fair, good], { task }).agents[0]).toEqual({
      agent: "good",
      confidence: wilsonLowerBound(40, 40),
      successRate: 1,
      meanDurationMs: 60_000,
      executions: 40,
      recentPerformance: 1,
    });
  });

  it("S1-020: all that are sure enough come, the surest first, equals by name", () => {
    const twin = { ...good, agent: "equal" };
    const names = (minConfidence?: number) =>
      recommendAgents([other, fair, good, twin], { task }, { minConfidence }).agents.map(
        ({ agent }) => agent,
      );
    expect(names()).toEqual(["equal", "good", "fair"]);
    expect(names(0.9)).toEqual(["equal", "good"]);
    expect(names(0)).toEqual(["equal", "good", "fair", "other"]);
  });

  it("S1-021: where none fits, hints say what else to ask", () => {
    const { agents, hints } = recommendAgents([fair], { task, domain: "data" });
    expect(agents).toEqual([]);
    expect(hints).toEqual([
      'Ask for less than 0.5: the surest is "fair" with 0.29.',
      'Leave the domain "data" out.',
      "Say the task in other words: those of tasks that were done well.",
    ]);
    expect(recommendAgents([other], { task }).hints).toEqual([
      "No threshold helps: not one agent has succeeded at anything like this.",
      "Say the task in other words: those of tasks that were done well.",
    ]);
    expect(recommendAgents([], { task }).hints).toHaveLength(1);
    expect(recommendAgents([good], { task }).hints).toEqual([]);
  });
});

describe("S1-018: what executions tell of each agent", () => {
  it("S1-018: how they ended, what they were about, and how the last 10 went", () => {
    const rows = Array.from({ length: 12 }, (_, n) =>
      execution({
        agent: "a",
        role: "coder",
        keywords: n < 2 ? " css " : " api build ",
        endedAt: 100 - n,
        durationMs: n,
        status: n < 3 ? "failure" : "success",
      }),
    );
    const stopped = execution({ agent: "a", keywords: " ", status: "unknown", endedAt: 500 });
    const found = candidatesOf(
      [...rows, stopped, execution({ agent: null })],
      new Map([
        ["b", ["REST"]],
        ["A", []],
      ]),
    );
    expect(found.map(({ agent }) => agent)).toEqual(["A", "a", "b"]);
    expect(found.slice(1)).toEqual([
      {
        agent: "a",
        types: ["coder"],
        skills: [],
        pasts: [
          { keywords: ["css"], type: "coder", executions: 2, successes: 0 },
          { keywords: ["api", "build"], type: "coder", executions: 10, successes: 9 },
          { keywords: [], type: null, executions: 1, successes: 0 },
        ],
        outcomes: { success: 9, failure: 3, partial: 0, unknown: 1, running: 0 },
        meanDurationMs: 5.5,
        recentPerformance: 0.7,
      },
      {
        agent: "b",
        types: [],
        skills: ["REST"],
        pasts: [],
        outcomes: { success: 0, failure: 0, partial: 0, unknown: 0, running: 0 },
        meanDurationMs: null,
        recentPerformance: null,
      },
    ]);
  });
});
