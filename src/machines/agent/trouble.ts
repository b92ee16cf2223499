/** What is done about turns that fail, answers that cannot be used, and work that takes too long. Pure. */
import type { ChatMessage } from "../../events/chat/message.ts";
import { failureIn, fieldOf, type Failure } from "../../events/failure.ts";
import { lastAnswer, limitsOf, said, type AgentContext } from "./state.ts";

/** Errors of a turn that may pass by themselves. */
const PASSING: ReadonlySet<string> = new Set([
  "ACTIVITY_HEARTBEAT_MISSED",
  "ACTIVITY_TIMEOUT",
  "MODEL_CUT_OFF",
  "MODEL_RATE_LIMITED",
  "MODEL_UNAVAILABLE",
  "REMOTE_UNAVAILABLE",
]);

/** Whether another try is left, and worth it. */
export function mayTryAgain(context: AgentContext, error: unknown): boolean {
  return PASSING.has(failureIn(error).code) && context.tries + 1 < limitsOf(context).tries;
}

/** A turn has failed; what the provider says of when to come back counts (T-R1 otherwise). */
export function tried(context: AgentContext, error: unknown): Partial<AgentContext> {
  const { retryDelayMs, maxRetryDelayMs } = limitsOf(context);
  const own = Math.min(retryDelayMs * 2 ** context.tries, maxRetryDelayMs);
  const delayMs = retryAfterIn(error) ?? own;
  return { tries: context.tries + 1, trouble: { failure: failureIn(error), delayMs } };
}

/** A day: what a provider says beyond that is no pause but a closed door. */
const LONGEST = 86_400_000;

function retryAfterIn(error: unknown): number | undefined {
  const value = fieldOf(fieldOf(error, "data"), "retryAfterMs");
  return typeof value === "number" && value >= 0 ? Math.min(value, LONGEST) : undefined;
}

/** What is wrong with an answer that the model itself did not finish. */
export function unfinished({ finish, brief }: AgentContext): readonly string[] {
  if (finish !== "length") return [];
  const most = brief?.limits.maxOutputTokens ?? 0;
  return [`it was cut off at ${most} tokens: answer in fewer words`];
}

export function mayRepair(context: AgentContext): boolean {
  return context.repairs < limitsOf(context).repairs;
}

/** Says what is wrong with the last answer. */
export function sentBack(context: AgentContext, problems: readonly string[]): Partial<AgentContext> {
  const list = problems.map((problem) => `- ${problem}`).join("\n");
  const text = `Your answer cannot be used:\n${list}\nAnswer again, in full.`;
  // a call without an answer is none that a provider would take
  const uncalled = context.calls.map(({ call: { id, name } }): ChatMessage => {
    return { role: "tool", call: id, name, text: "it was not called", failed: true };
  });
  const added: readonly ChatMessage[] = [...uncalled, { role: "user", text }];
  return { ...said(context, added), repairs: context.repairs + 1, calls: [] };
}

export function unusable(problems: readonly string[]): Failure {
  return { code: "ANSWER_INVALID", message: `the answer cannot be used: ${problems.join("; ")}` };
}

/** The work has taken longer than it may. */
export function late({ input }: AgentContext): Failure {
  const { timeoutMs = 0 } = input.work;
  return { code: "ACTIVITY_TIMEOUT", message: `the agent took longer than ${timeoutMs} ms` };
}

export function worn(context: AgentContext): Failure {
  const message = `it has taken all of its ${limitsOf(context).turns} turns`;
  return { code: "TURNS_EXCEEDED", message };
}

export function refusal(context: AgentContext): Failure {
  const { text } = lastAnswer(context);
  return { code: "MODEL_REFUSED", message: text === "" ? "the model refused" : text };
}
