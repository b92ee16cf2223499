/**
 * Compensations that are functions of one execution (S4-027): the plan names one agent for all
 * of them, and that asks the handler of the task.
 */
import { TroupeError } from "../errors.ts";
import { entryOf } from "../events/entry.ts";
import { nearest } from "../events/nearest.ts";
import type { Plan } from "../events/plan/plan.ts";
import type { z } from "zod";
import type { AgentFunction, Work } from "./agent.ts";
import { orAborted } from "./awaited.ts";

/** The agent that plans name. */
export const COMPENSATION = "compensation";

/** By task id: undoes what the task did; `work.delivered` is what it delivered. */
export type SagaHandlers = Readonly<Record<string, AgentFunction>>;

type PlanInput = z.input<typeof Plan>;

export interface Sagas {
  readonly agent: AgentFunction;
  /** While it is not disposed, the run's compensations find their handlers. */
  attach(run: string, handlers: SagaHandlers): Disposable;
  /** @throws {@link TroupeError} `PLAN_INVALID` for a handler of no task, or a plan of another pattern. */
  shape(plan: PlanInput, handlers: SagaHandlers): PlanInput;
}

export function sagaHandlers(): Sagas {
  const byRun = new Map<string, SagaHandlers>();
  const waiting = new Set<() => void>();
  /** Handlers live in a process: one that has gone on with the run without them waits for them. */
  const handlerOf = async ({ run, task, signal, log }: Work): Promise<AgentFunction> => {
    const undone = task.replace(/_compensation$/, "");
    for (;;) {
      const handler = entryOf(byRun.get(run) ?? {}, undone);
      if (handler !== undefined) return handler;
      log(
        `nobody is there to undo task "${undone}" of "${run}": call executeWithSaga again with the same id`,
      );
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add(resolve);
      await orAborted(promise, signal).finally(() => waiting.delete(resolve));
    }
  };
  return {
    agent: async (work) => (await handlerOf(work))(work),
    attach(run, handlers) {
      byRun.set(run, handlers);
      for (const look of waiting) look();
      return { [Symbol.dispose]: () => void byRun.delete(run) };
    },
    shape(plan, handlers) {
      assertFits(plan, handlers);
      const tasks = (plan.tasks ?? []).map((task) =>
        Object.hasOwn(handlers, task.id) ? { ...task, compensate: { agent: COMPENSATION } } : task,
      );
      return { ...plan, pattern: "saga", tasks };
    },
  };
}

function assertFits({ pattern = "saga", tasks = [] }: PlanInput, handlers: SagaHandlers): void {
  if (pattern !== "saga" && pattern !== "graph")
    throw new TroupeError("PLAN_INVALID", `a plan of pattern ${pattern} cannot run as a saga`, {
      hint: "Leave its pattern out, or run it with execute.",
    });
  const ids = tasks.map(({ id }) => id);
  const stray = Object.keys(handlers).find((id) => !ids.includes(id));
  if (stray === undefined) return;
  const near = nearest(stray, ids);
  throw new TroupeError(
    "PLAN_INVALID",
    `there is a handler for "${stray}", which is no task of the plan`,
    {
      hint: near === undefined ? `Name one of ${ids.join(", ")}.` : `Did you mean "${near}"?`,
      data: { handler: stray, tasks: ids },
    },
  );
}
