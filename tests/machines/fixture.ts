/** Plans and a stand-in for the outside world, for tests of the machines under plain XState. */
import {
  Actor,
  createActor,
  fromPromise,
  fromTransition,
  SimulatedClock,
  type AnyActorRef,
  type InspectionEvent,
} from "xstate";
import type { CommandInput, CommandResult } from "../../src/events/command-result.ts";
import { TaskInput, type WorkflowInput } from "../../src/events/commands.ts";
import { TaskFact } from "../../src/events/facts/task.ts";
import { WorkflowFact } from "../../src/events/facts/workflow.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import {
  WorkPackage,
  type CheckInput,
  type CheckResult,
  type KeepInput,
  type ReportInput,
  type WorkResult,
} from "../../src/events/work.ts";
import type { Advice, HealingAnswer, HealingQuestion } from "../../src/events/healing.ts";
import { taskMachine } from "../../src/machines/task/task.ts";
import { workflowMachine } from "../../src/machines/workflow/workflow.ts";
import { Work, type What } from "./work.ts";

export const PLACE = { run: "r1", folder: "/plans/here", artifacts: "/plans/here/out" };

/** Work ends when the test says so, and time passes when the test says so. */
export class World {
  readonly clock = new SimulatedClock();
  /** All that somebody waits for; what is stopped goes out by itself. */
  readonly open: Work[] = [];
  /** What was stopped before it ended. */
  readonly stopped: Work[] = [];
  /** Every piece of work begun, as `task#attempt`, and `task:purpose#attempt` where it is not the work. */
  readonly begun: string[] = [];
  /** What the tasks said, by task id; of a task that started again, behind what it said before. */
  readonly said = new Map<string, TaskFact[]>();
  /** What a task of its own told the workflow that it thinks it has. */
  readonly told: { readonly type: string }[] = [];
  /** How often each task's actor was started. */
  readonly starts = new Map<string, number>();

  readonly #command = fromPromise<CommandResult, CommandInput>(({ input, signal }) => {
    const task = input.env["TROUPE_TASK"] ?? "";
    const { purpose = "work" } = input.package ?? {};
    const attempt = Number(input.env["TROUPE_ATTEMPT"]);
    return this.#begin<CommandResult>({ what: "command", task, purpose, attempt, input, signal });
  });
  readonly #agent = fromPromise<WorkResult, WorkPackage>(({ input, signal }) => {
    const { task, purpose, attempt } = WorkPackage.parse(input);
    return this.#begin<WorkResult>({ what: "agent", task, purpose, attempt, input, signal });
  });
  readonly #checks = fromPromise<CheckResult, CheckInput>(({ input, signal }) => {
    const task = input.env["TROUPE_TASK"] ?? "";
    const attempt = Number(input.env["TROUPE_ATTEMPT"]);
    return this.#begin<CheckResult>({
      what: "checks",
      task,
      purpose: "checks",
      attempt,
      input,
      signal,
    });
  });
  readonly #report = fromPromise<{ files: string[] }, ReportInput>(({ input, signal }) =>
    this.#begin({ what: "report", task: "", purpose: "report", attempt: 1, input, signal }),
  );
  readonly #keep = fromPromise<{ kept: string[] }, KeepInput>(({ input, signal }) =>
    this.#begin({ what: "keep", task: input.name, purpose: "keep", attempt: 1, input, signal }),
  );

  /** What tasks are advised that heal themselves. */
  advice: () => Promise<readonly Advice[]> = async () => [];

  get taskMachine() {
    const advise = fromPromise<HealingAnswer, HealingQuestion>(async () => ({
      patterns: await this.advice(),
    }));
    const actors = { command: this.#command, agent: this.#agent, checks: this.#checks, advise };
    return taskMachine.provide({ actors });
  }

  get workflowMachine() {
    return workflowMachine.provide({
      actors: { task: this.taskMachine, report: this.#report, keep: this.#keep },
    });
  }

  /** A task of its own, not started. */
  task(rest: object = {}, given: Partial<TaskInput> = {}) {
    const input = taskInputOf(rest, given);
    const told = fromTransition((_, event) => void this.told.push(event), undefined);
    const parent = createActor(told, { clock: this.clock, inspect: this.#watch });
    parent.start();
    return createActor(this.taskMachine, { input, parent });
  }

  /** A run, not started. */
  workflow(plan: Plan, given: Partial<WorkflowInput> = {}) {
    const input = { ...PLACE, plan, ...given };
    return createActor(this.workflowMachine, { clock: this.clock, input, inspect: this.#watch });
  }

  /** The open work of a task; with `purpose`, that for it. */
  find(task: string, purpose?: string): Work {
    const found = this.open.find(
      (work) => work.task === task && (purpose ?? work.purpose) === work.purpose,
    );
    if (found === undefined) throw new Error(`nothing of "${task}" is open: ${this.names().join()}`);
    return found;
  }

  /** What is open, as `task`, and `task:purpose` where it is not the work. */
  names(): readonly string[] {
    return this.open.map(nameOf);
  }

  /** Ends all that opens, each as `answer` says, until nothing is open. */
  async finish(answer: (work: Work) => unknown = () => undefined): Promise<void> {
    for (let work = this.open[0]; work !== undefined; work = this.open[0]) {
      await work.end(answer(work));
      if (this.begun.length > 10_000) throw new Error("it never ends");
    }
  }

  #begin<T>(of: Omit<ConstructorParameters<typeof Work>[0], "close"> & { what: What }): Promise<T> {
    const work = new Work({
      ...of,
      close: (stopped) => {
        const at = this.open.indexOf(work);
        if (at === -1) return false;
        this.open.splice(at, 1);
        if (stopped) this.stopped.push(work);
        return true;
      },
    });
    this.open.push(work);
    this.begun.push(`${nameOf(work)}#${work.attempt}`);
    return work.promise as Promise<T>; // the test answers what the source promises
  }

  /** Every fact must be one that the schemas know. */
  #watch = (event: InspectionEvent): void => {
    if (event.type !== "@xstate.actor") return;
    const { actorRef } = event;
    if (!(actorRef instanceof Actor) || actorRef.src !== "task") return;
    const task: AnyActorRef = actorRef;
    this.starts.set(task.id, (this.starts.get(task.id) ?? 0) + 1);
    const facts = this.said.get(task.id) ?? [];
    this.said.set(task.id, facts);
    task.on("*", (fact) => facts.push(TaskFact.parse(fact)));
  };
}

/** A task that has been started on its own, with what it said. */
export function startedTask(rest: object = {}, given: Partial<TaskInput> = {}) {
  const world = new World();
  const task = world.task(rest, given);
  const facts: TaskFact[] = [];
  task.on("*", (fact) => facts.push(TaskFact.parse(fact)));
  task.start();
  return { world, task, facts, state: () => task.getSnapshot().value };
}

export function factTypes(facts: readonly { readonly type: string }[]): readonly string[] {
  return facts.map(({ type }) => type);
}

/** A run that has begun: out of PENDING, with what it said. */
export function started(plan: Plan, given: Partial<WorkflowInput> = {}) {
  const world = new World();
  const run = world.workflow(plan, given);
  const facts: WorkflowFact[] = [];
  run.on("*", (fact) => facts.push(WorkflowFact.parse(fact)));
  // a run that breaks is found by its status
  run.subscribe({ error: () => undefined });
  run.start();
  world.clock.increment(0);
  return {
    world,
    run,
    facts,
    types: () => factTypes(facts),
    ends: () => endsOf(run.getSnapshot().output?.tasks ?? []),
    can: (event: Parameters<typeof run.send>[0]) => run.getSnapshot().can(event),
  };
}

/** How tasks ended, by id: `STATUS`, or `STATUS by BLOCKER`. */
export function endsOf(
  tasks: readonly {
    readonly id: string;
    readonly status: string;
    readonly blockedBy?: string | undefined;
  }[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    tasks.map(({ id, status, blockedBy }) => [
      id,
      blockedBy === undefined ? status : `${status} by ${blockedBy}`,
    ]),
  );
}

export function planOf(tasks: readonly object[], rest: object = {}): Plan {
  return Plan.parse({ name: "demo", tasks, ...rest });
}

/** What a task is started with; it has a command unless `rest` says otherwise. */
export function taskInputOf(rest: object = {}, given: Partial<TaskInput> = {}): TaskInput {
  const doer = "agent" in rest ? {} : { run: ["true"] };
  const [task] = planOf([{ id: "t1", ...doer, ...rest }]).tasks;
  return TaskInput.parse({
    ...PLACE,
    task,
    doer:
      task?.agent === undefined
        ? { command: { run: task?.run, env: {}, passEnv: [] } }
        : { agent: task.agent },
    ...(task?.gate !== undefined && { judge: { agent: task.gate.agent } }),
    env: { FROM: "plan", BOTH: "plan" },
    passEnv: [],
    needed: [],
    gated: false,
    package: { purpose: "work", reads: [], upstream: {}, stages: [], feedback: [] },
    ...given,
  });
}

/** Lets promises settle, and all that follows from them. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function nameOf({ task, purpose }: Work): string {
  return purpose === "work" ? task : `${task}:${purpose}`;
}
