/** An agent that thinks by a model that the test plays. */
import { z } from "zod";
import { defineAgent, type AgentOptions } from "../../src/agents/definition/definition.ts";
import { defineTool } from "../../src/agents/definition/tool.ts";
import { byModel } from "../../src/agents/ways/by-model.ts";
import type { AskedModel } from "./chat-model.ts";
import { task } from "./run-bench.ts";

/** An agent called `thinker`. */
export function thinker(model: AskedModel, rest: Partial<AgentOptions<unknown>> = {}) {
  const way = byModel(model);
  return { thinker: defineAgent({ name: "thinker", description: "Thinks.", way, ...rest }) };
}

/** A plan of one task, `t`, which is theirs. */
export const ONE = { tasks: [task("t", "thinker")] };

/** Where it works at it. */
export const AT = "agent/r1:t:work";

export const add = defineTool({
  description: "Adds.",
  input: z.object({ a: z.number(), b: z.number() }),
  run: ({ a, b }) => a + b,
});
