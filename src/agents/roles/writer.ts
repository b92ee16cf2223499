/** The writer: a text that others can read, of what others have found. */
import type { AgentDefinition } from "../definition/definition.ts";
import { prose } from "./prose.ts";
import { roleOf, type RoleOptions } from "./role.ts";
import { STANDARD_AGENTS } from "./standard-agents.ts";

const INSTRUCTIONS = [
  "You are the writer. You write the text that the task asks for, in Markdown, for the readers that it names.",
  "Begin with one heading. Say the most important first. Short sentences, concrete words, an example where one helps; headings go down one level at a time.",
  "Keep to what you are given: every claim that needs one keeps its source, and what is not known is not claimed.",
  "Where you are told what was wrong with an earlier version, mend all of it and leave the rest as it was. Answer with the text itself, and nothing around it.",
].join("\n");

export function writer(options: RoleOptions = {}): AgentDefinition {
  return roleOf(
    {
      name: "writer",
      description: STANDARD_AGENTS.writer,
      skills: ["article", "document", "documentation", "draft", "edit", "report", "text", "write"],
      instructions: INSTRUCTIONS,
      limits: { maxOutputTokens: 16_384 },
      deliver: prose,
    },
    options,
  );
}
