/**
 * A program that Troupe does not run tells of its agents: a workflow of three agents (5 events),
 * 15 invocations, and 15 success metrics. What is known of them is printed at the end.
 *
 *     npx node examples/telemetry/main.ts [LOG]
 */
import { connect, telemetry, telemetryKind, type TelemetryLogger } from "troupe";

const TEAM = [
  { agent: "backend-architect", role: "backend", description: "Design the API of orders" },
  { agent: "frontend-developer", role: "frontend", description: "Build the pages of the shop" },
  { agent: "qa-engineer", role: "tester", description: "Test orders and payments" },
] as const;

/** 5 events: start, three hand-offs, complete. */
async function workflow(log: TelemetryLogger): Promise<void> {
  const [a, b, c] = TEAM.map(({ agent }) => agent);
  if (a === undefined || b === undefined || c === undefined) return;
  await log.logWorkflowStart({
    workflow: "shop",
    project: "Shop",
    agents: [a, b, c],
    estimatedMs: 3_600_000,
  });
  await log.logAgentHandoff({ workflow: "shop", from: a, to: b, artifacts: ["artifacts/api.yaml"] });
  await log.logAgentHandoff({ workflow: "shop", from: b, to: c, artifacts: ["artifacts/pages.md"] });
  await log.logAgentHandoff({ workflow: "shop", from: c, to: a, artifacts: ["artifacts/defects.md"] });
  await log.logWorkflowComplete({
    workflow: "shop",
    durationMs: 5_400_000,
    success: true,
    agents: [a, b, c, a],
  });
}

/** 15 invocations with their ratings: every fifth fails. */
async function invocations(log: TelemetryLogger): Promise<void> {
  for (let n = 0; n < 15; n++) {
    const one = TEAM[n % TEAM.length] ?? TEAM[0];
    const success = n % 5 !== 4;
    const status = success ? "success" : "failure";
    const id = await log.logInvocation({
      ...one,
      durationMs: 60_000 * (n + 1),
      status,
      tokens: 1_000 + n,
    });
    await log.logSuccessMetric(id, { success, rating: success ? 5 : 2 });
  }
}

export async function demo(log: string): Promise<readonly string[]> {
  await using actors = await connect({ log, kinds: [telemetryKind] });
  const logger = telemetry(actors, { sessionId: "demo" });
  await workflow(logger);
  await invocations(logger);
  let actorsOfTelemetry = 0;
  for await (const { stream } of actors.records({ live: false }))
    if (stream.startsWith("telemetry/")) actorsOfTelemetry += 1;
  return [`${actorsOfTelemetry} lines of telemetry in ${log}`];
}

if (import.meta.main)
  for (const line of await demo(process.argv[2] ?? "sqlite:demo.db")) console.log(line);
