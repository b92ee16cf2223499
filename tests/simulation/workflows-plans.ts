/** Workflows of every pattern, and what people do to them: what the simulation runs. */
import { WorkflowInput, type WorkflowCommand } from "../../src/events/commands.ts";
import type { Json } from "../../src/events/json.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import { ACTORS } from "./workflows-actors.ts";
import type { Act } from "../../src/testing/plan.ts";

export const WORKFLOW = "workflow/r";

/** A run from its start to its end. */
export interface Scenario {
  readonly name: string;
  readonly acts: readonly Act[];
  /** How it must end: `STATUS` of the run, then `task=STATUS` of those that did not complete. */
  readonly ends: string;
}

/** By then all that needs no human is over, faults or not. */
const LATER_MS = 150_000;

/** A scenario's end, what people send once all else is done, and the fields of its plan. */
interface Outline {
  readonly ends: string;
  readonly commands?: readonly WorkflowCommand[];
  /** What humans answer to agents, by the task. */
  readonly answers?: readonly string[];
  readonly [field: string]: unknown;
}

function scenario(name: string, { ends, commands = [], answers = [], ...plan }: Outline): Scenario {
  const input = WorkflowInput.parse({
    run: "r",
    folder: "/plans",
    artifacts: "/plans/out",
    plan: Plan.parse({ name, ...plan }),
    actors: [...ACTORS],
  });
  const start: Act = { waitMs: 0, to: WORKFLOW, start: plainOf(input) };
  // a hard pause starts the agent anew
  const told = answers.flatMap((id) =>
    ["", "~2", "~3", "~4"].map((again, n): Act => {
      const send = { type: "ANSWER", question: "q1", text: "red" };
      return { waitMs: n === 0 ? LATER_MS : 0, id: `a${n}`, to: `agent/r:${id}:work${again}`, send };
    }),
  );
  const asked = commands.map((send, n) => command(send, `c${n}`, LATER_MS));
  return { name, ends, acts: [start, ...told, ...asked] };
}

/** As it stands in a record. */
function plainOf(value: object): Json {
  const plain: Json = JSON.parse(JSON.stringify(value));
  return plain;
}

// oxlint-disable-next-line max-params -- a command, its key, and when
export function command(send: WorkflowCommand, id: string, waitMs: number): Act {
  return { waitMs, id, to: WORKFLOW, send: send as Extract<Act, { send: object }>["send"] }; // a parsed command is JSON
}

function task(id: string, agent: string, rest: object = {}) {
  return { id, agent, ...rest };
}

const branching = (agent: string) => ({ failureRouting: { implementation_bug: agent } });

export const SCENARIOS: readonly Scenario[] = [
  scenario("graph", {
    ends: "FAILED d=FAILED e=SKIPPED",
    tasks: [
      task("a", "works", { acceptance: [{ cmd: "attempt 2" }], maxRetries: 1 }),
      task("b", "stumbles", { maxRetries: 2, priority: "URGENT" }),
      task("c", "says", { dependsOn: ["a", "b"] }),
      task("d", "hangs", { dependsOn: ["a"], timeoutMs: 60_000 }),
      task("e", "works", { dependsOn: ["d"] }),
    ],
    concurrency: 2,
  }),
  scenario("all", {
    pattern: "parallel",
    ends: "COMPLETED",
    tasks: [task("a", "works"), task("b", "stumbles", { maxRetries: 1 }), task("c", "says")],
    aggregate: { agent: "works" },
  }),
  scenario("quorum", {
    pattern: "parallel",
    join: "quorum:2",
    ends: "COMPLETED c=CANCELLED d=FAILED",
    tasks: [task("a", "steady"), task("b", "steady"), task("c", "slow"), task("d", "fails")],
    aggregate: { agent: "says" },
  }),
  scenario("any", {
    pattern: "parallel",
    join: "any",
    ends: "COMPLETED b=CANCELLED c=CANCELLED",
    tasks: [task("a", "works"), task("b", "slow"), task("c", "hangs")],
    aggregate: { agent: "works" },
  }),
  scenario("settle", {
    pattern: "parallel",
    join: "settle",
    ends: "COMPLETED b=FAILED",
    tasks: [task("a", "works"), task("b", "fails"), task("c", "works")],
    aggregate: { agent: "says" },
  }),
  scenario("stages", {
    pattern: "sequential",
    ends: "COMPLETED",
    tasks: [
      task("research", "works", { outputs: ["artifacts/late-1.md"], gate: { agent: "judges" } }),
      task("draft", "works", { gate: { agent: "judges", threshold: 0.9 } }),
      task("review", "says"),
    ],
  }),
  scenario("exhausted gate", {
    pattern: "sequential",
    ends: "COMPLETED",
    commands: [{ type: "APPROVE", gate: "draft:quality", by: "eva" }],
    tasks: [
      task("draft", "works", { gate: { agent: "never-content", maxReworks: 1 } }),
      task("review", "works"),
    ],
  }),
  scenario("conditional", {
    pattern: "conditional",
    ends: "COMPLETED no=SKIPPED",
    tasks: [
      task("ask", "says"),
      task("yes", "works", { dependsOn: ["ask"], when: "tasks.ask.data.yes == true" }),
      task("no", "works", { dependsOn: ["ask"], when: "tasks.ask.data.yes == false" }),
      task("both", "says", { dependsOn: ["yes", "no"], when: "true" }),
    ],
  }),
  scenario("hub to its limit", {
    pattern: "hub",
    ends: "COMPLETED",
    tasks: [task("speed", "works"), task("use", "works")],
    hub: { agent: "iterates" },
  }),
  scenario("hub", {
    pattern: "hub",
    ends: "COMPLETED",
    tasks: [task("speed", "works"), task("use", "works")],
    hub: { agent: "proceeds" },
  }),
  scenario("dynamic", {
    pattern: "dynamic",
    ends: "COMPLETED",
    tasks: [task("first", "works")],
    generate: { agent: "generates" },
  }),
  scenario("saga", {
    pattern: "saga",
    ends: "FAILED d=FAILED e=SKIPPED b_compensation=FAILED",
    tasks: [
      task("a", "works", { compensate: { agent: "undoes" } }),
      task("b", "works", { dependsOn: ["a"], compensate: { agent: "undoes-not" } }),
      task("c", "works", { dependsOn: ["b"], compensate: { agent: "undoes" } }),
      task("d", "fails", { dependsOn: ["c"], compensate: { agent: "undoes" } }),
      task("e", "works", { dependsOn: ["d"] }),
    ],
  }),
  scenario("branch todos", {
    ends: "COMPLETED",
    tasks: [
      task("once", "works", { acceptance: [{ cmd: "after 1 branches" }], ...branching("mends") }),
      task("twice", "works", { acceptance: [{ cmd: "after 2 branches" }], ...branching("works") }),
      task("next", "works", { dependsOn: ["once", "twice"] }),
    ],
  }),
  scenario("escalation", {
    ends: "FAILED hard=FAILED behind=SKIPPED",
    commands: [
      { type: "DENY", gate: "hard:escalation", by: "eva" },
      { type: "APPROVE", gate: "hard:escalation", by: "late" },
    ],
    tasks: [
      task("hard", "works", {
        acceptance: [{ cmd: "after 9 branches" }],
        maxDebugAttempts: 2,
        ...branching("works"),
      }),
      task("behind", "works", { dependsOn: ["hard"] }),
    ],
  }),
  scenario("approvals", {
    ends: "FAILED no=FAILED",
    commands: [
      { type: "APPROVE", gate: "first:before", by: "eva" },
      { type: "DENY", gate: "first:before", by: "late" },
      { type: "APPROVE", gate: "first:after" },
      { type: "DENY", gate: "no:before", comment: "not now" },
    ],
    tasks: [
      task("first", "works", { approval: ["before", "after"] }),
      task("second", "works", { dependsOn: ["first"] }),
      task("no", "works", { approval: ["before"] }),
    ],
  }),
  scenario("checkpoint", {
    ends: "COMPLETED",
    commands: [
      { type: "CHECKPOINT", name: "one" },
      { type: "APPROVE", gate: "b:before" },
    ],
    tasks: [task("a", "works"), task("b", "works", { approval: ["before"], dependsOn: ["a"] })],
  }),
  scenario("restart", {
    pattern: "sequential",
    ends: "COMPLETED",
    commands: [
      { type: "RESTART", from: "b" },
      { type: "APPROVE", gate: "c:before" },
      { type: "APPROVE", gate: "c:before~2" },
    ],
    tasks: [task("a", "works"), task("b", "says"), task("c", "works", { approval: ["before"] })],
  }),
  scenario("agents that are actors", {
    ends: "COMPLETED",
    answers: ["b"],
    budget: { calls: 100, agents: { rambler: { tokens: 100_000 } } },
    tasks: [
      task("a", "thinker"),
      task("b", "asker"),
      task("c", "rambler", { dependsOn: ["a"], timeoutMs: 400_000 }),
    ],
  }),
  scenario("healing", {
    ends: "FAILED never=FAILED",
    tasks: [
      task("other", "fails", { heal: { agents: ["works"] } }),
      task("knowing", "needs-context", { heal: { agents: ["fails"] }, maxRetries: 1 }),
      task("never", "fails", { heal: { delayMs: 5 } }),
      task("both", "works", {
        acceptance: [{ cmd: "after 1 branches" }],
        heal: { tries: 1 },
        ...branching("mends"),
      }),
      task("next", "works", { dependsOn: ["other", "knowing", "both"] }),
    ],
  }),
  scenario("a fix that a human agrees to", {
    ends: "COMPLETED",
    commands: [{ type: "APPROVE", gate: "t:fix", by: "eva" }],
    tasks: [
      task("t", "works", {
        acceptance: [{ cmd: "after 2 branches" }],
        heal: { tries: 1, delayMs: 5 },
        ...branching("gives-on"),
      }),
      task("next", "works", { dependsOn: ["t"] }),
    ],
  }),
];
