/**
 * What happens to an agent at work, as facts that its machine emits.
 *
 * - What was said stands in the records that brought it; a fact names it by its hash.
 * - Exactly one of `agent.completed` and `agent.failed` ends it, unless its task stops it.
 */
import { z } from "zod";
import { Finish, Usage } from "../chat/message.ts";
import { fact } from "../facts/fact.ts";
import { Failure } from "../failure.ts";
import { WayType } from "./work.ts";
import { Spent } from "./spent.ts";

const agent = { agent: z.string() };
const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** It knows what it has to do. Once. */
const AgentBriefed = fact("agent.briefed", {
  ...agent,
  task: z.string(),
  way: WayType,
  version: z.string(),
  model: z.string().optional(),
  tools: z.array(z.string()),
  /** Of what the conversation begins with. */
  prompt_hash: hash,
});

/** A turn was taken: a model answered, a command ended. */
const ChatCompleted = fact("chat.completed", {
  ...agent,
  model: z.string(),
  finish: Finish,
  usage: Usage,
  durationMs: z.number(),
  /** Of the conversation with this answer, and how many messages that has. */
  conversation: hash,
  messages: z.int(),
});

/** A turn failed and is tried again. */
const ChatRetried = fact("chat.retried", { ...agent, failure: Failure, delayMs: z.number() });

/** A tool was called. */
const ToolCalled = fact("tool.called", {
  ...agent,
  tool: z.string(),
  call: z.string(),
  /** Of its arguments. */
  input: hash,
  failed: z.boolean(),
  durationMs: z.number(),
});

/** The same call too often: the work ends. */
const LoopDetected = fact("loop.detected", {
  ...agent,
  tool: z.string(),
  input: hash,
  times: z.int(),
});

/** A human is asked. */
const QuestionAsked = fact("question.asked", {
  ...agent,
  question: z.string(),
  text: z.string(),
});

const QuestionAnswered = fact("question.answered", {
  ...agent,
  question: z.string(),
  by: z.string().optional(),
});

/** Who asked has gone on without an answer: none is wanted any more. */
const QuestionWithdrawn = fact("question.withdrawn", { ...agent, question: z.string() });

/** The answer could not be used, and goes back. */
const AnswerRejected = fact("answer.rejected", { ...agent, problems: z.array(z.string()) });

/** Messages `from` to `to` (counted from 0, `to` not among them) have made place for a summary (T-G1). */
const ContextSummarized = fact("context.summarized", {
  ...agent,
  from: z.int(),
  to: z.int(),
  /** Of the messages that it stands for. */
  source: hash,
  summary: z.string(),
});

const AgentCompleted = fact("agent.completed", {
  ...agent,
  task: z.string(),
  summary: z.string(),
  turns: z.int(),
  spent: Spent,
});

const AgentFailed = fact("agent.failed", {
  ...agent,
  task: z.string(),
  failure: Failure,
  turns: z.int(),
  spent: Spent,
});

export const AgentFact = z.discriminatedUnion("type", [
  AgentBriefed,
  ChatCompleted,
  ChatRetried,
  ToolCalled,
  LoopDetected,
  QuestionAsked,
  QuestionAnswered,
  QuestionWithdrawn,
  AnswerRejected,
  ContextSummarized,
  AgentCompleted,
  AgentFailed,
]);
export type AgentFact = z.infer<typeof AgentFact>;
