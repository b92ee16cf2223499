/** A process that lacks what a run needs does not fail it: the run waits for one that has it. */
import { expect, it } from "vitest";
import {
  byFunction,
  createHost,
  defineAgent,
  planKinds,
  type AgentAnswer,
  type AgentFunction,
  type Agents,
} from "troupe";
import { createOrchestrator } from "../../src/agents/orchestrator.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { freshFolder } from "../support/agent-runs.ts";

const forever: AgentFunction = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

it("a task of an agent that is not here waits for a host that has it, and says so", async () => {
  using folder = freshFolder();
  await using log = memoryLog();
  const plan = { name: "p", tasks: [{ id: "t", agent: "writer" }] };
  const place = { run: "r1", folder: folder.path, artifacts: folder.path };
  const open = (agents: Agents, warn?: (text: string, facts: object) => void) =>
    createHost({ log, kinds: planKinds({ agents }), ...(warn && { warn }) });
  {
    const begun = Promise.withResolvers<void>();
    await using first = await open({ writer: (work) => (begun.resolve(), forever(work)) });
    await first.start("workflow/r1", { input: { ...place, plan } });
    await begun.promise;
  }
  {
    const warned = Promise.withResolvers<object>();
    await using without = await open({}, (_, facts) => warned.resolve(facts));
    expect(JSON.stringify(await warned.promise)).toContain('no agent \\"writer\\" is registered here');
    expect((await without.actor("workflow/r1").snapshot()).status).toBe("active");
  }
  await using last = await open({ writer: async () => ({ summary: "here" }) });
  const { output } = await last.actor("workflow/r1").waitFor(({ status }) => status === "done");
  expect(output).toMatchObject({
    status: "COMPLETED",
    tasks: [{ id: "t", status: "COMPLETED", attempts: 1, summary: "here" }],
  });
});

it("an agent that is at work, and not defined here, waits for a host that has it, and says so", async () => {
  using folder = freshFolder();
  await using log = memoryLog();
  const plan = { name: "p", tasks: [{ id: "t", agent: "writer" }] };
  const place = { run: "r1", folder: folder.path, artifacts: folder.path };
  const writer = (work: () => Promise<AgentAnswer>) => ({
    writer: defineAgent({ name: "writer", description: "Writes.", way: byFunction(work) }),
  });
  {
    const begun = Promise.withResolvers<void>();
    const agents = writer(() => (begun.resolve(), new Promise(() => {})));
    await using first = await createHost({ log, kinds: planKinds({ agents }) });
    await first.start("workflow/r1", { input: { ...place, plan } });
    await begun.promise;
  }
  for (const agents of [{}, { writer: async () => {} }]) {
    const warned = Promise.withResolvers<object>();
    const warn = (_: string, facts: object): void => warned.resolve(facts);
    await using without = await createHost({ log, kinds: planKinds({ agents }), warn });
    expect(JSON.stringify(await warned.promise)).toContain('no agent \\"writer\\" is defined here');
    expect((await without.actor("workflow/r1").snapshot()).status).toBe("active");
  }
  const agents = writer(async () => ({ summary: "here" }));
  await using last = await createHost({ log, kinds: planKinds({ agents }) });
  const { output } = await last.actor("workflow/r1").waitFor(({ status }) => status === "done");
  expect(output).toMatchObject({ tasks: [{ id: "t", status: "COMPLETED", summary: "here" }] });
});

it("S4-027: compensations wait for the handlers of a process that has died", async () => {
  using folder = freshFolder();
  await using log = memoryLog();
  const agents: Agents = {
    works: async () => {},
    fails: () => Promise.reject(new Error("full")),
  };
  const plan = {
    name: "trip",
    concurrency: 1,
    tasks: [
      { id: "flight", agent: "works" },
      { id: "car", agent: "fails" },
    ],
  };
  const open = (warn?: () => void) =>
    createOrchestrator({
      log,
      agents,
      folder: folder.path,
      ...(warn && { hostOptions: { warn } }),
    });
  {
    await using first = await open();
    void first
      .executeWithSaga(plan, { flight: forever, car: forever }, { id: "r1" })
      .catch(() => undefined);
    await first.host
      .actor("workflow/r1")
      .waitFor(({ context }) => JSON.stringify(context).includes("flight_compensation"));
  }
  const warned = Promise.withResolvers<void>();
  await using second = await open(warned.resolve);
  await warned.promise;
  const undone: string[] = [];
  const undo: AgentFunction = async ({ task }) => void undone.push(task);
  const done = await second.executeWithSaga(plan, { flight: undo, car: undo }, { id: "r1" });
  expect(done.success).toBe(false);
  expect(undone).toEqual(["flight_compensation"]);
});
