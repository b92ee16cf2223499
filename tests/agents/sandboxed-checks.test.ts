/** Acceptance tests in a sandbox: over the project, with what the run has made laid over it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checksActor } from "../../src/agents/checks-actor.ts";
import type { CheckInput } from "../../src/events/work.ts";
import { freshFolder, ran } from "../support/agent-runs.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { runBench, task } from "../support/run-bench.ts";

const SUM = "export const sum = (a, b) => a + b;\n";
const WRONG = "export const sum = (a, b) => a - b;\n";
const TEST = `
import assert from "node:assert/strict";
import { test } from "node:test";
import { sum } from "../src/sum.mjs";
test("sum", () => assert.equal(sum(1, 2), 3));
`;

/** A project whose code is wrong, and a run that has made something. */
function project(folder: string, made: string): CheckInput {
  const at = (path: string, text: string): void => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  at("project/src/sum.mjs", WRONG);
  at("project/test/sum.test.mjs", TEST);
  at("run/src/sum.mjs", made);
  return {
    paths: [{ path: join(folder, "run/src/sum.mjs") }],
    tests: [{ argv: ["node", "--test", "test/sum.test.mjs"], timeoutMs: 30_000 }],
    folder: join(folder, "project"),
    artifacts: join(folder, "run"),
    env: {},
    passEnv: [],
    sandbox: true,
  };
}

it("S3-019: what the run has made is tested in place of what the project has, and changes nothing there", async () => {
  using folder = freshFolder();
  const good = await ran(checksActor(), project(folder.path, SUM));
  expect(good).toMatchObject({ missing: [], tests: [{ exitCode: 0 }] });
  expect(good.tests[0]?.cmd).toBe("node --test test/sum.test.mjs");
  const bad = await ran(checksActor(), project(folder.path, WRONG));
  expect(bad.tests[0]?.exitCode).toBe(1);
  expect(bad.tests[0]?.output).toContain("AssertionError");
  expect(readFileSync(join(folder.path, "project/src/sum.mjs"), "utf8")).toBe(WRONG);
});

it("S3-039: a test that takes too long is killed, and says so", async () => {
  using folder = freshFolder();
  const input = project(folder.path, SUM);
  const tests = [{ argv: ["sh", "-c", "sleep 60"], timeoutMs: 300 }];
  const { tests: ended } = await ran(checksActor(), { ...input, tests });
  expect(ended[0]).toMatchObject({ exitCode: 124, code: "COMMAND_TIMEOUT" });
});

it("S3-037: a test reaches neither the project nor the network, nor what the host knows", async () => {
  using folder = freshFolder();
  const input = project(folder.path, SUM);
  const file = join(folder.path, "project/hacked");
  const line = `echo x > ${file}; echo "secret: $MY_TOKEN"; cat ${join(folder.path, "project/src/sum.mjs")}`;
  const tests = [{ argv: ["sh", "-c", line], timeoutMs: 5_000 }];
  const env = { ...process.env, MY_TOKEN: "tell-nobody" };
  const { tests: ended } = await ran(checksActor({ env }), { ...input, tests });
  expect(existsSync(file)).toBe(false);
  expect(ended[0]?.output).not.toContain("tell-nobody");
  expect(ended[0]?.output).not.toContain("export const sum");
});

it("without a sandbox the task fails and says what is missing; no branch todo is asked to mend that", async () => {
  const [memory] = EVERY_ENGINE;
  if (memory === undefined) throw new Error("there is no engine");
  await using w = await runBench(memory, {}, { env: { PATH: "/nowhere" } });
  const outcome = await w.run({
    tasks: [
      task("t", "works", {
        sandbox: true,
        acceptance: [{ cmd: "true" }],
        maxRetries: 3,
        failureRouting: { test_failure: "works", implementation_bug: "works" },
      }),
    ],
    agents: { debugger: { run: "true" } },
  });
  expect(outcome.tasks[0]?.failure?.code).toBe("SANDBOX_UNAVAILABLE");
  expect(outcome.tasks[0]?.attempts).toBe(1);
  expect(await w.facts("branch.opened")).toEqual([]);
});
