/**
 * The hub: brings the findings of several agents together. What it is asked says its purpose: to
 * judge what there is (`synthesize`), or to write the result (`integrate`, `aggregate`).
 */
import { Synthesis } from "../../events/work.ts";
import type { AgentDefinition, Answered, Delivery } from "../definition/definition.ts";
import { promptOf } from "../working/prompt.ts";
import { prose } from "./prose.ts";
import { roleOf, type RoleOptions } from "./role.ts";
import { STANDARD_AGENTS } from "./standard-agents.ts";

const INSTRUCTIONS = [
  "You are the hub. Several agents, the spokes, have each looked at their part; you see all of it.",
  "You find where two of them contradict each other and say what holds, and you find what is missing that the goal needs.",
  "You rate what there is, not what was promised: 10 is complete and right, 5 is half of it.",
].join("\n");

const SYNTHESIZE =
  "Rate the spokes and what they are together. Ask for another round (ITERATE) only where a gap can be closed by a spoke; name that spoke and what it must find out. Else PROCEED.";
const INTEGRATE =
  "Write the one text that comes of it, in Markdown: a summary, the findings in their order of weight, how conflicts were resolved, what stays open.";

export function hubAgent(options: RoleOptions = {}): AgentDefinition {
  return roleOf(
    {
      name: "hub",
      description: STANDARD_AGENTS.hub,
      skills: ["coordinate", "integrate", "synthesis", "synthesize", "together"],
      instructions: INSTRUCTIONS,
      limits: { maxOutputTokens: 16_384 },
      prompt: async (work, { place, secrets }) => {
        const wanted = work.purpose === "synthesize" ? SYNTHESIZE : INTEGRATE;
        return `${await promptOf(work, { place, secrets })}\n\n${wanted}`;
      },
      deliver: async (answer: Answered<unknown>) =>
        answer.work.purpose === "synthesize" ? synthesized(answer) : prose(answer),
    },
    options,
  );
}

/** What it says of spokes that there are not would be lost: nobody would be sent back. */
function synthesized({ output, work }: Answered<unknown>): Delivery {
  const synthesis = Synthesis.parse(output);
  const { action, gaps, quality } = synthesis;
  const spokes = Object.keys(work.upstream);
  const named = [...gaps.map(({ spoke }) => spoke), ...Object.keys(synthesis.spokes)];
  const problems = named
    .filter((spoke) => !spokes.includes(spoke))
    .map((spoke) => `there is no spoke "${spoke}": there are ${spokes.join(", ")}`);
  if (action === "ITERATE" && gaps.length === 0)
    problems.push("gaps: it asks for another round and names no gap");
  if (problems.length > 0) return { problems: [...new Set(problems)] };
  return { data: synthesis, summary: `${action}, quality ${quality} of 10` };
}
