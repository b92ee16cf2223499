/**
 * What the agents of a run that are actors do, and what they cost.
 *
 * - One part of the row for each actor, by its address: so the order in which records of different
 *   agents come does not matter, and sums are made when somebody looks.
 */
import { parseAddress } from "../events/address.ts";
import { AgentFact } from "../events/agent/facts.ts";
import type { Spent } from "../events/agent/spent.ts";
import { AgentInput } from "../events/agent/work.ts";
import type { Failure } from "../events/failure.ts";
import type { RunRecord } from "./runs.ts";
import { stateLabel } from "./runs-view.ts";

export interface QuestionView {
  readonly question: string;
  readonly text: string;
  readonly askedAt: number;
  readonly answeredAt?: number;
  readonly by?: string;
}

/** An agent at one piece of work. */
export interface AgentView {
  readonly address: string;
  /** Absent until it is briefed. */
  readonly agent?: string;
  readonly task?: string;
  /** Of the task. */
  readonly attempt?: number;
  readonly model?: string;
  readonly status: string;
  /** What it did last, in words. */
  readonly doing: string;
  readonly startedAt: number;
  readonly movedAt: number;
  readonly turns: number;
  /** Calls of tools. */
  readonly tools: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly money: number;
  /** The length of all turns. */
  readonly timeMs: number;
  /** Turns that were tried again, and answers that were sent back. */
  readonly retries: number;
  readonly rejected: number;
  readonly questions: readonly QuestionView[];
  readonly failure?: Failure;
  /** Of a fork: how much of the sums it did in the original. */
  readonly copied?: Summed;
}

const SUMS = [
  "turns",
  "tools",
  "inputTokens",
  "outputTokens",
  "money",
  "timeMs",
  "retries",
  "rejected",
] as const satisfies readonly (keyof AgentView)[];
type Summed = Pick<AgentView, (typeof SUMS)[number]>;

/** The agent with what it did in this run alone: for sums over runs. */
export function ownWork(view: AgentView): AgentView {
  const { copied } = view;
  if (copied === undefined) return view;
  return { ...view, ...summed((key) => view[key] - copied[key]) };
}

function summed(value: (key: (typeof SUMS)[number]) => number): Summed {
  return Object.fromEntries(SUMS.map((key) => [key, value(key)])) as unknown as Summed; // each key has one
}

/** The agents with what a record tells of one of them; by address. */
export function withAgent(
  agents: readonly AgentView[],
  { stream, at, body }: RunRecord,
): readonly AgentView[] {
  const found = agents.findIndex(({ address }) => address === stream);
  const before = agents[found] ?? newAgent(stream, at);
  const status = stateLabel(body.status, body.state);
  const moved: AgentView = { ...before, ...attemptIn(body.born), status, movedAt: at };
  const now = (body.facts ?? []).reduce<AgentView>((view, fact) => {
    const known = AgentFact.safeParse(fact);
    return known.success ? told(view, known.data, at) : view;
  }, moved);
  const after = body.copied === true ? { ...now, copied: summed((key) => now[key]) } : now;
  if (found !== -1) return agents.with(found, after);
  const behind = agents.findIndex(({ address }) => address > stream);
  return agents.toSpliced(behind === -1 ? agents.length : behind, 0, after);
}

/** What it was started with says which attempt it is. */
function attemptIn(born: RunRecord["body"]["born"]): Pick<AgentView, "attempt"> {
  if (born === undefined) return {};
  const input = AgentInput.safeParse(born.input);
  return input.success ? { attempt: input.data.work.attempt } : {};
}

function newAgent(address: string, at: number): AgentView {
  return {
    address,
    status: "PENDING",
    doing: "",
    startedAt: at,
    movedAt: at,
    turns: 0,
    tools: 0,
    inputTokens: 0,
    outputTokens: 0,
    money: 0,
    timeMs: 0,
    retries: 0,
    rejected: 0,
    questions: [],
  };
}

function told(view: AgentView, fact: AgentFact, at: number): AgentView {
  switch (fact.type) {
    case "agent.briefed": {
      const { agent, task, model } = fact.data;
      const doing = "has its task";
      return { ...view, agent, task, doing, ...(model !== undefined && { model }) };
    }
    case "chat.completed": {
      const { usage, durationMs, model, finish } = fact.data;
      const { inputTokens, outputTokens, money = 0 } = usage;
      return {
        ...view,
        model,
        doing: finish === "tools" ? "calls tools" : "has answered",
        turns: view.turns + 1,
        inputTokens: view.inputTokens + inputTokens,
        outputTokens: view.outputTokens + outputTokens,
        money: view.money + money,
        timeMs: view.timeMs + durationMs,
      };
    }
    case "chat.retried":
      return {
        ...view,
        retries: view.retries + 1,
        doing: `tries again after ${fact.data.failure.code}`,
      };
    case "tool.called":
      return { ...view, tools: view.tools + 1, doing: `has called ${fact.data.tool}` };
    case "answer.rejected":
      return { ...view, rejected: view.rejected + 1, doing: "is asked to answer again" };
    case "question.asked": {
      const { question, text } = fact.data;
      return {
        ...view,
        doing: "asks a human",
        questions: [...view.questions, { question, text, askedAt: at }],
      };
    }
    case "question.answered": {
      const { question, by } = fact.data;
      const answer = { answeredAt: at, ...(by !== undefined && { by }) };
      return {
        ...view,
        doing: "has heard the answer",
        questions: view.questions.map((one) =>
          one.question === question ? { ...one, ...answer } : one,
        ),
      };
    }
    case "question.withdrawn": {
      const { question } = fact.data;
      return { ...view, questions: view.questions.filter((one) => one.question !== question) };
    }
    case "agent.failed":
      return { ...view, doing: "has failed", failure: fact.data.failure };
    case "agent.completed":
      return { ...view, doing: "is done" };
    case "loop.detected":
      return { ...view, doing: `loops with ${fact.data.tool}` };
    case "context.summarized":
      return { ...view, doing: "has summed up what was said" };
  }
}

/** What some agents have cost together; `money` is 0 where nobody knows prices. */
export function spentBy(agents: readonly AgentView[]): Spent {
  return agents.reduce<Spent>(
    (sum, { turns, inputTokens, outputTokens, money, timeMs }) => ({
      calls: sum.calls + turns,
      tokens: sum.tokens + inputTokens + outputTokens,
      money: sum.money + money,
      timeMs: sum.timeMs + timeMs,
    }),
    { calls: 0, tokens: 0, money: 0, timeMs: 0 },
  );
}

/** A question with who asks it; its `id` names it within the run. */
export interface OpenQuestion extends QuestionView {
  readonly id: string;
  readonly address: string;
  readonly agent: string;
}

/** Questions that wait for an answer, the oldest first; those of an agent that is over wait no more. */
export function openQuestions(agents: readonly AgentView[]): readonly OpenQuestion[] {
  return agents
    .filter(({ status }) => status === "RUNNING" || status === "WAITING")
    .flatMap(({ address, agent = "", questions }) =>
      questions
        .filter(({ answeredAt }) => answeredAt === undefined)
        .map((one) => ({ ...one, id: `${partOf(address)}:${one.question}`, address, agent })),
    )
    .toSorted((a, b) => a.askedAt - b.askedAt);
}

/** `t1:work` of `agent/r1:t1:work`. */
function partOf(address: string): string {
  return parseAddress(address).path.join(":");
}
