/** What a storm came to, as text: what is needed to see it again stands in it. */
import { planText } from "./plan.ts";
import type { StormReport } from "./storm.ts";

/** Faults that are told in full. */
const TOLD = 20;

/** The command that runs the same storm again. */
function again({ plan: { seed, seconds, servers, hosts } }: Pick<StormReport, "plan">): string {
  return `npm run chaos -- --seed ${seed} --seconds ${seconds} --servers ${servers} --hosts ${hosts}`;
}

/** One line for a storm that all is well with. */
export function stormLine(report: StormReport): string {
  const { plan, records, transfers, commands, takeOvers, runs, overlapping, fenced } = report;
  const happened = Object.entries(report.happened).sort(([a], [b]) => a.localeCompare(b));
  return [
    `seed ${plan.seed}, ${plan.servers} server(s), ${plan.hosts} hosts, ${plan.seconds} s: ${happened.map(([what, times]) => `${what} ${times}`).join(", ")}`,
    `  ${commands} commands, ${transfers} transfers, ${records} records, ${takeOvers} take-overs, ` +
      `${runs} activity runs (${overlapping} overlapping, ${fenced} fenced), all ended after ${(report.endedMs / 1000).toFixed(1)} s`,
  ].join("\n");
}

/** What is wrong, the plan, and how to run it again. */
export function stormFailure(report: StormReport, folder: string): string {
  const { faults, plan } = report;
  const more = faults.length > TOLD ? [`  … and ${faults.length - TOLD} more`] : [];
  return [
    `✖ ${again(report)}`,
    ...faults.slice(0, TOLD).map((fault) => `  ${fault}`),
    ...more,
    "the plan:",
    planText(plan),
    `what hosts said, the log and the evidence are in ${folder}`,
  ].join("\n");
}
