/**
 * `troupe approvals`: what runs ask of people, and the answers.
 *
 * - The first answer to a gate stands, whoever gives it; a later one is recorded as refused.
 */
import type { Command } from "commander";
import { z } from "zod";
import { connect } from "../../actors/client.ts";
import { hostStatus } from "../../actors/health.ts";
import { planKinds } from "../../agents/plan-kinds.ts";
import { TroupeError } from "../../errors.ts";
import type { EventLog } from "../../events/log/log.ts";
import { openGates, type RunView } from "../../projections/runs-view.ts";
import type { AnswerView, GateView } from "../../projections/runs-gates.ts";
import { command } from "../control.ts";
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

const Shared = z.object({ log: z.string(), json: z.boolean().default(false) });
const ListOptions = Shared.extend({ all: z.boolean().default(false) });
const AnswerOptions = Shared.extend({ by: z.string().optional(), comment: z.string().optional() });

export function addApprovals(program: Command, shell: Shell): void {
  const approvals = program
    .command("approvals")
    .description("What runs ask of people, and the answers.");
  addCommand(approvals, "ls", "List the gates that wait for an answer.")
    .argument("[run]", "only of this run (default: of all)")
    .option("--all", "those that were answered, too")
    .action((run: string | undefined, options: unknown) =>
      list(shell, run, ListOptions.parse(options)),
    );
  for (const [name, type, summary] of [
    ["approve", "APPROVE", "Let what waits at a gate go on."],
    ["deny", "DENY", "Do not let it go on."],
  ] as const)
    addCommand(approvals, name, summary)
      .argument("<run>", "a run's id")
      .argument("<gate>", "as `approvals ls` names it, e.g. TASK:before")
      .option("--by <name>", "who answers (default: you)")
      .option("--comment <text>", "what goes with the answer; it is recorded")
      .action((run: string, gate: string, options: unknown) =>
        answer(shell, { run, gate, type }, AnswerOptions.parse(options)),
      );
}

async function list(
  { terminal }: Shell,
  run: string | undefined,
  { log: url, json, all }: z.infer<typeof ListOptions>,
): Promise<void> {
  if (run !== undefined) checkRunId(run);
  await using log = await openExisting(url, { readOnly: true });
  const views = await knownRuns(terminal, log, run ?? (all ? undefined : { open: true }));
  if (run !== undefined && !views.has(run)) throw noSuchRun(run, log);
  const found = [...views.values()]
    .flatMap((view) => (all ? view.gates : openGates(view)).map((gate) => ({ run: view.run, ...gate })))
    .toSorted((a, b) => a.askedAt - b.askedAt);
  if (json) return terminal.out(JSON.stringify(found));
  if (found.length === 0) return terminal.err(`nothing waits for an answer in ${log.url}`);
  const rows = found.map(({ run: id, gate, askedAt, question, answer: given }) => [
    id,
    gate,
    moment(askedAt),
    ...(all ? [given === undefined ? "open" : answerWords(given)] : []),
    question,
  ]);
  const columns = ["RUN", "GATE", "ASKED", ...(all ? ["ANSWER"] : []), "QUESTION"];
  printTable(terminal, columns, rows);
}

interface Answer {
  readonly run: string;
  readonly gate: string;
  readonly type: "APPROVE" | "DENY";
}

async function answer(
  shell: Shell,
  { run, gate, type }: Answer,
  { log: url, json, by = userName(), comment }: z.infer<typeof AnswerOptions>,
): Promise<void> {
  checkRunId(run);
  checkTexts({ comment });
  checkTexts({ by }, 200);
  const { terminal } = shell;
  await using log = await openExisting(url);
  const known = gateIn(await knownRun(terminal, log, run), gate);
  const late = known.answer;
  await using client = await connect({ log, kinds: planKinds({ env: shell.env }) });
  const who = { ...(by !== undefined && { by }), ...(comment !== undefined && { comment }) };
  const seq = await command(client, run, { type, gate, ...who }, log).catch((error: unknown) => {
    throw late === undefined ? error : settled(known, late);
  });
  const view = await knownRun(terminal, log, run);
  const after = gateIn(view, gate);
  if (after.refused.length > known.refused.length && after.answer !== undefined)
    throw settled(after, after.answer);
  const given = type === "APPROVE" ? "granted" : "denied";
  if (json) terminal.out(JSON.stringify({ run, gate, answer: given, by: by ?? null, seq }));
  else terminal.out(`${run} ${gate}: ${given}`);
  await sayIdle(shell, log, view);
}

/** Of a run that is open and that nobody runs: how it goes on. */
async function sayIdle({ terminal }: Shell, log: EventLog, { run, open }: RunView): Promise<void> {
  if (!open) return;
  const { owned } = await hostStatus(log);
  if (!owned) terminal.err(`no process runs ${run} now: go on with \`troupe resume ${run}\``);
}

function gateIn(view: RunView, gate: string): GateView {
  const { run } = view;
  const found = view.gates.find((one) => one.gate === gate);
  if (found !== undefined) return found;
  const open = openGates(view).map((one) => one.gate);
  const hint =
    open.length === 0
      ? "Nothing of this run waits for an answer."
      : `These wait for an answer: ${open.join(", ")}.`;
  throw new TroupeError("GATE_UNKNOWN", `the run "${run}" has asked nothing at "${gate}"`, {
    hint,
    data: { run, gate, open },
  });
}

function settled({ gate, task }: GateView, first: AnswerView): TroupeError {
  return new TroupeError("GATE_SETTLED", `"${gate}" is answered already: ${answerWords(first)}`, {
    hint: "The first answer stands; to do the task again, use `troupe restart`.",
    data: { gate, task, first },
  });
}

function answerWords({ answer: given, by, comment, at }: AnswerView): string {
  const who = by === undefined ? "" : ` by ${by}`;
  return `${given}${who} at ${moment(at)}${comment === undefined ? "" : `: ${comment}`}`;
}
