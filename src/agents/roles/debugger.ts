/**
 * The debugger: gets what is routed to nobody else, finds out what kind of failure it is, and gives
 * it on (S3-020). By rules; where it is given a model, that starts from what the rules say.
 */
import { TroupeError } from "../../errors.ts";
import { DebugResult } from "../../events/debug.ts";
import type { WorkPackage } from "../../events/work.ts";
import type { AgentDefinition, Answered } from "../definition/definition.ts";
import { byFunction } from "../ways/by-function.ts";
import { promptOf } from "../working/prompt.ts";
import { handleBranchTodo } from "./debug-rules.ts";
import { givenOn } from "./given-on.ts";
import { roleOf, type RoleOptions } from "./role.ts";
import { STANDARD_AGENTS } from "./standard-agents.ts";

const INSTRUCTIONS = [
  "You are the debugger. You find the cause of a failure in what is known of it, and say who is to mend it and how.",
  "Name the cause, not the symptom: the place in the code, and why it does what it does. You change no files.",
].join("\n");

const ROLE = {
  name: "debugger",
  description: STANDARD_AGENTS.debugger,
  skills: ["bug", "cause", "crash", "debug", "diagnose", "failure", "stack"],
} as const;

/** @param options without `model` and `way`, it works by rules alone. */
export function debuggerAgent(options: RoleOptions = {}): AgentDefinition {
  const thinks = options.model !== undefined || options.way !== undefined;
  if (!thinks) return roleOf({ ...ROLE, instructions: "" }, { ...options, way: BY_RULES });
  return roleOf(
    {
      ...ROLE,
      instructions: INSTRUCTIONS,
      output: DebugResult,
      prompt: async (work, { place, secrets }) => {
        const { analysis, target_agent, fix = "" } = byRules(work);
        const said = `Rules say: ${analysis}. ${fix} They would give it to ${target_agent}.`;
        return `${await promptOf(work, { place, secrets })}\n\n${said}`;
      },
      deliver: async ({ output }: Answered<unknown>) => givenOn(output, "debugger"),
    },
    options,
  );
}

const BY_RULES = byFunction(async function rules(work) {
  const data = byRules(work);
  const { classification, target_agent } = data;
  return { data, summary: `${classification}: ${target_agent} is to mend it` };
});

function byRules({ branch, timeoutMs }: WorkPackage): DebugResult {
  if (branch === undefined)
    throw new TroupeError("INPUT_INVALID", "the debugger was given no branch todo", {
      hint: "Name it under failureRouting: it looks at what failed.",
    });
  const { parent: task, reason, diagnostics } = branch;
  return handleBranchTodo({ reason }, { task, timeoutMs }, diagnostics);
}
