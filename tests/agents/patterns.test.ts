import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createActor, waitFor } from "xstate";
import { createHost, defineKind } from "troupe";
import type { AgentFunction, Work } from "../../src/agents/agent.ts";
import {
  conditional,
  dynamic,
  hub,
  parallel,
  saga,
  sequential,
  type PatternMachine,
} from "../../src/agents/patterns.ts";
import { TroupeError } from "../../src/errors.ts";
import { WorkflowCommand } from "../../src/events/commands.ts";
import { WorkflowOutcome } from "../../src/events/facts/workflow.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "patterns-"));
});
afterEach(() => rm(folder, { recursive: true }));

const done: string[] = [];
beforeEach(() => void done.splice(0));

/** Writes what it must, and says who did it. */
const writes: AgentFunction = async ({ task, purpose, outputs, feedback }: Work) => {
  done.push(purpose === "work" ? task : `${task} (${purpose})`);
  for (const path of outputs) await writeFile(path, `# ${task}\n\n${feedback.join("\n")}\n`);
  return { summary: `${task} done` };
};
const fails: AgentFunction = () => Promise.reject(new Error("full"));

/** On a host, under a kind of its own. */
async function hosted(pattern: PatternMachine): Promise<WorkflowOutcome> {
  const kind = defineKind({
    kind: "research",
    version: "1",
    machine: pattern.machine,
    events: WorkflowCommand,
  });
  await using host = await createHost({ log: "memory:", kinds: [kind] });
  const run = await host.start("research/r1", { input: pattern.input({ run: "r1", folder }) });
  const { output } = await run.waitFor(({ status }) => status === "done", { timeoutMs: 10_000 });
  return WorkflowOutcome.parse(output);
}

const statuses = ({ tasks }: WorkflowOutcome): Readonly<Record<string, string>> =>
  Object.fromEntries(tasks.map(({ id, status }) => [id, status]));

describe("a pattern of functions", () => {
  it("parallel: joins by its policy, and makes one result", async () => {
    const pattern = parallel({
      name: "research",
      branches: { academic: writes, tutorial: writes, production: fails },
      join: "settle",
    });
    const outcome = await hosted(pattern);
    expect(outcome.status).toBe("COMPLETED");
    expect(statuses(outcome)).toEqual({
      academic: "COMPLETED",
      tutorial: "COMPLETED",
      production: "FAILED",
      aggregate: "COMPLETED",
    });
    const path = join(folder, ".troupe/runs/r1/parallel-result-r1.md");
    expect(await readFile(path, "utf8")).toContain("Integration Strategy");
  });

  it("parallel: an aggregate of its own is asked, with all branches", async () => {
    let seen: readonly string[] = [];
    const aggregate: AgentFunction = (work) => {
      seen = Object.keys(work.upstream);
      return writes(work);
    };
    await hosted(parallel({ name: "two", branches: { a: writes, b: writes }, aggregate }));
    expect(seen).toEqual(["a", "b"]);
    expect(done).toContain("aggregate (aggregate)");
  });

  it("sequential: a gate sends work back with what it said", async () => {
    let judged = 0;
    const judge: AgentFunction = async () => ({
      data: { completeness: judged++ === 0 ? 2 : 9, accuracy: 9, issues: ["too thin"] },
    });
    const outcome = await hosted(
      sequential({
        name: "content",
        stages: { draft: { work: writes, gate: { judge } }, final: writes },
      }),
    );
    expect(outcome.status).toBe("COMPLETED");
    expect(outcome.tasks[0]).toMatchObject({ reworks: 1, attempts: 2 });
    expect(done).toEqual(["draft", "draft", "final"]);
    const path = join(folder, ".troupe/runs/r1/stage-1-draft.md");
    expect(await readFile(path, "utf8")).toContain("too thin");
  });

  it("conditional: a step runs only if its condition holds", async () => {
    const score: AgentFunction = async () => ({ data: { score: 3 } });
    const outcome = await hosted(
      conditional({
        name: "choice",
        steps: {
          rate: score,
          good: { work: writes, dependsOn: ["rate"], when: "tasks.rate.data.score > 5" },
          bad: { work: writes, dependsOn: ["rate"], when: "tasks.rate.data.score <= 5" },
        },
      }),
    );
    expect(outcome.status).toBe("COMPLETED");
    expect(statuses(outcome)).toEqual({ rate: "COMPLETED", good: "SKIPPED", bad: "COMPLETED" });
  });

  it("hub: sends back whom it names, and writes the result", async () => {
    const center: AgentFunction = async (work) => {
      if (work.purpose !== "synthesize") return writes(work);
      const first = work.cycle?.current === 1;
      return {
        data: {
          completeness: 8,
          quality: first ? 5 : 9,
          action: first ? "ITERATE" : "PROCEED",
          gaps: first ? [{ spoke: "speed", missing: "numbers" }] : [],
        },
      };
    };
    const outcome = await hosted(
      hub({ name: "views", spokes: { speed: writes, ease: writes }, hub: center, maxCycles: 2 }),
    );
    expect(outcome).toMatchObject({ status: "COMPLETED", belowTarget: false });
    // The spokes of a cycle run side by side: which of them ends first is not said.
    expect(done.slice(0, 2).sort()).toEqual(["ease", "speed"]);
    expect(done.slice(2)).toEqual(["speed_cycle_2", "integrate (integrate)"]);
  });

  it("dynamic: goes on until nothing more is to be done", async () => {
    let asked = 0;
    const generate: AgentFunction = async () => {
      const tasks = asked++ < 2 ? [{ id: `part${asked}`, agent: "worker" }] : [];
      return { data: { tasks } };
    };
    const outcome = await hosted(dynamic({ name: "grow", generate, agents: { worker: writes } }));
    expect(outcome.status).toBe("COMPLETED");
    expect(done).toEqual(["part1", "part2"]);
  });

  it("saga: undoes in reverse order what was done", async () => {
    const undo: AgentFunction = async ({ delivered, task }) => {
      done.push(`${task}: ${delivered?.summary}`);
    };
    const outcome = await hosted(
      saga({
        name: "trip",
        concurrency: 1,
        steps: {
          flight: { work: writes, compensate: undo },
          hotel: { work: writes, compensate: undo },
          car: { work: fails, compensate: undo },
        },
      }),
    );
    expect(outcome).toMatchObject({
      status: "FAILED",
      compensation: { compensated: true, incomplete: [] },
    });
    expect(done.slice(2)).toEqual([
      "hotel_compensation: hotel done",
      "flight_compensation: flight done",
    ]);
  });

  it("runs under plain XState as well", async () => {
    const plain = parallel({ name: "plain", branches: { a: writes, b: writes } });
    const run = createActor(plain.machine, { input: plain.input({ run: "r1", folder }) }).start();
    const { output } = await waitFor(run, ({ status }) => status === "done");
    expect(output?.status).toBe("COMPLETED");
  });

  it("refuses a faulty one before anything starts, with every fault", () => {
    const faulty = () =>
      parallel({
        name: "bad",
        branches: { a: { work: writes, dependsOn: ["b"] }, b: { work: writes, dependsOn: ["a"] } },
        join: "quorum:3",
      });
    expect(faulty).toThrow(TroupeError);
    expect(faulty).toThrow(/cycle[^]*3 of 2/);
  });
});
