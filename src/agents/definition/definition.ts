/**
 * What an agent is: who it is, how it works, what it may use, and what becomes of its answers.
 *
 *     const critic = defineAgent({
 *       name: "critic",
 *       description: "Finds what is wrong with a text.",
 *       instructions: "You are strict. …",
 *       way: byModel("openai:gpt-5"),
 *       output: z.object({ faults: z.array(z.string()) }),
 *     });
 *
 * - An agent works as an actor, `agent/RUN:…`, whatever its way: each turn is in the log.
 */
import { z } from "zod";
import { LABEL } from "../../actors/activity.ts";
import { TroupeError } from "../../errors.ts";
import { AgentLimits } from "../../events/agent/limits.ts";
import type { Place } from "../../events/agent/work.ts";
import { sha256 } from "../../events/chat/conversation.ts";
import { Id } from "../../events/plan/values.ts";
import type { WorkPackage } from "../../events/work.ts";
import type { AgentAnswer } from "../agent.ts";
import type { Way } from "../ways/way.ts";
import type { DeliverContext } from "./deliver.ts";
import { TOOL_NAME, type Tools } from "./tool.ts";

/** What becomes of an answer: a result, or what is wrong with it; then it goes back. */
export type Delivery = AgentAnswer | { readonly problems: readonly string[] };

/** A schema, or one for each piece of work; undefined: what its purpose asks for, else text. */
export type Wanted<TOutput> =
  | z.ZodType<TOutput>
  | ((work: WorkPackage) => z.ZodType<TOutput> | undefined);

/** What those who put work into words get beside it. */
export interface PromptContext {
  readonly place: Place;
  /** Texts that must not be recorded. */
  readonly secrets: readonly string[];
}

export interface AgentDefinition<TOutput = unknown> {
  /** As plans call it. */
  readonly name: string;
  /** What it is there for, in a sentence: for people, and for those who choose. */
  readonly description: string;
  /** Words that name what it is good at (S4-023). */
  readonly skills: readonly string[];
  /** For people. */
  readonly color?: string | undefined;
  readonly way: Way;
  /** How it works: the system message. */
  readonly instructions: string;
  /** Of its own. */
  readonly tools: Tools;
  /** Names of tools that the host has. */
  readonly uses: readonly string[];
  /** Whether it may ask a human (`ask_human`), which may take days. */
  readonly mayAsk: boolean;
  /** Its answer is JSON by this schema. Default: what the purpose of the work asks for, else text. */
  readonly output?: Wanted<TOutput> | undefined;
  /** Puts the work into words. Default: all of the package. What it throws ends the work. */
  readonly prompt?:
    | ((work: WorkPackage, context: PromptContext) => string | Promise<string>)
    | undefined;
  /** Checks an answer and makes a result of it, files included. Default: the text goes to the first output. */
  readonly deliver?:
    | ((answer: Answered<TOutput>, context: DeliverContext) => Delivery | Promise<Delivery>)
    | undefined;
  readonly limits: AgentLimits;
  /** Label of the hosts that it works on: its model calls, tools and commands run there. Default: any. */
  readonly host?: string | undefined;
  /** `sha256:…` of all of it that is data. */
  readonly version: string;
}

/** An answer, as `deliver` gets it. */
export interface Answered<TOutput> {
  readonly text: string;
  /** By the schema, where there is one. */
  readonly output: TOutput;
  readonly work: WorkPackage;
}

export interface AgentOptions<TOutput> extends Pick<
  AgentDefinition<TOutput>,
  "name" | "description" | "way"
> {
  readonly skills?: readonly string[] | undefined;
  readonly color?: string | undefined;
  readonly instructions?: string | undefined;
  readonly tools?: Tools | undefined;
  readonly uses?: readonly string[] | undefined;
  /** Default false. */
  readonly mayAsk?: boolean | undefined;
  readonly output?: Wanted<TOutput> | undefined;
  readonly prompt?: AgentDefinition<TOutput>["prompt"];
  readonly deliver?: AgentDefinition<TOutput>["deliver"];
  readonly limits?: z.input<typeof AgentLimits> | undefined;
  readonly host?: string | undefined;
}

/** An agent of any output: what registries hold. */
export type AnyAgent = AgentDefinition;

/** What is wrong with a text that cannot be a host's label. */
export const NO_LABEL = "it is no label: letters, digits, _ and -, at most 64";

const Shape = z.object({
  name: Id,
  description: z.string().min(1, "it is empty"),
  skills: z.array(z.string().min(1)).default([]),
  color: z.string().optional(),
  instructions: z.string().default(""),
  uses: z.array(z.string().regex(TOOL_NAME, "it is no name of a tool")).default([]),
  tools: z.record(z.string().regex(TOOL_NAME, "it is no name of a tool"), z.unknown()).default({}),
  limits: AgentLimits.prefault({}),
  host: z.string().regex(LABEL, NO_LABEL).optional(),
});

/** @throws {@link TroupeError} `AGENT_INVALID` with all that is wrong with it. */
export function defineAgent<TOutput = unknown>(options: AgentOptions<TOutput>): AgentDefinition {
  const parsed = Shape.safeParse(options);
  if (!parsed.success)
    throw new TroupeError(
      "AGENT_INVALID",
      `the agent "${String(options.name)}" cannot be used: ${z.prettifyError(parsed.error)}`,
      { hint: "Correct its definition.", data: { agent: options.name } },
    );
  const { name, description, skills, instructions, uses, limits, host } = parsed.data;
  const { tools = {}, way, output, prompt, deliver, color, mayAsk = false } = options;
  const definition = {
    name,
    description,
    skills,
    color,
    way,
    instructions,
    tools,
    uses,
    mayAsk,
    output,
    prompt,
    deliver,
    limits,
    host,
    version: versionOf({ name, instructions, uses, limits, way: way.about, tools: Object.keys(tools) }),
  };
  return definition as AgentDefinition; // whoever calls `deliver` has parsed the answer by `output`
}

function versionOf(data: Readonly<Record<string, unknown>>): string {
  return sha256(JSON.stringify(data));
}
