/** Agents elsewhere in runs of plans: asked over a real server, whatever happens to them or to the host. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineAgent, type AgentOptions } from "../../src/agents/definition/definition.ts";
import { byRemote, type ByRemoteOptions } from "../../src/agents/ways/by-remote.ts";
import { startAgent, type TestAgent, type TestAgentOptions } from "../support/remote-agent.ts";
import { sharedNats } from "../support/shared-nats.ts";
import { DURABLE, runBench, task, type RunBench } from "../support/run-bench.ts";

type Play = Parameters<typeof startAgent>[1];

const start = (play?: Play, options: TestAgentOptions = {}) =>
  startAgent(sharedNats.port, play, options);

const servers = () => `nats://127.0.0.1:${sharedNats.port}`;

/** An agent called `coder`, which is that one. */
function coder(
  { agent }: Pick<TestAgent, "agent">,
  rest: Partial<AgentOptions<unknown>> = {},
  how: Partial<ByRemoteOptions> = {},
) {
  const way = byRemote({ agent, servers: servers(), ...how });
  return { coder: defineAgent({ name: "coder", description: "Codes.", way, ...rest }) };
}

const ONE = { tasks: [task("t", "coder", { description: "Add a and b." })] };
const AT = "agent/r1:t:work";

async function failureOf(w: RunBench) {
  return (await w.run(ONE)).tasks[0]?.failure;
}

describe.each(DURABLE)("an agent elsewhere, on $name", (engine) => {
  it("does its work in one prompt, and says how far it is", async () => {
    await using agent = await start((prompted) => {
      for (const piece of ["It is ", "3."]) prompted.say("response", piece);
      prompted.end();
    });
    await using w = await runBench(engine, coder(agent, { instructions: "You are brief." }));
    const outcome = await w.run(ONE);
    expect(outcome.tasks[0]).toMatchObject({ status: "COMPLETED", summary: "It is 3." });
    expect(agent.prompts).toHaveLength(1);
    expect(agent.prompts[0]?.prompt).toMatch(/^You are brief\.\n\n# t\n\nAdd a and b\./);
    const [chatted] = await w.facts("chat.completed");
    expect(chatted?.data).toMatchObject({
      model: `${agent.agent}/eva/one`,
      usage: { inputTokens: 0, outputTokens: 0 },
    });
    const [briefed] = await w.facts("agent.briefed");
    expect(briefed?.data).toMatchObject({ way: "remote" });
  });

  it.each([false, true])(
    "is told what was wrong with its answer (it remembers: %s)",
    async (remembers) => {
      await using agent = await start((prompted, nth) => {
        prompted.say("response", nth === 1 ? "three" : '{"sum": 3}');
        prompted.end();
      });
      const output = z.object({ sum: z.number() });
      await using w = await runBench(engine, coder(agent, { output }, { remembers }));
      expect((await w.run(ONE)).tasks[0]?.data).toEqual({ sum: 3 });
      const [, second] = agent.prompts;
      expect(second?.prompt).toContain("it is no JSON");
      expect(second?.prompt.includes("Add a and b.")).toBe(!remembers);
    },
  );

  it("asks a human in the middle, who is asked once, whatever happens to the host", async () => {
    const heard: string[] = [];
    await using agent = await start(async (prompted, nth) => {
      heard.push(`${nth} ${await prompted.ask("Delete all?")}`);
      if (nth < 3) return; // until the host dies
      prompted.say("response", "deleted");
      prompted.end();
    });
    await using w = await runBench(engine, coder(agent));
    await w.start(ONE);
    const questions = async () => w.facts("question.asked");
    await w.until("it asks", async () => (await questions()).length === 1);
    await w.crash();
    await w.until("it asks again", () => agent.prompts.length === 2);
    const [question] = await questions();
    expect(question?.data).toMatchObject({ text: "Delete all?" });
    const event = {
      type: "ANSWER",
      question: String(question?.data["question"]),
      text: "yes",
    } as const;
    await w.host.actor(AT).send(event);
    await w.until("it hears", () => heard.length === 1);
    await w.crash();
    expect((await w.over()).tasks[0]?.summary).toBe("deleted");
    expect(heard).toEqual(["2 yes", "3 yes"]);
    expect(await questions()).toHaveLength(1);
  });

  it("dies in the middle: the turn is taken again, by the next one of its kind", async () => {
    const dying: { agent?: TestAgent } = {};
    await using agent = await start(
      async (prompted) => {
        prompted.say("response", "half");
        await dying.agent?.die();
      },
      { heartbeatMs: 20 },
    );
    dying.agent = agent;
    await using w = await runBench(engine, coder(agent, { limits: { retryDelayMs: 1_000 } }));
    await w.start(ONE);
    await w.until("it is tried again", async () => (await w.said(AT)).includes("chat.retried"));
    await using _next = await start(
      (prompted) => {
        prompted.say("response", "whole");
        prompted.end();
      },
      { agent: agent.agent },
    );
    await w.bench.pass(1_000);
    expect((await w.over()).tasks[0]?.summary).toBe("whole");
  });
});

describe("an agent elsewhere", () => {
  const [engine] = DURABLE;
  const bench = (agents: ReturnType<typeof coder>, options = {}) => {
    if (engine === undefined) throw new Error("there is no log to run on");
    return runBench(engine, agents, options);
  };

  it("asks, and the program answers by itself", async () => {
    await using agent = await start(async (prompted) => {
      prompted.say("response", await prompted.ask("Red?"));
      prompted.end();
    });
    const onQuery = async (question: string) => `${question} No.`;
    await using w = await bench(coder(agent, {}, { onQuery }));
    expect((await w.run(ONE)).tasks[0]?.summary).toBe("Red? No.");
    await using v = await bench(
      coder(agent, {}, { onQuery: () => Promise.reject(new Error("no idea")) }),
    );
    expect(await failureOf(v)).toMatchObject({ message: "no idea" });
  });

  it("asks, and nobody answers: its time is up", async () => {
    await using agent = await start(async (prompted) => void (await prompted.ask("Red?")));
    await using w = await bench(coder(agent, { limits: { turnMs: 5_000, tries: 1 } }));
    await w.start(ONE);
    await w.until("it asks", async () => (await w.said(AT)).includes("question.asked"));
    await w.bench.pass(5_000);
    expect((await w.over()).tasks[0]?.failure?.code).toBe("ACTIVITY_TIMEOUT");
  });

  it("is two of the same name, or of another version, or says that it failed: that is how it fails", async () => {
    await using one = await start(undefined, { name: "one" });
    await using _two = await start((prompted) => prompted.fail(500, "out of memory"), {
      name: "two",
      agent: one.agent,
    });
    await using w = await bench(coder(one));
    const subject = `agents.prompt.${one.agent}.eva`;
    expect(await failureOf(w)).toEqual({
      code: "REMOTE_FAILED",
      message: `the remote agent ${one.agent} is not one but 2: ${subject}.one, ${subject}.two`,
    });
    for (const which of [{ name: "two" }, { session: "two-session" }]) {
      await using v = await bench(coder(one, {}, which));
      expect((await failureOf(v))?.message).toMatch(/status 500\): out of memory/);
    }
    await using old = await start(undefined, { protocol: "0.2" });
    await using u = await bench(coder(old));
    expect((await failureOf(u))?.message).toMatch(/speaks version "0.2"/);
  });

  it("is nowhere: after a few tries the task fails; its server is the one of the environment", async () => {
    const lost = byRemote({ agent: "nobody", discoverMs: 20 });
    const agents = {
      coder: defineAgent({ name: "coder", description: "Codes.", way: lost, limits: { tries: 1 } }),
    };
    await using w = await bench(agents, { env: { NATS_URL: servers() } });
    expect(await failureOf(w)).toMatchObject({ code: "REMOTE_UNAVAILABLE" });
    await using v = await bench(agents, { env: {} });
    expect(await failureOf(v)).toMatchObject({ code: "REMOTE_FAILED" });
  });
});
