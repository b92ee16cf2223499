/** Troupe's own kinds as subjects of the public kit. */
import * as fc from "fast-check";
import { budgetKind } from "../../src/agents/budget-kind.ts";
import { feedbackKind } from "../../src/agents/feedback/feedback-kind.ts";
import { memoryKind } from "../../src/agents/memory/memory-kind.ts";
import { planKinds } from "../../src/agents/plan-kinds.ts";
import { queueKinds } from "../../src/agents/queue/kinds.ts";
import { contextKind } from "../../src/agents/team/context-kind.ts";
import { messagesKinds } from "../../src/agents/team/messages-kinds.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import type { Answer, Subject } from "../../src/testing/index.ts";

function said(
  type: string,
  rest: Record<string, fc.Arbitrary<unknown>> = {},
  optional: Record<string, fc.Arbitrary<unknown>> = {},
): fc.Arbitrary<unknown> {
  const model: Record<string, fc.Arbitrary<unknown>> = {
    type: fc.constant(type),
    ...rest,
    ...optional,
  };
  return fc.record(model, { requiredKeys: ["type", ...Object.keys(rest)] });
}

const name = fc.constantFrom("a", "b", "c");
const ms = fc.constantFrom(1, 50, 3_000);
const calls = fc.nat(3);
const spent = fc.record({ calls, tokens: calls, money: calls, timeMs: calls });

/** Its events and input are of its own schemas; the addresses that its actors have stand in `roots`. */
interface BuiltIn {
  readonly subject: Subject;
  readonly roots?: number;
}

function builtIn(
  kind: unknown,
  parts: {
    readonly input: unknown;
    readonly events: fc.Arbitrary<unknown>;
    readonly beside?: readonly unknown[];
    readonly answers?: Subject["answers"];
  },
  roots?: number,
): BuiltIn {
  const { input, ...rest } = parts;
  const subject = { kind, ...rest, input: fc.constant(input) } as unknown as Subject; // the border judges what it says
  return { subject, ...(roots !== undefined && { roots }) };
}

const [queue, job] = queueKinds();
const [messages, inbox] = messagesKinds();
const [workflow, ...doers] = planKinds();

const order = fc.record(
  {
    name: name,
    priority: fc.constantFrom("LOW", "HIGH"),
    scheduledAt: fc.constant(1_700_000_001_000),
    key: name,
  },
  { requiredKeys: ["name"] },
);

const done = (output: unknown): fc.Arbitrary<Answer> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant({ output }) },
    { weight: 1, arbitrary: fc.constant({ error: new Error("no") }) },
  );

const plan = Plan.parse({
  name: "p",
  agents: { worker: { run: ["true"] } },
  tasks: [
    { id: "a", agent: "worker", acceptance: [{ cmd: "true" }], maxRetries: 1 },
    { id: "b", agent: "worker", approval: ["before"] },
    { id: "c", agent: "worker", dependsOn: ["a", "b"] },
  ],
});

export const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  budget: builtIn(budgetKind, {
    input: { run: "1", limits: { calls: 4, agents: { a: { calls: 2 } } } },
    events: fc.oneof(
      said("RESERVE", {
        id: name,
        agent: name,
        to: fc.constant("feedback/1"),
        most: spent,
        leaseMs: ms,
      }),
      said("SETTLE", { id: name, spent }),
    ),
    beside: [feedbackKind],
  }),
  feedback: builtIn(feedbackKind, {
    input: { run: "1" },
    events: said(
      "GIVE",
      { task: name, rating: fc.integer({ min: 1, max: 5 }) },
      { attempt: fc.integer({ min: 1, max: 2 }) },
    ),
  }),
  memory: builtIn(memoryKind, {
    input: { name: "1" },
    events: fc.oneof(
      said("PUT", { key: name, value: fc.jsonValue() }, { ttlMs: ms }),
      said("DELETE", { key: name }),
    ),
  }),
  context: builtIn(
    contextKind,
    {
      input: { run: "1" },
      events: fc.oneof(
        said(
          "SET",
          { key: name, value: fc.nat(), by: name },
          { expected: fc.nat(2), fence: fc.integer({ min: 1, max: 3 }) },
        ),
        said("DELETE", { key: name, by: name }),
        said("ACQUIRE", { key: name, owner: name }, { ttlMs: ms, waitMs: ms }),
        said("RELEASE", { key: name, owner: name, fence: fc.integer({ min: 1, max: 3 }) }),
        said("LEAVE", { key: name, owner: name }),
        said("UNLOCK", { key: name, by: name }),
      ),
      beside: messagesKinds(),
    },
    1,
  ),
  messages: builtIn(
    messages,
    {
      input: { run: "1", agents: ["a", "b"] },
      events: fc.oneof(
        said("JOIN", { agent: name }),
        said("LEAVE", { agent: name }),
        said("SUBSCRIBE", { agent: name, types: fc.constant(["request"]) }),
        said("SEND", {
          from: name,
          to: fc.constantFrom(["a"], ["a", "b"], "everyone", "subscribers"),
          message: fc.constant("request"),
          payload: fc.nat(),
        }),
        said("HANDOFF", { from: name, to: name, result: fc.nat() }),
      ),
      beside: [inbox, contextKind],
    },
    1,
  ),
  queue: builtIn(
    queue,
    {
      input: { name: "1", settings: { leaseMs: 500, rate: { jobs: 5 } } },
      events: fc.oneof(
        said("ADD", { jobs: fc.array(order, { minLength: 1, maxLength: 3 }) }),
        said("CANCEL", { job: fc.constantFrom("1", "2") }),
        said("RETRY", { job: fc.constantFrom("1", "2") }),
        said("PAUSE"),
        said("RESUME"),
        said("JOIN", { worker: name, slots: fc.nat(2) }),
        said("HEARTBEAT", { worker: name, jobs: fc.constant([]) }),
        said("REPORT", {
          worker: name,
          ended: fc.array(
            fc.record({ job: fc.constantFrom("1", "2"), lease: fc.integer({ min: 1, max: 2 }) }),
            { minLength: 1, maxLength: 2 },
          ),
        }),
        said("LEAVE", { worker: name }),
      ),
      beside: [job],
    },
    1,
  ),
  workflow: builtIn(
    workflow,
    {
      input: { run: "1", folder: "/f", artifacts: "/f/out", plan },
      events: fc.oneof(
        said("PAUSE", {}, { hard: fc.boolean() }),
        said("RESUME"),
        said("APPROVE", { gate: fc.constantFrom("b", "task:b") }),
        said("CANCEL", {}, { task: name }),
        said("CHECKPOINT", { name }),
      ),
      beside: doers,
      answers: {
        agent: done({ summary: "done", durationMs: 1 }),
        command: done({ exitCode: 0, output: "", durationMs: 1 }),
        checks: done({ missing: [], tests: [{ cmd: "true", exitCode: 0, durationMs: 1, output: "" }] }),
        advise: done({ patterns: [] }),
        report: done({ files: [] }),
        keep: done({ kept: [] }),
      },
    },
    1,
  ),
};
