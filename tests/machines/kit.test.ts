/** Troupe's own machines, held to the laws that users hold theirs to, with the public kit. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arbitraryOf,
  eventsOf,
  isPure,
  noStuckState,
  snapshotRoundTrip,
  upcastsEveryVersion,
} from "troupe/testing";
import type { AnyKind } from "../../src/actors/kind.ts";
import { hostKinds } from "../../src/agents/host-kinds.ts";
import { BudgetReply } from "../../src/events/agent/budget.ts";
import { AgentOutcome, Brief, Delivered, Summary, ToolResult } from "../../src/events/agent/work.ts";
import { ChatAnswer } from "../../src/events/chat/message.ts";
import { CommandResult } from "../../src/events/command-result.ts";
import { TaskOutcome } from "../../src/events/facts/task.ts";
import { HealingAnswer } from "../../src/events/healing.ts";
import { Received } from "../../src/events/messages/inbox.ts";
import { JobMessage } from "../../src/events/queue/job.ts";
import { Schedule } from "../../src/events/queue/schedule.ts";
import { CheckResult, WorkResult } from "../../src/events/work.ts";
import type { Answer, Subject } from "../../src/testing/index.ts";
import { PLACE } from "./fixture.ts";
import { plans } from "./shapes.ts";
import { z } from "zod";

const kinds = new Map<string, AnyKind>(hostKinds().map((kind) => [kind.kind, kind]));

/** It comes to anything that its schema allows, or fails. */
function ends(schema: z.ZodType): fc.Arbitrary<Answer> {
  const done = arbitraryOf(schema).map((made) => ({ output: schema.parse(made) }));
  return fc.oneof(done, fc.constant({ error: new Error("it failed") }));
}

const SCHEDULES = fc.constantFrom(
  { at: 1_700_000_060_000 },
  { everyMs: 60_000 },
  { cron: "*/5 * * * *", timeZone: "Europe/Berlin" },
);
const commands = { run: "x" };
const PLAIN = [
  commands,
  { ...commands, maxRetries: 1 },
  { ...commands, approval: ["before", "after"] },
  { ...commands, acceptance: [{ cmd: "t" }] },
];

/** What the report of a run was written to. */
const Files = z.strictObject({ files: z.array(z.string()) });
/** What was copied for the next. */
const Kept = z.strictObject({ kept: z.array(z.string()) });

type World = Omit<Subject, "kind">;
interface Case {
  readonly world?: (kind: AnyKind) => World;
  /** States in which it may stand for ever, and why. */
  readonly except?: Readonly<Record<string, string>>;
}

const CASES: Readonly<Record<string, Case>> = {
  workflow: {
    world: (kind) => ({
      input: plans(["graph", "conditional", "sequential", "parallel", "saga"], ["all"], PLAIN)
        .map((plan) => ({ ...PLACE, plan }))
        .filter((input) => kind.input?.safeParse(input).success === true),
      answers: { task: ends(TaskOutcome), report: ends(Files), keep: ends(Kept) },
    }),
  },
  task: {
    world: () => ({
      answers: {
        command: ends(CommandResult),
        agent: ends(WorkResult),
        actor: ends(AgentOutcome),
        checks: ends(CheckResult),
        advise: ends(HealingAnswer),
      },
    }),
  },
  agent: {
    world: () => ({
      answers: {
        brief: ends(Brief),
        turn: ends(ChatAnswer),
        tool: ends(ToolResult),
        deliver: ends(Delivered),
        summary: ends(Summary),
      },
      messages: arbitraryOf(BudgetReply),
    }),
  },
  budget: {},
  messages: {},
  inbox: { world: () => ({ messages: arbitraryOf(Received) as fc.Arbitrary<{ type: string }> }) },
  context: {},
  queue: {
    world: (kind) => ({
      events: eventsOf(kind, { override: [[Schedule, SCHEDULES]] }),
    }),
  },
  job: { world: () => ({ messages: arbitraryOf(JobMessage) }) },
  memory: {},
  feedback: {},
  telemetry: {
    world: () => ({
      input: fc.constant({
        lines: [{ timestamp: "2026-01-01T00:00:00Z", agent_name: "a", duration_ms: 3, success: true }],
      }),
    }),
  },
};

describe("the machines of Troupe", () => {
  it("are all here", () => expect(Object.keys(CASES)).toEqual([...kinds.keys()]));

  describe.each(Object.entries(CASES))("%s", (name, { world, except = {} }) => {
    const kind = kinds.get(name);
    if (kind === undefined) throw new Error(`there is no kind "${name}"`);
    const subject: Subject = { kind, ...world?.(kind) };
    const few = { runs: 6, length: 12 };

    it("is pure", () => expect(isPure(subject, few)).resolves.toBeUndefined());
    it("survives snapshots", () => expect(snapshotRoundTrip(subject, few)).resolves.toBeUndefined());
    it("takes over what earlier versions recorded", async () => {
      const said = await upcastsEveryVersion(subject, few).then(
        () => "it holds",
        (error: unknown) => String(error).split("\n")[0],
      );
      const none = `TroupeError: kind "${name}" has no earlier version, so nothing would be tested`;
      expect(said).toBe(kind.previous === undefined ? none : "it holds");
    });
    it("is never stuck", () => {
      const law = noStuckState(subject, { ...few, limit: 4, except: Object.keys(except) });
      return expect(law).resolves.toBeUndefined();
    });
  });
});
