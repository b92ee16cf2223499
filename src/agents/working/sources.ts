/** What the agent machine invokes, under the names by which it looks for them. */
import { briefActor } from "./brief.ts";
import { toolActor } from "./call.ts";
import { deliverActor } from "./deliver.ts";
import { modelsOf } from "./models.ts";
import type { AgentOptions } from "./registry.ts";
import { summaryActor, turnActor } from "./turn.ts";

export function agentSources(options: AgentOptions) {
  const models = modelsOf(options.model, options.env ?? process.env);
  return {
    brief: briefActor(options),
    turn: turnActor({ ...options, models }),
    tool: toolActor(options),
    summary: summaryActor({ ...options, models }),
    deliver: deliverActor(options),
  };
}
