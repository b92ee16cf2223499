/** Self-healing (T-H1): what fails is tried again, each time in a different way. */
import { describe, expect, it } from "vitest";
import type { Advice } from "../../src/events/healing.ts";
import { settled, startedTask } from "./fixture.ts";

interface Rest {
  readonly heal?: { readonly agents?: readonly string[]; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** A task of agent `a`; of its healers, `c` is a command. */
function healing(
  { heal = { agents: ["b", "c"] }, ...rest }: Rest = {},
  advice: readonly Advice[] = [],
) {
  const command = { run: "c.sh", env: {}, passEnv: [] };
  const healers = (heal.agents ?? []).map((agent) => (agent === "c" ? { agent, command } : { agent }));
  const given = startedTask({ agent: "a", heal, ...rest }, { healers });
  given.world.advice = async () => advice;
  const fails = async (message = "ValueError: 3") => {
    await given.world.find("t1").fail(Object.assign(new Error(message), { code: "COMMAND_FAILED" }));
    await settled();
  };
  const of = (type: string) =>
    given.facts.flatMap((fact) => (fact.type === type ? [fact.data as Record<string, unknown>] : []));
  return { ...given, fails, tried: () => of("healing.tried"), ended: () => of("healing.ended") };
}

const pattern = (rest: Partial<Advice>): Advice => ({
  strategy: "different_agent",
  confidence: 0.9,
  samples: 10,
  ...rest,
});

describe("T-H1: a task that heals itself", () => {
  it("S2-028: is tried by another agent, then more simply, then with all that is known; each step is an event", async () => {
    const { world, fails, tried, ended, state } = healing();
    await fails();
    expect(state()).toEqual({ WAITING: "healing" });
    world.clock.increment(1_000);
    expect(world.find("t1").package).toMatchObject({ agent: "b", attempt: 2 });
    await fails("b has no idea");
    world.clock.increment(1_999);
    expect(world.open).toEqual([]);
    world.clock.increment(1);
    expect(world.find("t1").package.agent).toBe("a");
    await fails("nor so");
    world.clock.increment(4_000);
    await world.find("t1").end({ summary: "done" });
    expect(state()).toBe("COMPLETED");
    expect(
      tried().map(({ try: nth, strategy, agent, attempt, delayMs }) => [
        nth,
        strategy,
        agent,
        attempt,
        delayMs,
      ]),
    ).toEqual([
      [1, "different_agent", "b", 1, 1_000],
      [2, "simpler_approach", undefined, 2, 2_000],
      [3, "add_context", undefined, 3, 4_000],
    ]);
    expect(ended().map(({ strategy, healed, attempt }) => [strategy, healed, attempt])).toEqual([
      ["different_agent", false, 2],
      ["simpler_approach", false, 3],
      ["add_context", true, 4],
    ]);
    expect(tried()[0]).toMatchObject({
      subject: "a",
      reason: "implementation_bug",
      failure: { message: "ValueError: 3" },
    });
  });

  it("says in its package what is to be done differently, and what is known", async () => {
    const { world, fails } = healing();
    await fails("one");
    world.clock.increment(1_000);
    expect(world.find("t1").package.healing).toMatchObject({
      try: 1,
      strategy: "different_agent",
      instructions: expect.stringContaining("a has failed"),
      failures: [{ failure: { message: "one" } }],
    });
    await fails("two");
    world.clock.increment(2_000);
    const simpler = world.find("t1").package.healing;
    expect(simpler?.instructions).toContain("simpler");
    expect(simpler?.left).toBeUndefined();
    await fails("three");
    world.clock.increment(4_000);
    const known = world.find("t1").package.healing;
    expect(
      known?.failures.map(({ agent, strategy, failure }) => [agent, strategy, failure.message]),
    ).toEqual([
      [undefined, undefined, "one"],
      ["b", "different_agent", "two"],
      [undefined, "simpler_approach", "three"],
    ]);
    expect(known?.left).toBeDefined();
  });

  it("tells with all context what was printed, said and left", async () => {
    const heal = { tries: 1 };
    const { world, state } = healing({ heal, outputs: ["out.md"], acceptance: [{ cmd: "t" }] }, [
      pattern({ strategy: "add_context" }),
    ]);
    await world.find("t1").end({ summary: "I think so", data: { rsi: 71 } });
    await world.find("t1", "checks").endBadly("AssertionError: RSI is 71");
    await settled();
    world.clock.increment(1_000);
    expect(state()).toEqual({ RUNNING: "working" });
    expect(world.find("t1").package.healing?.left).toEqual({
      summary: "I think so",
      data: { rsi: 71 },
      printed: "AssertionError: RSI is 71",
      outputs: ["/plans/here/out.md"],
    });
  });

  it("comes behind the plain retries, and before a branch todo", async () => {
    const { world, fails, state, facts } = healing({
      maxRetries: 1,
      heal: { tries: 1 },
      failureRouting: {},
    });
    await fails();
    expect(state()).toEqual({ WAITING: "retry" });
    world.clock.increment(1_000);
    await fails();
    expect(state()).toEqual({ WAITING: "healing" });
    world.clock.increment(1_000);
    await fails();
    expect(state()).toEqual({ WAITING: "branch" });
    expect(facts.map(({ type }) => type).slice(-3)).toEqual([
      "task.started",
      "healing.ended",
      "task.broken",
    ]);
  });

  it.each([[[]], [["a"]]])("has no other agent to ask where %j are named", async (agents) => {
    const { world, fails, tried, state } = healing({ heal: { agents } });
    for (const delay of [1_000, 2_000]) {
      await fails();
      expect(state()).toEqual({ WAITING: "healing" });
      world.clock.increment(delay);
    }
    await fails();
    expect(state()).toBe("FAILED");
    expect(tried().map(({ strategy }) => strategy)).toEqual(["simpler_approach", "add_context"]);
  });

  it("does with a command what an agent has failed at", async () => {
    const { world, fails } = healing({ heal: { agents: ["c"] } });
    await fails();
    world.clock.increment(1_000);
    expect(world.find("t1").command).toMatchObject({
      argv: ["sh", "-c", "c.sh"],
      package: { agent: "c", healing: { strategy: "different_agent" } },
    });
  });

  it.each(["BUDGET_EXCEEDED", "SANDBOX_UNAVAILABLE", "AGENT_INVALID"])(
    "does not heal %s: that is no fault of who works",
    async (code) => {
      const { world, state } = healing();
      await world.find("t1").fail(Object.assign(new Error("no"), { code }));
      expect(state()).toBe("FAILED");
    },
  );

  it("S2-029: what earlier runs have shown to help comes first, with its confidence in the fact", async () => {
    const { world, fails, tried, facts } = healing({}, [
      pattern({ strategy: "different_agent", agent: "gone" }),
      pattern({ strategy: "different_agent", agent: "c", confidence: 0.8, samples: 20 }),
    ]);
    await fails();
    expect(tried()[0]).toMatchObject({
      strategy: "different_agent",
      agent: "c",
      confidence: 0.8,
      samples: 20,
    });
    world.clock.increment(1_000);
    await fails();
    expect(tried()[1]).not.toHaveProperty("confidence");
    expect(facts.filter(({ type }) => type === "healing.tried")).toHaveLength(2);
  });

  it("S2-029: a learned step is taken once, the rest of the ladder follows in order", async () => {
    const { world, fails, tried } = healing({}, [pattern({ strategy: "add_context" })]);
    for (const delay of [1_000, 2_000, 4_000]) {
      await fails();
      world.clock.increment(delay);
    }
    expect(tried().map(({ strategy }) => strategy)).toEqual([
      "add_context",
      "different_agent",
      "simpler_approach",
    ]);
  });

  it("goes up the ladder where nobody can say what helps", async () => {
    const { world, fails, tried } = healing();
    world.advice = async () => {
      throw new Error("no log");
    };
    await fails();
    expect(tried()[0]).toMatchObject({ strategy: "different_agent", agent: "b" });
  });

  it("T-R1: waits longer each time, up to maxRetryDelayMs", async () => {
    const heal = { agents: ["b"], delayMs: 100 };
    const { world, fails, tried } = healing({ heal, retryDelayMs: 1, maxRetryDelayMs: 150 });
    for (let n = 0; n < 3; n++) {
      await fails();
      world.clock.increment(150);
    }
    expect(tried().map(({ delayMs }) => delayMs)).toEqual([100, 150, 150]);
  });

  it("goes on after a pause where it was, and counts no attempt twice", async () => {
    const { world, task, fails, state, tried } = healing();
    const asked = Promise.withResolvers<readonly Advice[]>();
    world.advice = () => asked.promise;
    await fails();
    expect(state()).toEqual({ RUNNING: "advising" });
    task.send({ type: "HOLD" });
    expect(state()).toEqual({ WAITING: "held" });
    world.advice = async () => [];
    task.send({ type: "RELEASE" });
    await settled();
    expect(state()).toEqual({ WAITING: "healing" });
    task.send({ type: "HOLD" });
    task.send({ type: "RELEASE" });
    expect(world.find("t1").package).toMatchObject({ agent: "b", attempt: 2 });
    task.send({ type: "HOLD" });
    task.send({ type: "RELEASE" });
    expect(world.find("t1").package).toMatchObject({ agent: "b", attempt: 2, healing: { try: 1 } });
    expect(tried()).toHaveLength(1);
  });

  it("has healed what a gate may still send back; then whoever healed it works at it", async () => {
    const { world, fails, ended } = healing({ gate: { agent: "critic" } });
    await fails();
    world.clock.increment(1_000);
    await world.find("t1").end();
    expect(ended()).toMatchObject([{ strategy: "different_agent", healed: true }]);
    await world.find("t1", "judge").end({ data: { completeness: 1, accuracy: 1, issues: ["no"] } });
    expect(world.find("t1").package).toMatchObject({ agent: "b", attempt: 3, feedback: ["no"] });
    await world.find("t1").end();
    expect(ended()).toHaveLength(1);
  });

  it("has not healed what lacks an output, whoever judges", async () => {
    const { world, fails, ended } = healing({ gate: { agent: "critic" }, outputs: ["x.md"] });
    await fails();
    world.clock.increment(1_000);
    await world.find("t1").end();
    await world.find("t1", "checks").endBadly("", ["x.md"]);
    expect(ended()).toMatchObject([{ healed: false, failure: { code: "OUTPUT_MISSING" } }]);
  });

  it("says nothing of how a try ended that was cancelled", async () => {
    const { world, task, fails, ended, state } = healing();
    await fails();
    world.clock.increment(1_000);
    task.send({ type: "CANCEL" });
    expect(state()).toBe("CANCELLED");
    expect(ended()).toEqual([]);
  });
});
