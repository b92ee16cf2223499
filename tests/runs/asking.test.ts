/** Turns that ask a human while they are taken, whatever happens to their host. */
import { describe, expect, it } from "vitest";
import { defineAgent, type AgentOptions } from "../../src/agents/definition/definition.ts";
import { planKinds } from "../../src/agents/plan-kinds.ts";
import { byFunction, type PlacedWork } from "../../src/agents/ways/by-function.ts";
import { WorkflowOutcome } from "../../src/events/facts/workflow.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import { freshFolder } from "../support/agent-runs.ts";
import { stubborn } from "../support/laws-crash.ts";
import { benchOn } from "../support/laws-bench.ts";
import { upTo } from "../support/laws-kinds.ts";
import { DURABLE, endsOf, runBench, task, type RunBench } from "../support/run-bench.ts";

type Turn = (work: PlacedWork, nth: number) => Promise<string>;

/** An agent called `asker` whose turns the test plays. */
function asker(turn: Turn, rest: Partial<AgentOptions<unknown>> = {}) {
  let nth = 0;
  const way = byFunction(async (work) => ({ text: await turn(work, ++nth) }));
  return { asker: defineAgent({ name: "asker", description: "Asks.", way, ...rest }) };
}

const ask = async (work: PlacedWork, question: string): Promise<string> => {
  if (work.ask === undefined) throw new Error("nobody can be asked");
  return work.ask(question);
};

const ONE = { tasks: [task("t", "asker")] };
const AT = "agent/r1:t:work";

const asked = (w: RunBench) => w.facts("question.asked");

/** The id of the n-th question, once it was put. */
async function questionOf(w: RunBench, nth = 1): Promise<string> {
  await w.until(`question ${nth} is put`, async () => (await asked(w)).length >= nth);
  return String((await asked(w))[nth - 1]?.data["question"]);
}

async function answer(w: RunBench, question: string, text: string): Promise<void> {
  await w.host.actor(AT).send({ type: "ANSWER", question, text });
}

describe.each(DURABLE)("a turn that asks a human, on $name", (engine) => {
  it("goes on with the answer; questions of the same words are asked each", async () => {
    const agents = asker(async (work) => {
      const words = [await ask(work, "Red?"), await ask(work, "Red?"), await ask(work, "Blue?")];
      return words.join(" ");
    });
    await using w = await runBench(engine, agents);
    await w.start(ONE);
    for (const [at, text] of ["no", "yes", "maybe"].entries())
      await answer(w, await questionOf(w, at + 1), text);
    const outcome = await w.over();
    expect(outcome.tasks[0]?.summary).toBe("no yes maybe");
    const texts = (await asked(w)).map(({ data }) => data["text"]);
    expect(texts).toEqual(["Red?", "Red?", "Blue?"]);
    expect((await w.said(AT)).slice(1, 3)).toEqual(["question.asked", "question.answered"]);
  });

  it("A3: taken again after a crash, it asks nothing twice, answered or not", async () => {
    const seen: string[] = [];
    const agents = asker(async (work, nth) => {
      seen.push(`${nth} ${await ask(work, "Red?")}`);
      if (nth < 3) await new Promise(() => {}); // until the host dies
      return "done";
    });
    await using w = await runBench(engine, agents);
    await w.start(ONE);
    const question = await questionOf(w);
    await w.crash();
    await w.until("it runs again", async () => (await w.bench.types(AT)).includes("troupe.recovered"));
    await answer(w, question, "yes");
    await w.until("it has heard", () => seen.length === 1);
    await w.crash();
    expect(endsOf(await w.over())).toBe("t=COMPLETED");
    expect(seen).toEqual(["2 yes", "3 yes"]);
    expect(await asked(w)).toHaveLength(1);
    const events = (await w.bench.records(AT)).map(({ body }) => body.event?.type);
    expect(events.filter((type) => type === "ASKED")).toHaveLength(1);
    await expect(answer(w, question, "no")).rejects.toMatchObject({ code: "EVENT_REFUSED" });
  });

  it("runs out of time, and hears in its next try what was answered in between", async () => {
    const agents = asker((work) => ask(work, "Red?"), {
      limits: { turnMs: 1_000, retryDelayMs: 5_000 },
    });
    await using w = await runBench(engine, agents);
    await w.start(ONE);
    const question = await questionOf(w);
    await w.bench.pass(1_000);
    expect(await w.said(AT)).toContain("chat.retried");
    await answer(w, question, "yes");
    await w.bench.pass(5_000);
    expect((await w.over()).tasks[0]?.summary).toBe("yes");
    expect(await asked(w)).toHaveLength(1);
  });

  it("goes on without an answer: the question is withdrawn, and no answer is taken any more", async () => {
    const going = Promise.withResolvers<string>();
    const agents = asker(
      async (work, nth) => {
        if (nth === 2) return await going.promise;
        void ask(work, "Red?").catch(() => {});
        await new Promise((resolve) => void setTimeout(resolve, 50));
        return "no";
      },
      { deliver: async ({ text }) => (text === "no" ? { problems: ["say yes"] } : { text }) },
    );
    await using w = await runBench(engine, agents);
    await w.start(ONE);
    const question = await questionOf(w);
    await w.until("it is withdrawn", async () => (await w.said(AT)).includes("question.withdrawn"));
    await expect(answer(w, question, "yes")).rejects.toMatchObject({ code: "EVENT_REFUSED" });
    going.resolve("yes");
    expect((await w.over()).tasks[0]?.summary).toBe("yes");
  });

  it("S2: what is secret is in no question; one that says nothing is refused", async () => {
    const agents = asker(async (work) => {
      await expect(ask(work, "")).rejects.toMatchObject({ code: "RESULT_INVALID" });
      return ask(work, "Is hunter2222 right?");
    });
    await using w = await runBench(engine, agents, { secrets: ["hunter2222"] });
    await w.start(ONE);
    await answer(w, await questionOf(w), "yes");
    await w.over();
    expect((await asked(w))[0]?.data["text"]).toBe("Is [redacted] right?");
  });
});

it.each(upTo(12))(
  "A3: with a crash behind append %i, a turn that asks ends the same and asks once",
  async (nth) => {
    const store = memoryStore({ partitions: 2 });
    await using b = benchOn(async () => memoryLog({ store }), new AsyncDisposableStack());
    using files = freshFolder();
    let left = nth;
    const at = (where: string): void => {
      if (where === "after-append" && --left === 0) throw new Error("crash");
    };
    const kinds = planKinds({ graceMs: 100, agents: asker((work) => ask(work, "Red?")) });
    const user = stubborn(b, kinds, { at });
    const plan = Plan.parse({ name: "demo", ...ONE });
    const input = { run: "r1", folder: files.path, artifacts: files.path, plan };
    await user.ask((host) => host.start("workflow/r1", { input }));
    const factsOf = async () => (await b.records(AT)).flatMap(({ body }) => body.facts ?? []);
    await expect
      .poll(
        async () => {
          await user.pass(1);
          const fact = (await factsOf()).find(({ type }) => type === "question.asked");
          if (fact === undefined) return false;
          const { question } = (fact as unknown as { data: { question: string } }).data; // as the fact has it
          const event = { type: "ANSWER", question, text: "yes" } as const;
          await user.ask((host) => host.actor(AT).send(event, { id: "answer" }));
          return true;
        },
        { interval: 1 },
      )
      .toBe(true);
    await expect
      .poll(
        async () => {
          await user.pass(1);
          return (await user.ask((host) => host.read("workflow/r1"))).status;
        },
        { interval: 1 },
      )
      .toBe("done");
    const { output } = await user.ask((host) => host.read("workflow/r1"));
    expect(WorkflowOutcome.parse(output).tasks[0]?.summary).toBe("yes");
    expect((await factsOf()).filter(({ type }) => type === "question.asked")).toHaveLength(1);
    expect(left).toBeLessThanOrEqual(0);
  },
);
