/** The criteria by which the older rollout judged its agents, counted from the facts of real runs. */
import { join } from "node:path";
import { createHost, hostKinds, scriptedModel, standardAgents } from "troupe";
import { expect, it } from "vitest";
import { AgentFact } from "../../src/events/agent/facts.ts";
import { openLog } from "../../src/events/log/open.ts";
import { parseBody, type RecordedEvent } from "../../src/events/record.ts";
import { freshFolder } from "../support/agent-runs.ts";

const GOOD = "export const twice = (n) => 2 * n;\n";
const WRONG = "export const twice = (n) => n + 2;\n";
const TEST = `
import assert from "node:assert/strict";
import { test } from "node:test";
import { twice } from "./twice.mjs";
test("twice", () => assert.equal(twice(5), 10));
`;

/** Runs, by what the coder writes first; all end well. */
const FIRST = [GOOD, GOOD, WRONG, GOOD, GOOD, GOOD];

const file = (content: string) => ({
  files: [{ path: "twice.mjs", content }],
  tests: [{ path: "twice.test.mjs", content: TEST }],
});

const script = (first: string) =>
  scriptedModel({
    answers: [
      {
        when: { system: "You are the architect" },
        data: {
          contract_id: "twice",
          interfaces: [{ name: "twice", type: "function", signature: "twice(n: number): number" }],
        },
      },
      { when: { system: "You are the coder", user: "What failed" }, data: file(GOOD) },
      { when: { system: "You are the coder" }, data: file(first) },
    ],
  });

const PLAN = {
  name: "twice",
  budget: { money: 1 },
  tasks: [
    { id: "contract", agent: "architect", outputs: ["artifacts/contract.json"], estimateMs: 5_000 },
    {
      id: "code",
      agent: "coder",
      dependsOn: ["contract"],
      outputs: ["artifacts/twice.mjs"],
      sandbox: true,
      acceptance: [{ cmd: ["node", "--test", "twice.test.mjs"] }],
      failureRouting: { implementation_bug: "coder", spec_mismatch: "coder" },
      estimateMs: 30_000,
    },
  ],
};

type Fact = RecordedEvent & { readonly data?: Readonly<Record<string, unknown>> };

async function factsIn(url: string): Promise<readonly Fact[]> {
  await using log = await openLog(url, { create: false });
  const facts: Fact[] = [];
  for await (const { stream, body } of log.scan())
    for (const fact of parseBody(body, stream).facts ?? []) facts.push(fact);
  return facts;
}

it("S3-051: contracts, first tries, failures, sandbox, time and cost of six runs are within the criteria", async () => {
  using folder = freshFolder();
  const log = `sqlite:${join(folder.path, "log.db")}`;
  const price = ({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }) =>
    (inputTokens + 4 * outputTokens) * 1e-6;
  for (const [at, first] of FIRST.entries()) {
    const kinds = hostKinds({ agents: standardAgents(), model: script(first), price });
    await using host = await createHost({ log, kinds });
    const run = `r${at}`;
    const input = { run, folder: folder.path, artifacts: join(folder.path, run), plan: PLAN };
    const workflow = await host.start(`workflow/${run}`, { input });
    const { output } = await workflow.waitFor(({ status }) => status !== "active");
    expect(output?.status).toBe("COMPLETED");
  }
  const facts = await factsIn(log);
  const of = (type: string): readonly Fact[] => facts.filter((fact) => fact.type === type);
  const share = (some: readonly unknown[], all: readonly unknown[]): number => some.length / all.length;
  const done = (task: string) => of("task.completed").filter(({ data }) => data?.["task"] === task);
  const rejected = of("answer.rejected").filter(({ data }) => data?.["agent"] === "architect");
  expect(share(rejected, done("contract"))).toBeLessThan(0.1); // contracts valid: over 90 %
  const mended = of("branch.opened");
  expect(1 - share(mended, done("code"))).toBeGreaterThan(0.8); // right at the first try: over 80 %
  const known = mended.filter(({ data }) => data?.["branch_reason"] !== "test_failure");
  expect(share(known, mended)).toBeGreaterThan(0.95); // failures identified: over 95 %
  const tested = of("task.tested").filter(({ data }) => data?.["task"] === "code");
  expect(tested).toHaveLength(FIRST.length + mended.length); // all of them in the sandbox
  const spent = of("agent.completed").map((fact) => AgentFact.parse(fact));
  const money = spent.map((fact) => (fact.type === "agent.completed" ? fact.data.spent.money : 0));
  expect(money.reduce((sum, one) => sum + one, 0)).toBeLessThan(1);
  const tookMs = done("code").map(({ data }) => Number(data?.["durationMs"]));
  expect(Math.max(...tookMs)).toBeLessThan(1.5 * 30_000);
});
