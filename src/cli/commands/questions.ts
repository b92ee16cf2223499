/**
 * `troupe questions`: what agents ask of people, and the answers.
 *
 * - The first answer to a question stands; a later one is refused.
 */
import type { Command } from "commander";
import { z } from "zod";
import { connect } from "../../actors/client.ts";
import { planKinds } from "../../agents/plan-kinds.ts";
import { redact } from "../../agents/redact.ts";
import { TroupeError } from "../../errors.ts";
import { secretsOf } from "../../events/secrets.ts";
import { nearest } from "../../events/nearest.ts";
import { openQuestions, type OpenQuestion } from "../../projections/runs-agents.ts";
import type { RunView } from "../../projections/runs-view.ts";
import { knownRun, knownRuns } from "../known-runs.ts";
import { moment } from "../paper.ts";
import {
  addCommand,
  checkRunId,
  checkTexts,
  noSuchRun,
  openExisting,
  printTable,
  userName,
  type Shell,
} from "../shell.ts";
import { tameLine } from "../terminal.ts";

const Shared = z.object({ log: z.string(), json: z.boolean().default(false) });
const AnswerOptions = Shared.extend({ by: z.string().optional() });

export function addQuestions(program: Command, shell: Shell): void {
  const questions = program
    .command("questions")
    .description("What agents ask of people, and the answers.");
  addCommand(questions, "ls", "List what nobody has answered yet.")
    .argument("[run]", "only of this run (default: of all)")
    .action((run: string | undefined, options: unknown) => list(shell, run, Shared.parse(options)));
  addCommand(questions, "show", "Show all of a question.")
    .argument("<run>", "a run's id")
    .argument("<question>", "as `questions ls` names it, e.g. TASK:work:q1")
    .action((run: string, id: string, options: unknown) =>
      show(shell, { run, id }, Shared.parse(options)),
    );
  addCommand(questions, "answer", "Answer a question; its agent goes on with that.")
    .argument("<run>", "a run's id")
    .argument("<question>", "as `questions ls` names it, e.g. TASK:work:q1")
    .argument("<text>", "the answer, in words; it is recorded")
    .option("--by <name>", "who answers (default: you)")
    // oxlint-disable-next-line max-params -- commander's: three arguments and the options
    .action((run: string, id: string, text: string, options: unknown) =>
      answer(shell, { run, id, text }, AnswerOptions.parse(options)),
    );
}

async function list(
  { terminal }: Shell,
  run: string | undefined,
  { log: url, json }: z.infer<typeof Shared>,
): Promise<void> {
  if (run !== undefined) checkRunId(run);
  await using log = await openExisting(url, { readOnly: true });
  const views = await knownRuns(terminal, log, run ?? { open: true });
  if (run !== undefined && !views.has(run)) throw noSuchRun(run, log);
  const found = [...views.values()]
    .flatMap((view) => questionsOf(view).map((question) => ({ run: view.run, ...question })))
    .toSorted((a, b) => a.askedAt - b.askedAt);
  if (json) return terminal.out(JSON.stringify(found));
  if (found.length === 0) return terminal.err(`no agent waits for an answer in ${log.url}`);
  const rows = found.map(({ run: name, id, agent, askedAt, text }) => [
    name,
    id,
    agent,
    moment(askedAt),
    titleOf(text),
  ]);
  printTable(terminal, ["RUN", "ID", "AGENT", "ASKED", "QUESTION"], rows);
}

/** A question may be long: its first line stands for it. */
function titleOf(text: string): string {
  const [first = "", ...rest] = text
    .trim()
    .replace(/^#+\s*/, "")
    .split("\n");
  return rest.length === 0 ? first : `${first} …`;
}

async function show(
  { terminal }: Shell,
  { run, id }: { readonly run: string; readonly id: string },
  { log: url, json }: z.infer<typeof Shared>,
): Promise<void> {
  checkRunId(run);
  await using log = await openExisting(url, { readOnly: true });
  const { asked } = questionNamed(await knownRun(terminal, log, run), id);
  if (json) return terminal.out(JSON.stringify({ run, ...asked }));
  for (const line of asked.text.split("\n")) terminal.out(tameLine(line));
}

async function answer(
  shell: Shell,
  { run, id, text }: { readonly run: string; readonly id: string; readonly text: string },
  { log: url, json, by = userName() }: z.infer<typeof AnswerOptions>,
): Promise<void> {
  checkRunId(run);
  checkTexts({ text }, 65_536);
  if (text.trim() === "")
    throw new TroupeError("USAGE", "the answer is empty", { hint: "Say it in words." });
  checkTexts({ by }, 200);
  const { terminal } = shell;
  await using log = await openExisting(url);
  const { address, asked } = questionNamed(await knownRun(terminal, log, run), id);
  const { question } = asked;
  await using client = await connect({ log, kinds: planKinds({ env: shell.env }) });
  // it is recorded as it comes, so secrets stay behind here (S2)
  const clean = redact(text, secretsOf(shell.env));
  const event = { type: "ANSWER", question, text: clean, ...(by !== undefined && { by }) } as const;
  const { seq } = await client.actor(address).send(event);
  if (json) terminal.out(JSON.stringify({ run, question: id, by: by ?? null, seq }));
  else terminal.out(`${run} ${id}: answered`);
}

/** Of an agent in a run that is open. */
function questionsOf({ open, agents }: RunView): readonly OpenQuestion[] {
  return open ? openQuestions(agents) : [];
}

function questionNamed(
  view: RunView,
  id: string,
): { readonly address: `agent/${string}`; readonly asked: OpenQuestion } {
  const open = questionsOf(view);
  const found = open.find((one) => one.id === id);
  if (found !== undefined)
    return {
      address: `agent/${view.run}:${id.slice(0, id.lastIndexOf(":"))}`,
      asked: found,
    };
  const ids = open.map((one) => one.id);
  const near = nearest(id, ids);
  throw new TroupeError(
    "QUESTION_UNKNOWN",
    `no question "${id}" waits for an answer in "${view.run}"`,
    {
      hint:
        near === undefined ? `Look at \`troupe questions ls ${view.run}\`.` : `Did you mean "${near}"?`,
      data: { run: view.run, question: id, open: ids },
    },
  );
}
