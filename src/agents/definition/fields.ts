/**
 * The fields of an agent that is described in a Markdown file, as other tools have them too:
 * `name`, `description`, `tools`, `model`, `color`; the rest is Troupe's own.
 */
import { z } from "zod";
import { LABEL } from "../../actors/activity.ts";
import { AgentLimits } from "../../events/agent/limits.ts";
import { EnvName, Id, Text, Word } from "../../events/plan/values.ts";
import { AnswerFields } from "../ways/command-answer.ts";
import { NO_LABEL } from "./definition.ts";

/** `Read, Grep`, or a list. */
const Names = z.union([z.string(), z.array(Word)], { error: "names with commas between, or a list" });

/** As `byCommand` takes it. */
const CommandFields = z.strictObject({
  argv: z.array(Text).min(1, "it is empty"),
  prompt: z.enum(["stdin", "argument", "file"]).optional(),
  json: z.union([z.literal(true), z.literal("lines")], { error: "true or lines" }).optional(),
  fields: AnswerFields.optional(),
  writes: z.boolean().optional(),
  folder: Word.optional(),
  passEnv: z.array(EnvName).optional(),
});

/** As `byRemote` takes it; its server is the one that `NATS_URL` names. */
const RemoteFields = z.strictObject({
  agent: Word,
  owner: Word.optional(),
  session: Word.optional(),
  name: Word.optional(),
  remembers: z.boolean().optional(),
});

export const AgentFields = z.strictObject({
  /** As plans call it, and as the file is called. */
  name: Id,
  /** What it is there for: those who choose read it. */
  description: Word,
  /** What it may call; `"*"`: all that there is. Default: none. */
  tools: Names.nullish(),
  /** A name that the host knows or maps; `inherit`: the host's own. */
  model: Word.optional(),
  color: Word.optional(),
  /** Words that name what it is good at. */
  skills: Names.nullish(),
  /** Whether it may ask a human. */
  mayAsk: z.boolean().optional(),
  limits: AgentLimits.optional(),
  /** Label of the hosts that it works on. Default: any host. */
  host: z.string().regex(LABEL, NO_LABEL).optional(),
  /** It is a human: who. */
  human: Word.optional(),
  /** It is a command. */
  command: CommandFields.optional(),
  /** It is an agent elsewhere, over NATS. */
  remote: RemoteFields.optional(),
});
export type AgentFields = z.infer<typeof AgentFields>;

/** The names in such a field. */
export function namesIn(field: AgentFields["tools"]): readonly string[] {
  const names = typeof field === "string" ? field.split(",") : (field ?? []);
  return names.map((name) => name.trim()).filter((name) => name !== "");
}
