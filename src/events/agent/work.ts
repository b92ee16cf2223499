/** What an agent that is an actor is given, and what those who work for it answer. */
import { z } from "zod";
import { ChatMessage, ToolCall, Usage } from "../chat/message.ts";
import { Failure } from "../failure.ts";
import { WorkPackage, WorkResult } from "../work.ts";
import { AgentLimits, RunBudget } from "./limits.ts";
import { Spent } from "./spent.ts";

/** Where an agent's run does its work. Absolute paths. */
export const Place = z.strictObject({
  /** The folder where the run was started: the project, as it was. */
  folder: z.string(),
  /** The folder for what the run makes. */
  artifacts: z.string(),
});
export type Place = z.infer<typeof Place>;

/** `agent/RUN:…`: one agent at one piece of work. */
export const AgentInput = z.strictObject({
  /** By the name that the host knows it by. */
  agent: z.string().min(1),
  work: WorkPackage,
  place: Place.optional(),
  /** Of the run. */
  budget: RunBudget.optional(),
});
export type AgentInput = z.infer<typeof AgentInput>;

/** How an agent works. */
export const WayType = z.enum(["model", "command", "function", "human", "remote"]);
export type WayType = z.infer<typeof WayType>;

/** What is made of its definition and the work before the first turn; recorded once. */
export const Brief = z.strictObject({
  way: WayType,
  /** Of the definition: `sha256:…` of all of it that is data. */
  version: z.string(),
  model: z.string().optional(),
  /** What the conversation begins with. */
  messages: z.array(ChatMessage).min(1),
  /** Names of the tools that it may call. */
  tools: z.array(z.string()),
  /** What describes the tools and the answer wanted: it goes along with each call. */
  overheadTokens: z.int().min(0),
  limits: AgentLimits,
  /** What the most expensive turn would cost, by the price callback. */
  maxMoney: z.number().min(0).optional(),
});
export type Brief = z.infer<typeof Brief>;

/** What one call of a tool came to. */
export const ToolResult = z.object({
  text: z.string(),
  failed: z.boolean(),
  /** Of the call itself. */
  durationMs: z.number().min(0),
});
export type ToolResult = z.infer<typeof ToolResult>;

/** What became of an agent's last answer: a result, or what is wrong with it. */
export const Delivered = z.union([
  z.strictObject({ result: WorkResult }),
  z.strictObject({ problems: z.array(z.string()).min(1) }),
]);
export type Delivered = z.infer<typeof Delivered>;

/** What whoever takes a turn is given. */
export const TurnInput = z.strictObject({
  agent: z.string(),
  work: WorkPackage,
  place: Place.optional(),
  messages: z.array(ChatMessage),
});
export type TurnInput = z.infer<typeof TurnInput>;

/** What a tool is given. */
export const ToolInput = z.strictObject({
  agent: z.string(),
  work: WorkPackage,
  place: Place.optional(),
  call: ToolCall,
});
export type ToolInput = z.infer<typeof ToolInput>;

/** The earlier part of a conversation in few words (T-G1). */
export const Summary = z.strictObject({
  text: z.string(),
  usage: Usage,
  durationMs: z.number().min(0),
});
export type Summary = z.infer<typeof Summary>;

/** How an agent's work ended. */
export const AgentOutcome = WorkResult.extend({
  failure: Failure.optional(),
  spent: Spent,
});
export type AgentOutcome = z.infer<typeof AgentOutcome>;

/** The tool by which an agent asks a human; its answer may take days. */
export const ASK_HUMAN = "ask_human";

/** What {@link ASK_HUMAN} takes. */
export const Question = z.object({ question: z.string().min(1) });

/** Answers a question of an agent. */
const Answer = z.strictObject({
  type: z.literal("ANSWER"),
  /** As `question.asked` names it. */
  question: z.string().max(200),
  text: z.string().max(65_536),
  by: z.string().max(200).optional(),
});

/** Characters of a question, and of its answer. */
export const QUESTION_LIMIT = 65_536;

/** Told by a turn that cannot go on without a human's answer, which it finds in the records. */
export const Asked = z.strictObject({
  type: z.literal("ASKED"),
  /** The same for the same question, however often the turn is taken. */
  question: z.string().min(1).max(200),
  text: z.string().min(1).max(QUESTION_LIMIT),
});
export type Asked = z.infer<typeof Asked>;

export const AgentCommand = z.discriminatedUnion("type", [Answer]);
export type AgentCommand = z.infer<typeof AgentCommand>;
