/** What commands that ask about a whole log have in common. */
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../errors.ts";
import { nearest } from "../events/nearest.ts";
import { questionsTo, type Questions } from "../projections/analytics/questions/analytics.ts";
import { ask } from "./asked.ts";
import { addCommand, openExisting, type Shell } from "./shell.ts";
import type { Terminal } from "./terminal.ts";

/** What {@link addAnalysis} gives a command. */
export const Asked = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  wait: z.boolean().default(false),
});
export type Asked = z.infer<typeof Asked>;

/** A command that asks about all runs and telemetry of a log. */
export function addAnalysis(program: Command, usage: string, summary: string): Command {
  return addCommand(program, usage, summary).option(
    "--wait",
    "count all that is new first, however long it takes (default: for half a second)",
  );
}

export interface Answered {
  readonly questions: Questions;
  /** Prints what programs get: one JSON object, with how stale it is. */
  readonly json: (answer: object) => void;
}

/** Opens the log for questions. */
export async function answering(
  { terminal }: { readonly terminal: Terminal },
  { log: url, wait }: Asked,
  answer: (answered: Answered) => Promise<void>,
): Promise<void> {
  await using log = await openExisting(url, { readOnly: true });
  await using asked = await ask(terminal, log, wait);
  const { behindSince } = asked;
  await answer({
    questions: questionsTo(asked),
    json: (fields) => terminal.out(JSON.stringify({ ...fields, behindSince })),
  });
}

/** @throws {@link TroupeError} `AGENT_UNKNOWN`. */
export async function assertAgent(questions: Questions, agent: string): Promise<void> {
  const names = await questions.agentNames();
  if (names.includes(agent)) return;
  const near = nearest(agent, names);
  throw new TroupeError("AGENT_UNKNOWN", `agent "${agent}" has done nothing in this log`, {
    hint:
      near === undefined
        ? "List them with `troupe agents`, and mind --log."
        : `Did you mean "${near}"?`,
    data: { agent },
  });
}

/** Facts below each other, their names in one column. */
export function printFacts(
  { terminal }: Pick<Shell, "terminal">,
  facts: readonly (readonly [name: string, value: string])[],
): void {
  const longest = Math.max(...facts.map(([name]) => name.length));
  for (const [name, value] of facts) terminal.out(`${name.padEnd(longest)}  ${value}`);
}
