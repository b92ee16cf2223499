/** Sagas whose compensations are functions. */
import { describe, expect, it } from "vitest";
import type { Agents, Work } from "../../src/agents/agent.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { world } from "../support/orchestrator-world.ts";

describe.each(EVERY_ENGINE)("an orchestrator's sagas, on $name", ({ bench }) => {
  it("S4-027: a saga undoes with functions, the last first, each with what its task delivered", async () => {
    await using b = await bench();
    await using w = await world(b);
    const undone: unknown[] = [];
    const undo = async ({ purpose, delivered }: Work) =>
      void undone.push([purpose, delivered?.summary]);
    const book = async ({ task }: Work) => {
      if (task === "car") throw new Error("no car left");
      return { summary: `${task} booked` };
    };
    await using orchestrator = await w.open({ agents: { book } });
    const tasks = ["flight", "hotel", "car"].map((id, at, all) => ({
      id,
      agent: "book",
      dependsOn: all.slice(at - 1, at).filter(() => at > 0),
    }));
    const plan = { name: "trip", tasks };
    const done = await orchestrator.executeWithSaga(plan, { flight: undo, hotel: undo });
    expect(done).toMatchObject({
      success: false,
      compensation: { compensated: true, incomplete: [] },
      errors: [expect.stringMatching(/^car: .*no car left/)],
    });
    expect(undone).toEqual([
      ["compensate", "hotel booked"],
      ["compensate", "flight booked"],
    ]);
  });

  it("S4-027: a handler of no task, a task that nobody can undo, a foreign pattern: nothing starts", async () => {
    await using b = await bench();
    await using w = await world(b);
    await using orchestrator = await w.open();
    const task = (id: string, dependsOn: string[] = []) => ({ id, agent: "qa_engineer", dependsOn });
    const plan = { name: "trip", tasks: [task("flight"), task("hotel", ["flight"])] };
    const undo = async () => {};
    const run = (given: typeof plan, handlers: Agents) =>
      orchestrator.executeWithSaga(given, handlers, { id: "r1" });
    await expect(run(plan, { fligth: undo })).rejects.toMatchObject({
      code: "PLAN_INVALID",
      hint: 'Did you mean "flight"?',
    });
    await expect(run(plan, {})).rejects.toMatchObject({ code: "INPUT_INVALID" });
    const hub = { ...plan, pattern: "hub" as const };
    await expect(run(hub, { flight: undo })).rejects.toMatchObject({ code: "PLAN_INVALID" });
    expect(await w.log.tip("workflow/r1")).toBe(0);
  });
});
