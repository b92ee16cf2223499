/** `troupe evaluate RUN`: what a run is worth, and what to do about it. */
import { Option, type Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import type { EventLog } from "../../events/log/log.ts";
import type { Evaluation, EvaluationMetrics } from "../../projections/analytics/evaluation.ts";
import { evaluationOf } from "../../projections/analytics/questions/evaluations.ts";
import { ask, type Asked } from "../asked.ts";
import { noRunOfPlan } from "../other-run.ts";
import { inked, percent, span } from "../paper.ts";
import { addCommand, checkRunId, openExisting, printTable, type Shell } from "../shell.ts";
import { tameLine, type Terminal } from "../terminal.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  wait: z.boolean().default(false),
  formula: z.enum(["default", "v1"]),
});

export function addEvaluate(program: Command, shell: Shell): void {
  addCommand(program, "evaluate", "Say what a run is worth, from 0 to 100, and what to do about it.")
    .argument("<run>", "a run's id")
    .addOption(
      new Option("--formula <name>", "how it is scored").choices(["default", "v1"]).default("default"),
    )
    .option("--wait", "count every record of the log first")
    .action((run: string, options: unknown) => evaluate(shell, run, Options.parse(options)));
}

async function evaluate(
  { terminal }: Shell,
  run: string,
  { log: url, json, wait, formula }: z.infer<typeof Options>,
): Promise<void> {
  checkRunId(run);
  await using log = await openExisting(url, { readOnly: true });
  await using asked = await ask(terminal, log, wait);
  const evaluation = await evaluationOf(asked, run, formula);
  if (evaluation === undefined) throw await nothingToEvaluate(asked, run, log);
  const { behindSince } = asked;
  if (json) return terminal.out(JSON.stringify({ ...evaluation, behindSince }));
  show(terminal, evaluation);
}

/** Telemetry says too little of its tasks to be evaluated. */
async function nothingToEvaluate(asked: Asked, run: string, log: EventLog): Promise<TroupeError> {
  const told = await asked.sql("SELECT 1 FROM telemetry_workflows WHERE workflow = ?", [run]);
  if (told.length === 0) return noRunOfPlan(log, run);
  return new TroupeError(
    "RUN_NOT_FOUND",
    `"${run}" is imported telemetry, which has no tasks to evaluate`,
    {
      hint: "Ask `troupe stats` and `troupe overhead` about it; evaluate runs of Troupe.",
      data: { id: run },
    },
  );
}

const GRADE = { EXCELLENT: "green", GOOD: "green", FAIR: "yellow", POOR: "red" } as const;

function show(terminal: Terminal, evaluation: Evaluation): void {
  const { run, name, score, grade, final, tasks, agents, metrics, recommendations } = evaluation;
  const ink = { colour: terminal.outColour };
  const so = final ? "" : " so far";
  terminal.out(
    `${run} (${tameLine(name)}): ${inked(ink, GRADE[grade], `${grade}, ${score} of 100`)}${so}`,
  );
  terminal.out("");
  printTable(
    terminal,
    ["TASK", "AGENT", "SCORE", "SUCCESS", "SPEED", "ERRORS", "ACCEPTANCE"],
    tasks.map((task) => [
      task.task,
      task.agent,
      ...[task.score, task.success, task.speed, task.errors, task.acceptance].map(points),
    ]),
  );
  terminal.out("");
  printTable(
    terminal,
    ["AGENT", "EXECUTIONS", "ERRORS", "SENT BACK", "SUCCESS", "MEAN TIME", "SCORE"],
    agents.map((agent) => [
      agent.agent,
      String(agent.executions),
      String(agent.errors),
      String(agent.reworks),
      percent(agent.successRate),
      agent.meanDurationMs === null ? "" : span(agent.meanDurationMs),
      agent.meanScore === null ? "" : points(agent.meanScore),
    ]),
  );
  terminal.out("");
  printTable(terminal, ["METRIC", "VALUE"], Object.entries(metrics).map(worded));
  terminal.out("");
  for (const { about, text } of recommendations)
    terminal.out(`→ ${tameLine(about.kind === "workflow" ? text : `${about.name}: ${text}`)}`);
}

function points(value: number): string {
  return String(Math.round(10 * value) / 10);
}

const RATES: ReadonlySet<string> = new Set<keyof EvaluationMetrics>([
  "successRate",
  "errorFreeRate",
  "acceptanceRate",
  "speed",
  "handoffSuccessRate",
]);

function worded([name, value]: readonly [string, number | null]): readonly string[] {
  const label = labelOf(name);
  if (value === null) return [label, "-"];
  if (RATES.has(name)) return [label, percent(value)];
  if (name.endsWith("Pct")) return [label, percent(value / 100)];
  if (name.endsWith("Ms")) return [label, span(value)];
  return [label, points(value)];
}

/** Words, without the unit: what stands beside it has one. */
function labelOf(name: string): string {
  return name.replace(/(?:Ms|Pct)$/, "").replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
