/**
 * What a task hands to those who work for it: packages, commands, and checks. Pure.
 */
import { resolve } from "node:path";
import type { AgentInput } from "../../events/agent/work.ts";
import type { CheckInput, WorkPackage } from "../../events/work.ts";
import type { CommandInput } from "../../events/command-result.ts";
import type { Assigned, TaskInput } from "../../events/commands.ts";
import { absolutePath } from "../../events/plan/paths.ts";
import { argvOf, textOf, type Run } from "../../events/plan/values.ts";
import type { Attempt } from "./attempt.ts";
import { doerOf } from "./doer.ts";
import { healingPackage, type Healing } from "./healing.ts";

/** What of a task's state goes into its packages. */
export interface Standing {
  readonly input: TaskInput;
  readonly attempts: number;
  readonly feedback: readonly string[];
  readonly last: Attempt;
  readonly healing?: Healing;
}

/** The package for the work itself. */
export function workPackage(standing: Standing): WorkPackage {
  const { input, attempts, feedback } = standing;
  const { task, run, package: given } = input;
  const doer = doerOf(standing);
  const outputs = task.outputs.map((path) => absolutePath(base(input), path));
  return {
    ...given,
    ...told(input),
    run,
    task: task.id,
    ...(doer.agent !== undefined && { agent: doer.agent }),
    attempt: attempts,
    outputs,
    criteria: criteriaOf(input),
    feedback: [...given.feedback, ...feedback],
    ...healingPackage(standing, outputs),
    ...limited(task.timeoutMs ?? doer.command?.timeoutMs),
  };
}

/** The package for whoever judges the work. */
export function judgePackage(standing: Standing): WorkPackage {
  const { input, last } = standing;
  const { outputs, timeoutMs: _, agent: __, healing: ___, ...work } = workPackage(standing);
  const { judge } = input;
  return {
    ...work,
    purpose: "judge",
    ...(judge?.agent !== undefined && { agent: judge.agent }),
    reads: outputs,
    outputs: [],
    delivered: {
      status: "COMPLETED",
      summary: last.summary,
      ...(last.data !== undefined && { data: last.data }),
      outputs,
    },
    ...limited(judge?.command?.timeoutMs),
  };
}

/** A package as a command gets it. */
export function commandInput(
  input: TaskInput,
  { command }: Assigned,
  work: WorkPackage,
  run: Run,
): CommandInput {
  const { task, artifacts } = input;
  const [output] = work.outputs;
  return {
    argv: argvOf(run),
    folder: folderOf(input, command?.cwd),
    artifacts,
    env: {
      ...input.env,
      ...command?.env,
      ...task.env,
      TROUPE_RUN: input.run,
      TROUPE_TASK: task.id,
      TROUPE_ATTEMPT: String(work.attempt),
      TROUPE_ARTIFACTS: artifacts,
      ...(output !== undefined && { TROUPE_OUTPUT: output }),
    },
    passEnv: [...new Set([...input.passEnv, ...(command?.passEnv ?? [])])],
    ...limited(work.timeoutMs),
    package: work,
  };
}

/** A package as an agent that is an actor gets it. */
export function actorInput(
  { budget, folder, artifacts }: TaskInput,
  { agent = "" }: Assigned,
  work: WorkPackage,
): AgentInput {
  return { agent, work, place: { folder, artifacts }, ...(budget !== undefined && { budget }) };
}

/** What is checked behind the work; undefined where nothing is. */
export function checkInput({ input, attempts }: Standing): CheckInput | undefined {
  const { task, artifacts, needed } = input;
  const { outputs, acceptance } = task;
  if (outputs.length + needed.length + acceptance.length === 0) return undefined;
  const at = (path: string): string => absolutePath(base(input), path);
  return {
    paths: [
      ...outputs.map((path) => ({ path: at(path) })),
      ...needed.map(({ path, by }) => ({ path: at(path), by })),
    ],
    tests: acceptance.map(({ cmd, timeoutMs }) => ({ argv: argvOf(cmd), timeoutMs })),
    folder: folderOf(input, undefined),
    artifacts,
    env: {
      ...input.env,
      ...task.env,
      TROUPE_RUN: input.run,
      TROUPE_TASK: task.id,
      TROUPE_ATTEMPT: String(attempts),
      TROUPE_ARTIFACTS: artifacts,
    },
    passEnv: input.passEnv,
    ...(task.sandbox === true && { sandbox: true }),
  };
}

function told({ task }: TaskInput) {
  const { title = task.id, description, input } = task;
  return {
    title,
    ...(description !== undefined && { description }),
    ...(input !== undefined && { input }),
  };
}

function criteriaOf({ task: { outputs, acceptance, gate } }: TaskInput): string[] {
  return [
    ...outputs.map((path) => `${path} exists`),
    ...acceptance.map(({ cmd }) => `${textOf(cmd)} ends with 0`),
    ...(gate === undefined
      ? []
      : [`completeness and accuracy of ${gate.threshold * 10} of 10 or more`]),
  ];
}

function limited(timeoutMs: number | undefined): { readonly timeoutMs?: number } {
  return timeoutMs === undefined ? {} : { timeoutMs };
}

function base({ folder, artifacts, task: { cwd } }: TaskInput) {
  return { folder, artifacts, cwd };
}

function folderOf({ folder, task }: TaskInput, cwd: string | undefined): string {
  return resolve(folder, task.cwd ?? cwd ?? ".");
}
