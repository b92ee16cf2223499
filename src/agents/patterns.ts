/**
 * The patterns for code: each factory makes a machine of functions, as a plan's file makes one
 * of commands.
 *
 * - `machine` is an XState machine like any other: run it on a host under a kind of your own,
 *   or with `createActor`. `plan` and `agents` are what it is made of: hosts that run plans
 *   take them as `planKinds({ agents: { ...research.agents } })`, and then every tool for runs
 *   (`troupe ls`, `show`, `watch`, reports) knows it.
 * - The plan rides in the input, so it is in the log: changing the code changes no open run's plan.
 */
import { resolve } from "node:path";
import type { z } from "zod";
import { TroupeError } from "../errors.ts";
import type { WorkflowInput } from "../events/commands.ts";
import { Plan } from "../events/plan/plan.ts";
import type { PlanTask } from "../events/plan/task.ts";
import { placeText } from "../events/plan/fault.ts";
import { faultsOf } from "../events/plan/faults.ts";
import type { AgentFunction, Agents } from "./agent.ts";
import { closedMachines, type WorkflowKind } from "./plan-kinds.ts";

/** One step of a pattern: a function, or a function and what a task of a plan may say. */
export type Step = AgentFunction | StepOptions;

export interface StepOptions extends Omit<
  z.input<typeof PlanTask>,
  "id" | "agent" | "run" | "gate" | "compensate" | "acceptance" | "failureRouting"
> {
  readonly work: AgentFunction;
  /** Judges the work: its `data` is `{ completeness, accuracy, issues }`, scores 0 to 10. */
  readonly gate?: {
    readonly judge: AgentFunction;
    readonly threshold?: number;
    readonly maxReworks?: number;
  };
  /** Undoes the work (saga). */
  readonly compensate?: AgentFunction;
}

export interface PatternOptions {
  readonly name: string;
  readonly goal?: string;
  /** How many steps run at once. Default 4. */
  readonly concurrency?: number;
}

/** A pattern made of functions. */
export interface PatternMachine {
  readonly plan: Plan;
  /** By the names that the plan uses, which start with its own name. */
  readonly agents: Agents;
  /** The workflow machine with these agents. */
  readonly machine: WorkflowKind["machine"];
  /** The machine's input for one run. */
  input(place: PlaceOptions): WorkflowInput;
}

export interface PlaceOptions {
  /** The run's id: also the root of its address. */
  readonly run: string;
  /** Default: the working directory. */
  readonly folder?: string;
  /** Default: `.troupe/runs/RUN` in that folder. */
  readonly artifacts?: string;
  /** `input` of every step that has none of its own. */
  readonly input?: PlanTask["input"];
}

/** Steps that know nothing of each other, joined by `join`, made one by `aggregate`. */
export function parallel(
  options: PatternOptions & {
    readonly branches: Readonly<Record<string, Step>>;
    /** `all` (default), `any`, `settle` or `quorum:NUMBER`. */
    readonly join?: string;
    /** Default: the branches' outputs one after the other. */
    readonly aggregate?: AgentFunction;
  },
): PatternMachine {
  const { branches, join, aggregate } = options;
  const draft = new PatternDraft(options);
  return draft.finish(branches, {
    pattern: "parallel",
    join,
    aggregate: aggregate && draft.agent("aggregate", aggregate),
  });
}

/** Stages, each behind the one before, with a gate where one is given. */
export function sequential(
  options: PatternOptions & { readonly stages: Readonly<Record<string, Step>> },
): PatternMachine {
  return new PatternDraft(options).finish(options.stages, { pattern: "sequential" });
}

/** Steps with `when`: each runs only if that is true of those that it depends on. */
export function conditional(
  options: PatternOptions & { readonly steps: Readonly<Record<string, Step>> },
): PatternMachine {
  return new PatternDraft(options).finish(options.steps, { pattern: "conditional" });
}

/** Spokes, and a hub that brings them together, sends some back, and writes the result. */
export function hub(
  options: PatternOptions & {
    readonly spokes: Readonly<Record<string, Step>>;
    /** Asked to `synthesize` and to `integrate`: see `work.purpose`. */
    readonly hub: AgentFunction;
    /** At most 3, the default. */
    readonly maxCycles?: number;
    /** When the spokes count as joined. Default `all`. */
    readonly join?: string;
  },
): PatternMachine {
  const { spokes, hub: center, maxCycles, join } = options;
  const draft = new PatternDraft(options);
  const field = { ...draft.agent("hub", center), ...(maxCycles !== undefined && { maxCycles }) };
  return draft.finish(spokes, { pattern: "hub", join, hub: field });
}

/** A generator that is asked for further tasks until it has none; `agents` are whom they may name. */
export function dynamic(
  options: PatternOptions & {
    readonly generate: AgentFunction;
    readonly agents: Agents;
    readonly steps?: Readonly<Record<string, Step>>;
  },
): PatternMachine {
  const draft = new PatternDraft(options, options.agents);
  const generate = draft.agent("generate", options.generate);
  return draft.finish(options.steps ?? {}, { pattern: "dynamic", generate });
}

/** Steps of which those that are done are undone, in reverse order, if one fails. */
export function saga(
  options: PatternOptions & { readonly steps: Readonly<Record<string, Step>> },
): PatternMachine {
  return new PatternDraft(options).finish(options.steps, { pattern: "saga" });
}

/** A pattern while it is put together: its functions become agents, under names of its own. */
class PatternDraft {
  readonly #options: PatternOptions;
  readonly #agents: Record<string, AgentFunction>;

  constructor(options: PatternOptions, shared: Agents = {}) {
    this.#options = options;
    this.#agents = { ...shared };
  }

  agent(role: string, work: AgentFunction): { readonly agent: string } {
    const agent = `${this.#options.name.replaceAll(/[^A-Za-z0-9_-]+/g, "-")}-${role}`;
    this.#agents[agent] = work;
    return { agent };
  }

  finish(steps: Readonly<Record<string, Step>>, fields: object): PatternMachine {
    const { name, goal, concurrency } = this.#options;
    const tasks = Object.entries(steps).map(([id, step]) => this.#task(id, step));
    const all = Object.entries({ name, goal, concurrency, ...fields, tasks });
    const given = Object.fromEntries(all.filter(([, value]) => value !== undefined));
    const agents = this.#agents;
    const plan = checkedPlan(given, { name, agents: Object.keys(agents) });
    const { workflow } = closedMachines({ agents });
    return { plan, agents, machine: workflow, input: (place) => inputOf(plan, place) };
  }

  #task(id: string, step: Step): object {
    if (typeof step === "function") return { id, ...this.agent(id, step) };
    const { work, gate, compensate, ...rest } = step;
    const { judge, ...limits } = gate ?? {};
    return {
      ...rest,
      id,
      ...this.agent(id, work),
      ...(judge && { gate: { ...limits, ...this.agent(`${id}-gate`, judge) } }),
      ...(compensate && { compensate: this.agent(`${id}-compensate`, compensate) }),
    };
  }
}

/** @throws {@link TroupeError} `PLAN_INVALID` with every fault. */
function checkedPlan(
  value: object,
  { name, agents }: { readonly name: string; readonly agents: readonly string[] },
): Plan {
  const faults = faultsOf(value, { agents });
  if (faults.length === 0) return Plan.parse(value);
  const listed = faults.map(({ path, message }) => `\n  ${placeText(path)}: ${message}`);
  throw new TroupeError("PLAN_INVALID", `the pattern "${name}" is faulty:${listed.join("")}`, {
    hint: "Correct what is named above; nothing was started.",
    data: { name, faults: faults.map(({ path, message }) => ({ path: placeText(path), message })) },
  });
}

function inputOf(plan: Plan, { run, folder = ".", artifacts, input }: PlaceOptions): WorkflowInput {
  const place = resolve(folder);
  return {
    run,
    folder: place,
    artifacts: resolve(place, artifacts ?? `.troupe/runs/${run}`),
    plan: { ...plan, tasks: plan.tasks.map((task) => withInput(task, input)) },
  };
}

function withInput(task: PlanTask, input: PlanTask["input"]): PlanTask {
  return input === undefined || task.input !== undefined ? task : { ...task, input };
}
