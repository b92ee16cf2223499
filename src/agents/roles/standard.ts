/** All roles that are ready to use, by their names. */
import type { AgentDefinition } from "../definition/definition.ts";
import type { ChatModel } from "../model/model.ts";
import { architect } from "./architect.ts";
import { coder } from "./coder.ts";
import { commit } from "./commit.ts";
import { critic, type CriticOptions } from "./critic.ts";
import { debuggerAgent } from "./debugger.ts";
import { hubAgent } from "./hub.ts";
import { planner } from "./planner.ts";
import { researcher } from "./researcher.ts";
import { STANDARD_AGENTS, type StandardAgent } from "./standard-agents.ts";
import { tester } from "./tester.ts";
import type { RoleSandbox } from "./workspace.ts";
import { writer } from "./writer.ts";

export interface StandardAgentsOptions {
  /** Of those that think. Default: the host's. */
  readonly model?: string | ChatModel | undefined;
  /** Where code and tests run. Default: bubblewrap, with the sandbox's own limits. */
  readonly sandbox?: RoleSandbox | undefined;
  /** Where `commit` commits. Default: `artifacts.git` beside the run's folder. */
  readonly repository?: string | undefined;
  readonly critic?: CriticOptions | undefined;
  /** Whom the planner may name beside these, with what each is good for. */
  readonly others?: Readonly<Record<string, string>> | undefined;
}

/**
 * The roles for a host's `agents`; one that you give under the same name takes its place.
 */
export function standardAgents(
  options: StandardAgentsOptions = {},
): Readonly<Record<StandardAgent, AgentDefinition>> {
  const { model, sandbox, repository, others = {} } = options;
  return {
    planner: planner({ model, agents: { ...STANDARD_AGENTS, ...others } }),
    architect: architect({ model }),
    coder: coder({ model, sandbox }),
    tester: tester({ sandbox }),
    debugger: debuggerAgent(),
    critic: critic(options.critic),
    researcher: researcher({ model }),
    writer: writer({ model }),
    hub: hubAgent({ model }),
    commit: commit({ repository }),
  };
}
