/**
 * The simulated world of workflows: agents, checks and reports that take virtual time and no
 * process. What an agent answers follows from its name and its work package alone, so that an
 * attempt which a crash repeats ends as the one before it would have.
 *
 * The world notes each effect under its idempotency key, as a service would that does what it
 * is asked once per key.
 */
import { activity, type ActivityContext } from "../../src/actors/activity.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { TroupeError } from "../../src/errors.ts";
import { TaskCommand, TaskInput, WorkflowCommand, WorkflowInput } from "../../src/events/commands.ts";
import type { CommandInput, CommandResult } from "../../src/events/command-result.ts";
import type {
  CheckInput,
  CheckResult,
  KeepInput,
  ReportInput,
  WorkPackage,
  WorkResult,
} from "../../src/events/work.ts";
import { BudgetInput, BudgetMessage } from "../../src/events/agent/budget.ts";
import type { HealingAnswer, HealingQuestion } from "../../src/events/healing.ts";
import { AgentCommand, AgentInput } from "../../src/events/agent/work.ts";
import { agentMachine } from "../../src/machines/agent/agent.ts";
import { budgetMachine } from "../../src/machines/budget/budget.ts";
import { taskMachine } from "../../src/machines/task/task.ts";
import { workflowMachine } from "../../src/machines/workflow/workflow.ts";
import { sharedOutside, type Fate, type SharedOutside } from "../../src/testing/outside.ts";
import { simulatedSources } from "./workflows-actors.ts";
import { AGENTS, type Answer } from "./workflows-agents.ts";

/** What was done to the world in one history: what each idempotency key stood for. */
export interface Effects {
  /** By key: `PURPOSE TASK#ATTEMPT`. */
  readonly begun: Map<string, string>;
  /** Keys of debug work that came to its end, by the task that it mends. */
  readonly mended: Map<string, Set<string>>;
}

export interface WorkflowOutside extends SharedOutside {
  /** Of the history that runs, or ran last. */
  readonly effects: Effects;
}

export function workflowOutside(): WorkflowOutside {
  const shared = sharedOutside();
  const effects: Effects = { begun: new Map(), mended: new Map() };
  return {
    ...shared,
    effects,
    enter(world) {
      effects.begun.clear();
      effects.mended.clear();
      shared.enter(world);
    },
  };
}

type Asked<TInput> = ActivityContext & { readonly input: TInput };

export function workflowKinds(outside: WorkflowOutside) {
  const { effects } = outside;

  /** Does it, and says so under the name that tells which effect of the run it is. */
  async function done<T extends object>(
    context: ActivityContext,
    name: string,
    how: Answer,
    answer: () => T,
  ) {
    effects.begun.set(context.idempotencyKey, name);
    const fate: Fate = how.fails === undefined ? (how.hangs === true ? "hangs" : "works") : "fails";
    try {
      const fence = await outside.work(context, { workMs: how.ms ?? 10, fates: [fate] });
      return { ...answer(), ...fence };
    } catch (error) {
      if (context.signal.aborted || how.fails === undefined) throw error;
      throw new TroupeError("COMMAND_FAILED", how.fails, { hint: "It was planned." });
    }
  }

  const agent = activity<WorkPackage, WorkResult>(
    (context: Asked<WorkPackage>) => {
      const { input } = context;
      const how = AGENTS[input.agent ?? ""]?.(input) ?? { fails: `no agent "${input.agent}"` };
      return done(context, `${input.purpose} ${input.task}#${input.attempt}`, how, () => {
        if (input.branch !== undefined) mend(input.task, context.idempotencyKey);
        const { summary = `${input.task} is done`, data } = how;
        return { summary, durationMs: how.ms ?? 10, ...(data !== undefined && { data }) };
      });
    },
    { timeoutMs: ({ timeoutMs }) => timeoutMs },
  );

  /** A branch todo's id starts with the id of the task that it mends. */
  function mend(branch: string, key: string): void {
    const task = branch.replace(/(_branch_\d+)+$/, "");
    effects.mended.set(task, (effects.mended.get(task) ?? new Set()).add(key));
  }

  const advise = activity<HealingQuestion, HealingAnswer>((context: Asked<HealingQuestion>) =>
    done(context, `advise ${context.input.subject}`, { ms: 5 }, () => ({ patterns: [] })),
  );

  const checks = activity<CheckInput, CheckResult>((context: Asked<CheckInput>) => {
    const { env, tests, paths } = context.input;
    const { TROUPE_TASK: task = "", TROUPE_ATTEMPT: attempt = "1" } = env;
    return done(context, `checks ${task}#${attempt}`, { ms: 5 }, () => ({
      missing: paths.flatMap(({ path }) =>
        path.includes("/late-") && Number(attempt) < 2 ? [path] : [],
      ),
      tests: tests.map(({ argv }) => testOf(argv.at(-1) ?? "", task, Number(attempt))),
    }));
  });

  /** `after 2 branches` and `attempt 3` say from when on a test passes. */
  function testOf(cmd: string, task: string, attempt: number): CheckResult["tests"][number] {
    const [, what, number] = /(after|attempt) (\d+)/.exec(cmd) ?? [];
    const reached = what === "after" ? (effects.mended.get(task)?.size ?? 0) : attempt;
    const good = what === undefined || reached >= Number(number);
    return { cmd, exitCode: good ? 0 : 1, durationMs: 5, output: good ? "" : "AssertionError: RSI" };
  }

  const actors = {
    agent,
    advise,
    checks,
    command: activity<CommandInput, CommandResult>(() => Promise.reject(new Error("no commands here"))),
  };
  const actor = agentMachine.provide({ actors: simulatedSources(done) });
  const machine = taskMachine.provide({ actors: { ...actors, actor } });
  return [
    defineKind({
      kind: "workflow",
      version: "1",
      machine: workflowMachine.provide({
        actors: {
          task: machine,
          report: activity<ReportInput, { files: string[] }>((context) =>
            done(context, "report", { ms: 5 }, () => ({ files: ["report.md"] })),
          ),
          keep: activity<KeepInput, { kept: string[] }>((context: Asked<KeepInput>) =>
            done(context, `keep ${context.input.name}`, { ms: 5 }, () => ({ kept: [] })),
          ),
        },
      }),
      events: WorkflowCommand,
      input: WorkflowInput,
    }),
    defineKind({ kind: "task", version: "1", machine, events: TaskCommand, input: TaskInput }),
    defineKind({
      kind: "agent",
      version: "1",
      machine: actor,
      events: AgentCommand,
      input: AgentInput,
      leadingFacts: ["agent.failed", "agent.completed"],
    }),
    defineKind({
      kind: "budget",
      version: "1",
      machine: budgetMachine,
      events: BudgetMessage,
      input: BudgetInput,
    }),
  ] as const;
}
