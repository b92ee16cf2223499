/** `troupe agents`, `best-agent` and `trends`: how the agents of a log do. */
import { Option, type Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import type { AgentRecommendation } from "../../projections/analytics/best-agent.ts";
import type { AgentLine } from "../../projections/analytics/questions/agents.ts";
import type { AgentTrend } from "../../projections/analytics/questions/trends.ts";
import { maybeSpan, moment, maybePercent } from "../paper.ts";
import { addAnalysis, answering, Asked, assertAgent, printFacts } from "../answering.ts";
import { checkTexts, printTable, wholeNumber, type Shell } from "../shell.ts";
import { sparkline } from "../sparkline.ts";
import { tameLine } from "../terminal.ts";

const Best = Asked.extend({
  task: z.string(),
  domain: z.string().optional(),
  minConfidence: z.string().transform((text) => confidenceIn(text)),
  all: z.boolean().default(false),
  formula: z.enum(["wilson", "oak-v1"]),
});
const Trends = Asked.extend({ days: z.string().transform((text) => daysIn(text)) });

export function addAgents(program: Command, shell: Shell): void {
  addAnalysis(program, "agents", "Show what each agent has done, how well, and what it cost.")
    .argument("[agent]", "only this one, in full")
    .action((agent: string | undefined, options: unknown) =>
      agents(shell, agent, Asked.parse(options)),
    );
  addAnalysis(program, "best-agent", "Name the agent that is most likely to do a task well.")
    .requiredOption("--task <text>", "what is to be done, in words")
    .option("--domain <field>", "the field that the agent should be of, such as backend")
    .option("--min-confidence <number>", "how sure it has to be, 0 to 1", "0.5")
    .option("--all", "list every agent that is sure enough")
    .addOption(
      new Option("--formula <name>", "how confidence is counted")
        .choices(["wilson", "oak-v1"])
        .default("wilson"),
    )
    .addHelpText("after", "\nExit code 0 where an agent was found, 1 where none is sure enough.")
    .action((options: unknown) => bestAgent(shell, Best.parse(options)));
  addAnalysis(program, "trends", "Show whether an agent gets better or worse.")
    .argument("<agent>", "its name, as `troupe agents` lists it")
    .option("--days <count>", "how many days back, 8 or more", "30")
    .action((agent: string, options: unknown) => trends(shell, agent, Trends.parse(options)));
}

async function agents(shell: Shell, agent: string | undefined, options: Asked): Promise<void> {
  const { terminal } = shell;
  await answering(shell, options, async ({ questions, json }) => {
    if (agent !== undefined) await assertAgent(questions, agent);
    const found = await questions.agents();
    const one = found.find((line) => line.agent === agent);
    if (agent !== undefined && one !== undefined) {
      const trend = await questions.trend(agent);
      if (options.json) return json({ ...one, trend });
      return printAgent(shell, one, trend);
    }
    if (options.json) return json({ agents: found });
    if (found.length === 0) return terminal.err("nothing yet: no agent has executed in this log");
    printTable(
      terminal,
      ["AGENT", "EXECUTIONS", "SUCCESS", "MEAN", "QUALITY", "REWORK", "TOKENS", "SPENT", "LAST"],
      found.map((line) => [
        line.agent,
        String(line.total),
        maybePercent(line.successRate),
        maybeSpan(line.meanDurationMs),
        maybePercent(line.meanQuality),
        line.meanRefinements?.toFixed(2) ?? "-",
        String(line.tokens),
        line.money.toFixed(2),
        line.lastAt === null ? "-" : moment(line.lastAt),
      ]),
    );
  });
}

function printAgent(shell: Shell, line: AgentLine, trend: AgentTrend): void {
  const { successful, failed, partial, unknown, running } = line;
  printFacts(shell, [
    ["agent", tameLine(line.agent)],
    [
      "executions",
      `${line.total}: ${successful} succeeded, ${failed} failed, ${partial} sent back, ${unknown} unknown, ${running} running`,
    ],
    ["success rate", maybePercent(line.successRate)],
    ["mean duration", maybeSpan(line.meanDurationMs)],
    ["quality", maybePercent(line.meanQuality)],
    ["sent back before", line.meanRefinements?.toFixed(2) ?? "-"],
    ["tokens", String(line.tokens)],
    ["spent", line.money.toFixed(2)],
    ["last ended", line.lastAt === null ? "-" : moment(line.lastAt)],
    ["trend", trendText(trend)],
  ]);
}

async function bestAgent(shell: Shell, options: z.infer<typeof Best>): Promise<void> {
  const { task, domain, minConfidence, formula, all } = options;
  const { terminal } = shell;
  checkTexts({ task, domain });
  await answering(shell, options, async ({ questions, json }) => {
    const found = await questions.bestAgents({ task, domain, minConfidence, formula });
    const [best = null] = found.agents;
    if (best === null) shell.exit(1);
    const shown = all ? found.agents : found.agents.slice(0, 1);
    if (options.json) return json({ agent: best, agents: shown, hints: found.hints });
    if (best !== null) return printRecommended(shell, shown);
    terminal.err(`no agent is sure enough (${minConfidence}) for this task`);
    for (const hint of found.hints) terminal.err(`  → ${tameLine(hint)}`);
  });
}

function printRecommended({ terminal }: Shell, found: readonly AgentRecommendation[]): void {
  printTable(
    terminal,
    ["AGENT", "CONFIDENCE", "SUCCESS", "RECENTLY", "MEAN", "EXECUTIONS"],
    found.map((one) => [
      one.agent,
      one.confidence.toFixed(2),
      maybePercent(one.successRate),
      maybePercent(one.recentPerformance),
      maybeSpan(one.meanDurationMs),
      String(one.executions),
    ]),
  );
}

async function trends(shell: Shell, agent: string, options: z.infer<typeof Trends>): Promise<void> {
  const { terminal } = shell;
  await answering(shell, options, async ({ questions, json }) => {
    await assertAgent(questions, agent);
    const trend = await questions.trend(agent, { days: options.days });
    if (options.json) return json(trend);
    printFacts(shell, [
      ["agent", tameLine(agent)],
      ["trend", trendText(trend)],
      ["last 7 days", rateText(trend.recentRate, trend.recent)],
      [
        trend.days === 8 ? "day 8" : `days 8 to ${trend.days}`,
        rateText(trend.historicalRate, trend.historical),
      ],
    ]);
    if (!Number.isFinite(terminal.outColumns)) return; // a picture is for people
    const days = trend.daily.slice(-Math.max(1, terminal.outColumns));
    terminal.out(
      sparkline(days.map(({ successes, samples }) => (samples === 0 ? null : successes / samples))),
    );
  });
}

function rateText(rate: number | null, samples: number): string {
  return rate === null ? "no execution" : `${maybePercent(rate)} of ${samples}`;
}

function trendText({ trend, changePp }: AgentTrend): string {
  if (changePp === null)
    return "too little data: it takes 3 executions in the last 7 days, and 3 before";
  return `${trend}, ${changePp < 0 ? "−" : "+"}${Math.abs(changePp).toFixed(1)} percentage points`;
}

function confidenceIn(text: string): number {
  const value = /^(0|1|0?\.\d{1,9}|1\.0+)$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new TroupeError("USAGE", `--min-confidence is "${text}", which is no number from 0 to 1`, {
    hint: "Write it as 0.5.",
  });
}

/** More are longer than any log has been kept. */
const MOST_DAYS = 3_660;

function daysIn(text: string): number {
  const days = wholeNumber("days", text);
  if (days >= 8 && days <= MOST_DAYS) return days;
  throw new TroupeError("USAGE", `--days is ${days}, and takes 8 to ${MOST_DAYS}`, {
    hint: "The last 7 days are compared with those before.",
  });
}
