/** What people and runs say to each other, as tables: what is asked, what they think, what they should look at. */
import { taskOf } from "../run-attempts.ts";
import type { AgentView, QuestionView } from "../runs-agents.ts";
import type { GateView } from "../runs-gates.ts";
import { isOver, type RunView } from "../runs-view.ts";
import { defineTable } from "../table.ts";

/** One row per question that a person is to answer: gates of tasks, and what agents ask. */
export const approvals = defineTable({
  name: "approvals",
  columns: {
    run: "text",
    /** The gate's name, or the question's within the run: `t1:work:q1`. */
    id: "text",
    task: "text",
    /** `before`, `after`, `quality`, `escalation`, `fix`; `question` of an agent. */
    kind: "text",
    /** The agent that asks; null: the workflow. */
    agent: "text",
    question: "text",
    askedAt: "integer",
    /** Whether it still waits for an answer. */
    open: "integer",
    /** `granted` or `denied`; `answered` where an agent asked; null where nobody has answered. */
    answer: "text",
    answeredAt: "integer",
    by: "text",
    comment: "text",
    /** From the question to its answer. */
    waitedMs: "integer",
    /** Answers that came too late. */
    refused: "integer",
  },
  indexes: [["run"], ["open", "askedAt"]],
  spread: (view: RunView) => [
    ...view.gates.map((gate) => gateRow(view, gate)),
    ...view.agents.flatMap((agent) =>
      agent.questions.map((question) => questionRow(view, agent, question)),
    ),
  ],
});

function gateRow(view: RunView, { gate, task, kind, question, askedAt, answer, refused }: GateView) {
  const open = view.open && answer === undefined ? 1 : 0;
  const asked = { run: view.run, id: gate, task, kind, agent: null, question, askedAt, open };
  if (answer === undefined) return { ...asked, ...UNANSWERED, refused: refused.length };
  return {
    ...asked,
    answer: answer.answer,
    answeredAt: answer.at,
    by: answer.by ?? null,
    comment: answer.comment ?? null,
    waitedMs: answer.at - askedAt,
    refused: refused.length,
  };
}

const UNANSWERED = { answer: null, answeredAt: null, by: null, comment: null, waitedMs: null };

function questionRow(view: RunView, work: AgentView, asked: QuestionView) {
  const { address, agent, status } = work;
  const { question, text, askedAt, answeredAt, by } = asked;
  const row = {
    run: view.run,
    id: `${address.slice(address.indexOf(":") + 1)}:${question}`,
    task: taskOf(address),
    kind: "question",
    agent: agent ?? null,
    question: text,
    askedAt,
    open: view.open && !isOver(status) && answeredAt === undefined ? 1 : 0,
    refused: 0,
  };
  if (answeredAt === undefined) return { ...row, ...UNANSWERED };
  const answer = { answer: "answered", answeredAt, by: by ?? null, comment: null };
  return { ...row, ...answer, waitedMs: answeredAt - askedAt };
}

/** One row per opinion on an execution. */
export const feedbackTable = defineTable({
  name: "feedback",
  columns: {
    run: "text",
    task: "text",
    /** Null: the last one at that time. */
    attempt: "integer",
    /** 1 to 5. */
    rating: "integer",
    comment: "text",
    by: "text",
    givenAt: "integer",
  },
  indexes: [["run"]],
  spread: (view: RunView) =>
    view.feedback.map(({ task, attempt, rating, comment, by, givenAt }) => ({
      run: view.run,
      task,
      attempt: attempt ?? null,
      rating,
      comment: comment ?? null,
      by: by ?? null,
      givenAt,
    })),
});

/** One row per alert of a run. */
export const alerts = defineTable({
  name: "alerts",
  columns: {
    run: "text",
    /** `warning`, `critical`. */
    severity: "text",
    code: "text",
    message: "text",
    at: "integer",
  },
  indexes: [["run"], ["at"]],
  spread: (view: RunView) =>
    view.alerts.map(({ severity, code, message, at }) => ({
      run: view.run,
      severity,
      code,
      message,
      at,
    })),
});
