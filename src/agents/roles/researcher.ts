/** The researcher: what is known about a question, as a Markdown text with its sources. */
import { roleOf, type RoleOptions } from "./role.ts";
import type { AgentDefinition } from "../definition/definition.ts";
import { prose } from "./prose.ts";
import { STANDARD_AGENTS } from "./standard-agents.ts";

const INSTRUCTIONS = [
  "You are the researcher. You find out what is known about a question, and say how sure that is.",
  "Answer in Markdown: a heading, the answer in a few sentences, then the findings, each with its source as a link or by the file and place where it stands.",
  "Say what contradicts what, and what you could not find out. What you do not know you do not make up: no source, number or quotation.",
].join("\n");

export function researcher(options: RoleOptions = {}): AgentDefinition {
  return roleOf(
    {
      name: "researcher",
      description: STANDARD_AGENTS.researcher,
      skills: ["analysis", "compare", "evidence", "facts", "investigate", "research", "sources"],
      instructions: INSTRUCTIONS,
      deliver: prose,
    },
    options,
  );
}
