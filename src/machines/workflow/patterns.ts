/**
 * What the patterns add to a plan: its shape before anything starts, and further tasks when
 * all so far are over. Pure.
 */
import type { Join, Plan } from "../../events/plan/plan.ts";
import type { z } from "zod";
import type { Board } from "./board.ts";
import { grownByGenerator } from "./patterns/dynamic.ts";
import { grownByHub } from "./patterns/hub.ts";
import { grownByAggregate } from "./patterns/parallel.ts";
import { grownBySaga } from "./patterns/saga.ts";
import { stages } from "./patterns/sequential.ts";
import type { Growth } from "./growth.ts";
import type { RunPlan, WorkflowContext } from "./run.ts";

/** A plan as its run needs it: default outputs, and the order that its pattern implies. */
export function shaped(plan: Plan, run: string): RunPlan {
  switch (plan.pattern) {
    case "parallel":
      return withOutputs(plan, (n) => `artifacts/parallel-${run}-${n}.md`);
    case "hub":
      return withOutputs(plan, (n) => `artifacts/spoke-${n}-${run}.md`);
    case "sequential":
      return { ...plan, tasks: stages(plan.tasks) };
    case "graph":
    case "conditional":
    case "dynamic":
    case "saga":
      return plan;
  }
}

/** What comes next, once all tasks so far are over; undefined: nothing. */
export function grown(context: WorkflowContext): Growth | undefined {
  const { pattern } = context.plan;
  if (pattern === "saga") return grownBySaga(context);
  if (context.reason !== undefined || !wentWell(context)) return undefined;
  if (pattern === "parallel") return grownByAggregate(context);
  if (pattern === "hub") return grownByHub(context);
  return pattern === "dynamic" ? grownByGenerator(context) : undefined;
}

/** Whether the last round counts as joined (T-P2). */
export function wentWell({ plan, board }: Pick<WorkflowContext, "plan" | "board">): boolean {
  const { completed, bad } = board.round;
  const needed = neededFor(policyOf(plan, board), board);
  return needed === "all" ? bad === 0 : completed >= needed;
}

/** Whether enough of a round completed, so that the rest may be called off. */
export function isJoined({ plan, board }: Pick<WorkflowContext, "plan" | "board">): boolean {
  const policy = policyOf(plan, board);
  const needed = neededFor(policy, board);
  return policy !== "settle" && needed !== "all" && board.round.completed >= needed;
}

/** Tasks that a pattern adds are joined as a whole; so are those of patterns that join nothing. */
function policyOf({ pattern, join, tasks }: RunPlan, { round }: Board): z.infer<typeof Join> {
  const joins = pattern === "parallel" || pattern === "hub" || pattern === "dynamic";
  const own = (tasks[round.first]?.added?.purpose ?? "work") === "work";
  return joins && own ? join : "all";
}

function neededFor(policy: z.infer<typeof Join>, { counts, round }: Board): number | "all" {
  if (policy === "all") return "all";
  const wanted = policy.startsWith("quorum:") ? Number(policy.slice("quorum:".length)) : 1;
  return Math.min(wanted, counts.total - round.first);
}

function withOutputs(plan: Plan, nameOf: (n: number) => string): RunPlan {
  return {
    ...plan,
    tasks: plan.tasks.map((task, at) =>
      task.outputs.length > 0 ? task : { ...task, outputs: [nameOf(at + 1)] },
    ),
  };
}
