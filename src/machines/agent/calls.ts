/** The tools that an answer wants to have called. Pure. */
import { ASK_HUMAN, Question, type AgentCommand, type ToolResult } from "../../events/agent/work.ts";
import type { ToolMessage } from "../../events/chat/message.ts";
import { callKey, limitsOf, said, type AgentContext, type OpenCall } from "./state.ts";

/** The id of the child that calls the tool. */
export function childOf(at: number): string {
  return `tool-${at}`;
}

const DONE = /^xstate\.(?:done|error)\.actor\.tool-(\d+)$/;

/** Which call an end belongs to; undefined where it is none. */
export function callAt({ type }: { readonly type: string }): number | undefined {
  const [, at] = DONE.exec(type) ?? [];
  return at === undefined ? undefined : Number(at);
}

/** A call that was made too often (loop guard). */
export function loopIn(context: AgentContext): { call: OpenCall["call"]; times: number } | undefined {
  const { sameCalls } = limitsOf(context);
  for (const { call } of context.calls) {
    const times = context.seen[callKey(call)] ?? 0;
    if (times >= sameCalls) return { call, times };
  }
  return undefined;
}

/** Those that ask a human get the id of a question; one that asks nothing is answered at once. */
export function asked(context: AgentContext): Pick<AgentContext, "calls" | "questions"> {
  let { questions } = context;
  const calls = context.calls.map((open): OpenCall => {
    if (open.call.name !== ASK_HUMAN || !mayAsk(context)) return open;
    if (!Question.safeParse(open.call.input).success)
      return { ...open, answer: { text: "Say what you want to know in `question`.", failed: true } };
    questions += 1;
    return { ...open, question: `q${questions}` };
  });
  return { calls, questions };
}

/** Nobody waits for a human because a model has made up a tool that it was not given. */
function mayAsk({ brief }: AgentContext): boolean {
  return brief?.way === "human" || brief?.tools.includes(ASK_HUMAN) === true;
}

/** What a question asks. */
export function textOf({ call }: OpenCall): string {
  return Question.parse(call.input).question;
}

/** A tool has ended. */
export function toolEnded(
  { calls }: AgentContext,
  at: number,
  { text, failed }: Pick<ToolResult, "text" | "failed">,
): Pick<AgentContext, "calls"> {
  return { calls: calls.map((open, n) => (n === at ? { ...open, answer: { text, failed } } : open)) };
}

/** Whether a question is open, of a call or of the turn itself. */
export function isOpenQuestion({ calls, asked }: AgentContext, id: string): boolean {
  return (
    asked[id] === "open" ||
    calls.some(({ question, answer }) => question === id && answer === undefined)
  );
}

/** What the present turn has asked and nobody has answered. */
export function openlyAsked({ asked }: AgentContext): readonly string[] {
  return Object.keys(asked).filter((question) => asked[question] === "open");
}

export function questionAnswered(
  { calls, asked }: AgentContext,
  { question, text }: AgentCommand,
): Pick<AgentContext, "calls" | "asked"> {
  return {
    asked: Object.hasOwn(asked, question) ? { ...asked, [question]: "answered" } : asked,
    calls: calls.map((open) =>
      open.question === question && open.answer === undefined
        ? { ...open, answer: { text, failed: false } }
        : open,
    ),
  };
}

/** What is still open. */
export function openCalls({ calls }: AgentContext): readonly OpenCall[] {
  return calls.filter(({ answer }) => answer === undefined);
}

/** All have ended: the model hears of them in the order in which it asked. */
export function collected(context: AgentContext): Partial<AgentContext> {
  const messages = context.calls.map(({ call: { id, name }, answer }): ToolMessage => ({
    role: "tool",
    call: id,
    name,
    text: answer?.text ?? "",
    failed: answer?.failed ?? true,
  }));
  return { ...said(context, messages), calls: [] };
}
