/**
 * The `agent` that tasks invoke: hands a work package to the function that the host has
 * registered under the agent's name.
 *
 * - The package's `timeoutMs` is the attempt's: then its signal aborts and it ends with
 *   `ACTIVITY_TIMEOUT`, whether the function listens or not.
 * - What comes back is checked, bounded and redacted before anything is recorded.
 */
import type { PromiseActorLogic } from "xstate";
import { z } from "zod";
import { activity } from "../actors/activity.ts";
import { entryOf } from "../events/entry.ts";
import { secretsOf } from "../events/secrets.ts";
import { WorkResult, type WorkPackage } from "../events/work.ts";
import type { AgentFunction, Agents, Work } from "./agent.ts";
import { aborted } from "./awaited.ts";
import type { RunOptions } from "./command.ts";
import { mergeAgent } from "./merge-agent.ts";
import { redact } from "./redact.ts";
import { redactedError } from "./redacted-error.ts";
import { invalid, recordable, type Answer } from "./result-data.ts";
import { writeWhole } from "./whole-file.ts";
import { makeFolders } from "./work-files.ts";

/** Agents that every host has, unless it gives one of the same name. */
export const BUILT_IN_AGENTS: Agents = { merge: mergeAgent };

export type AgentOptions = Pick<RunOptions, "now" | "env" | "secrets">;

/** @param agents by name; they come before the built-in ones. */
export function agentActor(
  agents: Agents = {},
  { now = () => performance.now(), env = process.env, secrets = [] }: AgentOptions = {},
): PromiseActorLogic<WorkResult, WorkPackage> {
  const all: Agents = { ...BUILT_IN_AGENTS, ...agents };
  return activity<WorkPackage, WorkResult>(
    async ({ input, records: _records, rows: _rows, tell: _tell, ...context }) => {
      const name = input.agent ?? "";
      const agent = entryOf(all, name);
      if (agent === undefined) return absent(Object.keys(all), input, context);
      const hidden = [...secrets, ...secretsOf(env)];
      await makeFolders(input.outputs);
      const begun = now();
      const answer = await asked(agent, { ...input, ...context }, hidden);
      const measured = Math.max(0, Math.round(now() - begun));
      const { text, ...result } = resultOf(answer, input.agent ?? "", hidden);
      await deliver(input, text);
      return { durationMs: measured, ...result };
    },
    { timeoutMs: (input) => input.timeoutMs },
  );
}

/** The agent's text is the work's first output: the task need not know where that lies. */
async function deliver({ agent = "", outputs }: WorkPackage, text?: string): Promise<void> {
  const [path] = outputs;
  if (text === undefined) return;
  if (path !== undefined) return writeWhole(path, (file) => file.writeFile(text));
  const answer: Answer = { who: `the answer of agent "${agent}"`, facts: { agent } };
  const hint = "Give the task `outputs`, or return a summary and data.";
  throw invalid(answer, "it has text, and the task has no output for it", hint);
}

async function asked(agent: AgentFunction, work: Work, hidden: readonly string[]): Promise<unknown> {
  try {
    return await agent(work);
  } catch (error) {
    throw redactedError(error, hidden);
  }
}

/**
 * A host that lacks an agent is not the one to say that its work failed: it waits, until the run
 * is taken over by one that has it, or the attempt's time is up.
 */
function absent(
  known: readonly string[],
  { agent = "" }: WorkPackage,
  { log, signal }: Pick<Work, "log" | "signal">,
): Promise<never> {
  const names = known.join(", ");
  log(
    `no agent "${agent}" is registered here (known: ${names}): its task waits for a host that has it`,
  );
  return aborted(signal);
}

/** Data is looked at apart: it may be too deep for a schema. */
const Shape = WorkResult.extend({ data: z.unknown().optional(), text: z.string().optional() });

function resultOf(
  value: unknown,
  agent: string,
  hidden: readonly string[],
): WorkResult & { readonly text?: string } {
  const answer: Answer = { who: `the answer of agent "${agent}"`, facts: { agent } };
  const hint = "Return nothing, or { summary, data, text } in plain JSON.";
  const parsed = Shape.safeParse(value ?? {});
  if (!parsed.success) throw invalid(answer, z.prettifyError(parsed.error), hint);
  const { summary, data, durationMs, text } = parsed.data;
  return {
    ...(text !== undefined && { text }),
    ...(summary !== undefined && { summary: redact(summary, hidden) }),
    ...(data !== undefined && {
      data: recordable(data, hidden, answer) as NonNullable<WorkResult["data"]>, // zod's own JSON type is mutable
    }),
    ...(durationMs !== undefined && { durationMs }),
  };
}
