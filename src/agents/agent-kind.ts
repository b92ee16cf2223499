/** The kind of agents that are actors: `agent/RUN:…`, one for each piece of work, started by its task. */
import type { z } from "zod";
import type { Kind } from "../actors/kind.ts";
import { AgentCommand, AgentInput, type AgentOutcome } from "../events/agent/work.ts";
import { AgentFact } from "../events/agent/facts.ts";
import { agentMachine } from "../machines/agent/agent.ts";
import { AGENT_ANSWERS } from "./answers.ts";
import type { Closed } from "./closed.ts";
import type { AgentOptions } from "./working/registry.ts";
import { agentSources } from "./working/sources.ts";

export type AgentKind = Kind<
  "agent",
  Closed<AgentInput, AgentOutcome, AgentFact>,
  z.ZodType<AgentCommand, AgentCommand>,
  z.ZodType<AgentInput, z.input<typeof AgentInput>>
>;

/** The machine of agents, with all that it invokes. */
export function workingAgent(options: AgentOptions) {
  return agentMachine.provide({ actors: agentSources(options) });
}

/** @param machine as {@link workingAgent} makes it. */
export function agentKind(machine: ReturnType<typeof workingAgent>): AgentKind {
  return {
    kind: "agent",
    version: "1",
    machine: machine as unknown as AgentKind["machine"], // it is; its inside is hidden
    events: AgentCommand,
    input: AgentInput,
    facts: AgentFact,
    // where an answer brings both, that it ends matters more
    leadingFacts: ["agent.failed", "agent.completed"],
    answers: AGENT_ANSWERS,
  };
}
