/** What humans are asked in a run, and what they answer: the first answer stands. */
import type { GateKind, WorkflowFact } from "../events/facts/workflow.ts";
import { withListed } from "./runs-listed.ts";
import type { RunView } from "./runs-view.ts";

export interface AnswerView {
  readonly answer: "granted" | "denied";
  readonly at: number;
  readonly by?: string;
  readonly comment?: string;
}

/** What a human was asked. */
export interface GateView {
  readonly gate: string;
  readonly task: string;
  readonly kind: GateKind;
  readonly question: string;
  readonly askedAt: number;
  /** The first answer: it stands. */
  readonly answer?: AnswerView;
  /** Later ones, in order. */
  readonly refused: readonly AnswerView[];
}

type Of<TType extends WorkflowFact["type"]> = Extract<WorkflowFact, { readonly type: TType }>;

export function asked(view: RunView, data: Of<"approval.requested">["data"], at: number): RunView {
  const { gate, task, kind, question } = data;
  const request: GateView = { gate, task, kind, question, askedAt: at, refused: [] };
  const gates = [...view.gates.filter((other) => other.gate !== gate), request];
  return withListed({ ...view, gates }, task, (known) => ({
    ...known,
    openGates: [...known.openGates.filter((other) => other !== gate), gate],
  }));
}

export function answered(
  view: RunView,
  fact: Of<"approval.granted" | "approval.denied" | "approval.refused">,
  at: number,
): RunView {
  const { gate, by, comment } = fact.data;
  const known = view.gates.find((one) => one.gate === gate);
  if (known === undefined) return view;
  const answer: AnswerView = {
    answer: fact.type === "approval.refused" ? fact.data.answer : WORDS[fact.type],
    at,
    ...(by !== undefined && { by }),
    ...(comment !== undefined && { comment }),
  };
  const after: GateView =
    fact.type === "approval.refused"
      ? { ...known, refused: [...known.refused, answer] }
      : { ...known, answer };
  const gates = view.gates.map((one) => (one === known ? after : one));
  return withListed({ ...view, gates }, known.task, (task) => ({
    ...task,
    openGates: task.openGates.filter((other) => other !== gate),
  }));
}

const WORDS = { "approval.granted": "granted", "approval.denied": "denied" } as const;
