/**
 * Branch todos: what failed is mended by somebody else (S3-026 to S3-036, T-B1 to T-B3).
 *
 * - A branch todo takes the place of the task that waits for it, so it waits for none itself.
 * - It has passed when its agent says that it is done; whether that is so, the task finds out.
 * - An agent may give it on to another one (S3-020): the next branch todo is that one's. Nobody who
 *   has given it on gets it again, so it does not go round for ever.
 */
import { DebugResult } from "../../events/debug.ts";
import { entryOf } from "../../events/entry.ts";
import type { TaskOutcome } from "../../events/facts/task.ts";
import type { BranchReason } from "../../events/failure.ts";
import { PlanTask } from "../../events/plan/task.ts";
import { textOf } from "../../events/plan/values.ts";
import type { TaskOrder } from "../task/messages.ts";
import { fixIn, mayApply } from "./fixes.ts";
import { behind, graphOf } from "./graph.ts";
import { indexOf, isAlive, type Branch, type BranchAsked, type WorkflowContext } from "./run.ts";
import type { Turn } from "./turn.ts";

/** Who mends what nobody is named for. */
const DEBUGGER = "debugger";

/** Makes a branch todo of a failure, or says why there is none. */
export function openBranch(turn: Turn, asked: BranchAsked): void {
  const { context } = turn;
  if (context.paused !== "no") {
    turn.change({ later: [...context.later, { type: "branch", asked }] });
    return;
  }
  const refusal = refusalOf(context, asked);
  if (refusal !== undefined) return turn.tell(asked.task, { type: "BRANCH_REFUSED", ...refusal });
  const { task, parent, depth } = asked;
  const id = idOf(context, parent);
  const branch: Branch = { task, parent, depth, open: true, asked };
  turn.change({ branches: { ...context.branches, [id]: branch } });
  const todo = branchTask(context, id, branch);
  turn.say({
    type: "branch.opened",
    v: 1,
    data: {
      branch: id,
      parent_id: parent,
      title: todo.title ?? id,
      agent_role: todo.agent ?? DEBUGGER,
      branch_reason: reasonOf(branch),
      debug_instructions: todo.description ?? "",
      is_temporary: true,
      max_debug_attempts: todo.maxRetries + 1,
      depth,
      blocked: idsBehind(context, indexOf(context, task)),
    },
  });
  turn.starts.push(id);
}

function refusalOf(
  context: WorkflowContext,
  { depth, to, had = [] }: BranchAsked,
): { readonly code: string; readonly message: string } | undefined {
  const {
    plan: { limits },
    branches,
  } = context;
  if (depth > limits.depth)
    return {
      code: "MAX_DEPTH_EXCEEDED",
      message: `${limits.depth} branch todos, one of the other, did not mend it`,
    };
  if (Object.keys(branches).length >= limits.branches)
    return {
      code: "BRANCH_LIMIT",
      message: `the run has had all of its ${limits.branches} branch todos`,
    };
  if (to === undefined) return undefined;
  if (had.includes(to))
    return { code: "BRANCH_IN_CIRCLE", message: `"${to}" is to mend it again, who gave it on before` };
  if (!isKnown(context, to))
    return { code: "AGENT_UNKNOWN", message: `"${to}" is to mend it, and nobody is called that` };
  return undefined;
}

/** Whether the host or the plan has an agent; where that is not known, it may have. */
function isKnown({ plan, agents }: WorkflowContext, agent: string): boolean {
  return agents === undefined || agents.includes(agent) || Object.hasOwn(plan.agents, agent);
}

/** A branch todo is over: its task finds out whether it is mended, or somebody else gets it. */
export function endBranch(turn: Turn, id: string, outcome: TaskOutcome): void {
  const branch = entryOf(turn.context.branches, id);
  if (branch?.open !== true) return;
  turn.change({ branches: { ...turn.context.branches, [id]: { ...branch, open: false } } });
  turn.stops.push(id);
  const status = outcome.status === "SKIPPED" ? "CANCELLED" : outcome.status;
  const routed = turn.context.reason === undefined ? routedBy(outcome) : undefined;
  const { target_agent } = routed ?? {};
  const given = target_agent === undefined ? {} : { target_agent };
  turn.say({
    type: "branch.ended",
    v: 1,
    data: { branch: id, parent_id: branch.parent, status, ...given },
  });
  const order = { type: "BRANCH_ENDED", branch: id, passed: status === "COMPLETED" } as const;
  if (!isAlive(turn.context, branch.task)) return;
  tell(turn, branch.task, routed === undefined ? order : nextOf(turn, id, branch, routed));
}

/** At once, or when the run goes on. */
function tell(turn: Turn, task: string, order: TaskOrder | undefined): void {
  const { paused, later } = turn.context;
  if (order === undefined) return;
  if (paused === "no") turn.tell(task, order);
  else turn.change({ later: [...later, { type: "order", task, order }] });
}

/** Somebody else gets it, unasked; or the task is to ask a human first. */
// oxlint-disable-next-line max-params -- the step, the branch todo by its id, and its answer
function nextOf(turn: Turn, id: string, branch: Branch, routed: DebugResult): TaskOrder | undefined {
  const given = givenOn(turn.context, branch, routed);
  const { heal } = turn.context.plan.tasks[indexOf(turn.context, branch.task)] ?? {};
  const fix = heal === undefined ? undefined : fixIn(routed);
  const { task, to = DEBUGGER, had = [], diagnostics } = given;
  const verdict = fix === undefined ? "apply" : mayApply(fix);
  if (fix !== undefined)
    turn.say({ type: "fix.proposed", v: 1, data: { task, branch: id, to, ...fix, verdict } });
  if (verdict === "apply") {
    openBranch(turn, given);
    return undefined;
  }
  const question = `"${to}" is to mend "${task}" (${fix?.kind}): ${routed.fix?.slice(0, FOUND)} Go on?`;
  return { type: "FIX_PROPOSED", branch: id, question, asked: { to, had: [...had], diagnostics } };
}

/** Undefined unless its agent gives it on. */
function routedBy({ status, data }: TaskOutcome): DebugResult | undefined {
  if (status !== "COMPLETED") return undefined;
  const result = DebugResult.safeParse(data).data;
  return result?.status === "routed" ? result : undefined;
}

/** Characters that are passed on of what an agent found. */
const FOUND = 4_000;

function givenOn(context: WorkflowContext, { task, asked }: Branch, found: DebugResult): BranchAsked {
  const { target_agent: to = DEBUGGER, analysis, fix = "" } = found;
  const { failureRouting } = context.plan.tasks[indexOf(context, task)] ?? {};
  const by = asked.to ?? agentOf(failureRouting, asked.reason);
  const said = [`${by} says: ${analysis.slice(0, FOUND)}`, fix.slice(0, FOUND)];
  const diagnostics = [asked.diagnostics, ...said].filter((text) => text !== "").join("\n");
  return { ...asked, to, had: [...(asked.had ?? []), by], diagnostics };
}

/** A branch todo as a task of the plan. */
export function branchTask(context: WorkflowContext, id: string, branch: Branch): PlanTask {
  const parent = context.plan.tasks[indexOf(context, branch.task)];
  const { title = branch.task, failureRouting, maxDebugAttempts = 3 } = parent ?? {};
  const reason = reasonOf(branch);
  return {
    ...PlanTask.parse({ id }),
    ...(parent && likeParent(parent)),
    title: `Debug ${title} - ${reason}`,
    description: instructions(parent, branch),
    agent: branch.asked.to ?? agentOf(failureRouting, branch.asked.reason),
    maxRetries: maxDebugAttempts - 1,
  };
}

/** What a branch todo takes over of the task that it mends. */
function likeParent(task: PlanTask): Partial<PlanTask> {
  const { outputs, timeoutMs, retryDelayMs, maxRetryDelayMs, retryJitter, env, cwd } = task;
  return {
    reads: outputs,
    ...(timeoutMs !== undefined && { timeoutMs }),
    retryDelayMs,
    maxRetryDelayMs,
    retryJitter,
    env,
    ...(cwd !== undefined && { cwd }),
  };
}

function instructions(task: PlanTask | undefined, branch: Branch): string {
  const { failure, diagnostics } = branch.asked;
  const criteria = (task?.acceptance ?? []).map(({ cmd }) => ` - ${textOf(cmd)}`);
  return [
    `"${task?.title ?? branch.task}" failed: ${failure.message}`,
    `Find the cause (${reasonOf(branch)}) and mend it; then it is tested again.`,
    ...(criteria.length === 0 ? [] : ["These must end with exit code 0:", ...criteria]),
    ...(diagnostics === "" ? [] : ["What is known:", diagnostics]),
  ].join("\n");
}

export function reasonOf({ asked }: Branch): BranchReason {
  return asked.reason ?? "test_failure";
}

/** Unknown or unrouted: the debugger (T-B1). */
function agentOf(routing: PlanTask["failureRouting"], reason: BranchReason | undefined): string {
  return routing?.[reason ?? "test_failure"] ?? DEBUGGER;
}

function idOf({ branches }: WorkflowContext, parent: string): string {
  const before = Object.values(branches).filter((branch) => branch.parent === parent).length;
  return `${parent}_branch_${String(before + 1).padStart(2, "0")}`;
}

function idsBehind({ plan }: WorkflowContext, at: number): string[] {
  return behind(graphOf(plan.tasks), at).flatMap((other) => plan.tasks[other]?.id ?? []);
}
