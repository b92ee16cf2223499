/** Agents that are functions: what they get, and what becomes of what they answer. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentAnswer, Agents, Work } from "../../src/agents/agent.ts";
import { agentActor } from "../../src/agents/agent-actor.ts";

import { freshFolder, ran, workPackage } from "../support/agent-runs.ts";

const HOST = { API_TOKEN: "tok-12345" };

function ask(agents: Agents, rest: Parameters<typeof workPackage>[0] = {}) {
  let time = 0;
  const logic = agentActor(agents, { env: HOST, secrets: ["lit-eral"], now: () => (time += 7) });
  return ran(logic, workPackage({ agent: "a", ...rest }));
}

const answering = (answer: unknown) => ask({ a: async () => answer as AgentAnswer });

describe("an agent that is a function", () => {
  it("S0-004: gets the package as it is, and what it needs to work safely", async () => {
    let seen: Work | undefined;
    const work = workPackage({ agent: "a", outputs: [], timeoutMs: 50, feedback: ["more"] });
    await ask({ a: async (given) => void (seen = given) }, work);
    expect(seen).toMatchObject(work);
    expect(seen?.signal).toBeInstanceOf(AbortSignal);
    expect(seen).toMatchObject({ fence: { epoch: 0, attempt: 1 }, idempotencyKey: expect.any(String) });
    expect(seen).not.toHaveProperty("records");
  });

  it("answers summary and data; how long it took is measured", async () => {
    expect(await answering({ summary: "good", data: { n: [1] } })).toEqual({
      summary: "good",
      data: { n: [1] },
      durationMs: 7,
    });
    expect(await answering({ durationMs: 3 })).toEqual({ durationMs: 3 });
    expect(await answering(undefined)).toEqual({ durationMs: 7 });
  });

  it("finds the folders of its outputs made", async () => {
    using folder = freshFolder();
    const output = join(folder.path, "deep/er/out.md");
    let made = false;
    await ask({ a: async () => void (made = existsSync(dirname(output))) }, { outputs: [output] });
    expect(made).toBe(true);
  });

  it("S2: a secret in what it answers or throws is redacted", async () => {
    expect(await answering({ summary: "tok-12345", data: ["lit-eral"] })).toMatchObject({
      summary: "[redacted]",
      data: ["[redacted]"],
    });
    const thrown = Object.assign(new RangeError("401 for tok-12345"), { code: "NO_ACCESS" });
    await expect(ask({ a: () => Promise.reject(thrown) })).rejects.toMatchObject({
      name: "RangeError",
      message: "401 for [redacted]",
      code: "NO_ACCESS",
    });
  });

  it("fails with what it throws, at once or later", async () => {
    const error = new Error("no luck");
    await expect(ask({ a: () => Promise.reject(error) })).rejects.toBe(error);
    const hasty = (() => {
      throw error;
    }) as unknown as Agents[string];
    await expect(ask({ a: hasty })).rejects.toBe(error);
  });

  const deep = JSON.parse("[".repeat(5_000) + "]".repeat(5_000)) as AgentAnswer;
  const cycle: Record<string, unknown> = {};
  cycle["me"] = cycle;
  it.each([
    ["a text", "done", /expected object/i],
    ["a summary that is no text", { summary: 7 }, /summary/],
    ["a class instance", { data: { at: new Date(0) } }, /data\.at/],
    ["undefined within data", { data: { x: undefined } }, /data\.x/],
    ["a number that is none", { data: [NaN] }, /data\[0\]/],
    ["too deep", { data: deep }, /levels deep/],
    ["a cycle", { data: cycle }, /levels deep/],
    ["too much", { data: "x".repeat(70_000) }, /70002 bytes/],
  ])("S2: RESULT_INVALID for %s", async (_, answer, why) => {
    await expect(answering(answer)).rejects.toMatchObject({
      code: "RESULT_INVALID",
      message: expect.stringMatching(/the answer of agent "a"/) as string,
      data: { agent: "a", why: expect.stringMatching(why) as string },
    });
  });
});
