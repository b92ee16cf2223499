/** `troupe stats`, `overhead` and `variants`: what the workflows of a log come to. */
import type { Command } from "commander";
import { z } from "zod";
import type { Bottlenecks } from "../../projections/analytics/bottlenecks.ts";
import type { Variant } from "../../projections/analytics/workflow-statistics.ts";
import { count, maybeSpan, maybePercent, span } from "../paper.ts";
import { addAnalysis, answering, Asked, printFacts, type Answered } from "../answering.ts";
import { printTable, wholeNumber, type Shell } from "../shell.ts";
import { tameLine } from "../terminal.ts";

const Variants = Asked.extend({
  collapse: z.boolean().default(false),
  top: z.string().transform((text) => wholeNumber("top", text)),
});

export function addStats(program: Command, shell: Shell): void {
  withVariants(
    addAnalysis(program, "stats", "Show what all runs and imported workflows of a log come to."),
    "5",
  ).action((options: unknown) => stats(shell, Variants.parse(options)));
  addAnalysis(program, "overhead", "Show how much of workflows nobody worked.").action(
    (options: unknown) => overhead(shell, Asked.parse(options)),
  );
  withVariants(
    addAnalysis(program, "variants", "List the ways that workflows went from agent to agent."),
    "20",
  ).action((options: unknown) => variants(shell, Variants.parse(options)));
}

function withVariants(command: Command, top: string): Command {
  return command
    .option("--collapse", "join consecutive repeats of an agent")
    .option("--top <count>", "at most so many variants, the most common ones", top);
}

async function stats(shell: Shell, options: z.infer<typeof Variants>): Promise<void> {
  await answering(shell, options, async ({ questions, json }) => {
    const workflows = await questions.workflowStatistics(options);
    const all = {
      workflows,
      patterns: await questions.orchestrationStatistics(),
      executions: await questions.summary(),
      quality: await questions.qualityMetrics(),
      bottlenecks: await questions.bottlenecks(),
      estimates: await questions.estimates(),
      costs: await questions.costs("model"),
    };
    if (options.json) return json(all);
    if (workflows.total === 0) shell.terminal.err("nothing yet: no workflow has started in this log");
    printFacts(shell, [
      ["workflows", `${workflows.total} started, ${workflows.completed} completed`],
      ["success rate", workflows.completed === 0 ? "-" : maybePercent(workflows.successRate)],
      ["mean duration", span(workflows.meanDurationMs)],
      ["agents each", workflows.meanAgents.toFixed(1)],
      ["actual / estimated", ratioText(all.estimates)],
      ["executions", executionsText(all.executions)],
      ...bottleneckFacts(all.bottlenecks),
      ...checkFacts(all.quality),
    ]);
    printRoles(shell, all.quality.roles);
    printVariants(shell, workflows.variants);
  });
}

type Estimates = Awaited<ReturnType<Answered["questions"]["estimates"]>>;
type Executions = Awaited<ReturnType<Answered["questions"]["summary"]>>;
type Quality = Awaited<ReturnType<Answered["questions"]["qualityMetrics"]>>;
type Roles = Quality["roles"];

function ratioText({ meanRatio, overruns }: Estimates): string {
  if (meanRatio === null) return "-";
  return `${meanRatio.toFixed(2)} on average, ${overruns} took more than twice as long`;
}

function executionsText(summary: Executions): string {
  if ("message" in summary) return "0";
  const { executions, successRate, tokens, money, agents } = summary;
  const spent = `${tokens} tokens, ${money.toFixed(2)} spent`;
  return `${executions} by ${count(agents.length, "agent")}, ${maybePercent(successRate)} succeeded, ${spent}`;
}

function bottleneckFacts(found: Bottlenecks): readonly (readonly [string, string])[] {
  const { slowestByMean: slowest, longestGap: gap, dwell } = found;
  return [
    ...(slowest
      ? [["slowest agent", tameLine(`${slowest.agent}, ${span(slowest.meanMs)} on average`)] as const]
      : []),
    ...(gap
      ? [
          [
            "longest hand-off",
            tameLine(`${gap.fromAgent} to ${gap.toAgent}, ${span(gap.gapMs)}, in ${gap.workflow}`),
          ] as const,
        ]
      : []),
    ...(dwell.length === 0
      ? []
      : [
          [
            "time of tasks",
            dwell.map(({ state, meanMs }) => `${state} ${span(meanMs)}`).join(", "),
          ] as const,
        ]),
  ];
}

/** What tests and scans found, where any did. */
function checkFacts({ testCoverage, securityIssues }: Quality): readonly (readonly [string, string])[] {
  return [
    ...(testCoverage === null
      ? []
      : [["test coverage", `${maybePercent(testCoverage)} of the lines, on average`] as const]),
    ...(securityIssues === 0 ? [] : [["security issues", String(securityIssues)] as const]),
  ];
}

function printRoles({ terminal }: Shell, roles: Roles): void {
  if (roles.length === 0) return;
  terminal.out("");
  printTable(
    terminal,
    ["ROLE", "PASSED", "FAILED", "PASS RATE", "SPENT"],
    roles.map(({ role, passed, failed, passRate, money }) => [
      role ?? "(none)",
      String(passed),
      String(failed),
      maybePercent(passRate),
      money.toFixed(2),
    ]),
  );
}

function printVariants({ terminal }: Shell, found: readonly Variant[]): void {
  if (found.length === 0) return;
  terminal.out("");
  printVariantTable({ terminal }, found);
}

function printVariantTable({ terminal }: Pick<Shell, "terminal">, found: readonly Variant[]): void {
  printTable(
    terminal,
    ["COUNT", "SHARE", "AGENTS"],
    found.map(({ count: times, share, agents }) => [
      String(times),
      maybePercent(share),
      agents.join(" → "),
    ]),
  );
}

async function variants(shell: Shell, options: z.infer<typeof Variants>): Promise<void> {
  await answering(shell, options, async ({ questions, json }) => {
    const found = await questions.variants(options);
    if (options.json) return json({ variants: found });
    if (found.length === 0)
      return shell.terminal.err("nothing yet: no workflow has completed in this log");
    printVariantTable(shell, found);
  });
}

async function overhead(shell: Shell, options: Asked): Promise<void> {
  await answering(shell, options, async ({ questions, json }) => {
    const found = await questions.coordinationOverhead();
    if (options.json) return json(found);
    if (found.workflows === 0)
      shell.terminal.err("nothing yet: no workflow that is over tells when its agents worked");
    const pct = (value: number | null): string => maybePercent(value === null ? null : value / 100);
    printFacts(shell, [
      ["overhead", `${pct(found.overheadPct)} on average over ${count(found.workflows, "workflow")}`],
      ["pooled", pct(found.pooledPct)],
      ["nobody worked for", maybeSpan(found.meanIdleMs)],
      ["parallelism", found.parallelism === null ? "-" : found.parallelism.toFixed(2)],
      ["critical path", pct(found.criticalPathPct)],
      ["advice", found.recommendation],
    ]);
  });
}
