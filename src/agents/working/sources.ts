/** What the agent machine invokes, under the names by which it looks for them. */
import { briefActor } from "./brief.ts";
import { toolActor } from "./call.ts";
import { deliverActor } from "./deliver.ts";
import type { AgentOptions } from "./registry.ts";
import { summaryActor, turnActor } from "./turn.ts";

export function agentSources(options: AgentOptions) {
  return {
    brief: briefActor(options),
    turn: turnActor(options),
    tool: toolActor(options),
    summary: summaryActor(options),
    deliver: deliverActor(options),
  };
}
