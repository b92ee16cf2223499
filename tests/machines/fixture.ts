/** Plans and a stand-in for the outside world, for tests of the machines under plain XState. */
import { createActor, fromPromise, SimulatedClock } from "xstate";
import type { CommandInput, CommandResult } from "../../src/events/command-result.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import { taskMachine } from "../../src/machines/task.ts";
import { workflowMachine } from "../../src/machines/workflow.ts";

/** A command that somebody waits for. */
export interface Open {
  readonly task: string;
  readonly input: CommandInput;
  readonly signal: AbortSignal;
  end(result?: Partial<CommandResult>): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** Commands end when the test says so. */
export class World {
  readonly clock = new SimulatedClock();
  readonly open: Open[] = [];
  /** Every command begun, as `task#attempt`. */
  readonly begun: string[] = [];

  readonly command = fromPromise<CommandResult, CommandInput>(({ input, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
    const task = input.env["TROUPE_TASK"] ?? "";
    this.begun.push(`${task}#${input.env["TROUPE_ATTEMPT"]}`);
    const close = async (): Promise<void> => {
      this.open.splice(this.open.indexOf(entry), 1);
      await settled();
    };
    const entry: Open = {
      task,
      input,
      signal,
      end: (result = {}) => {
        resolve({ ...GOOD, ...result });
        return close();
      },
      fail: (error) => {
        reject(error);
        return close();
      },
    };
    this.open.push(entry);
    return promise;
  });

  task(rest: object = {}) {
    const plan = planOf([{ id: "t1", run: ["true"], ...rest }]);
    const machine = taskMachine.provide({ actors: { command: this.command } });
    const [task] = plan.tasks;
    if (task === undefined) throw new Error("no task");
    return createActor(machine, {
      clock: this.clock,
      input: { ...PLACE, task, env: { FROM: "plan", BOTH: "plan" }, passEnv: [] },
    });
  }

  workflow(plan: Plan) {
    const task = taskMachine.provide({ actors: { command: this.command } });
    return createActor(workflowMachine.provide({ actors: { task } }), {
      clock: this.clock,
      input: { ...PLACE, plan },
    });
  }

  find(task: string): Open {
    const found = this.open.find((entry) => entry.task === task);
    if (found === undefined) throw new Error(`no command of "${task}" is open`);
    return found;
  }
}

const PLACE = { run: "r1", folder: "/plans/here", artifacts: "/plans/here/out" };

export const GOOD: CommandResult = {
  exitCode: 0,
  stdout: "",
  stderr: "",
  stdoutBytes: 0,
  stderrBytes: 0,
  truncated: false,
  durationMs: 5,
};

export function planOf(tasks: readonly object[], rest: object = {}): Plan {
  return Plan.parse({ name: "demo", tasks, ...rest });
}

/** Lets promises settle, and all that follows from them. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** All that an actor emits, as `type` or `type key=value`. */
export function factsOf(actor: {
  on(type: "*", handler: (fact: unknown) => void): unknown;
}): unknown[] {
  const facts: unknown[] = [];
  actor.on("*", (fact) => facts.push(fact));
  return facts;
}
