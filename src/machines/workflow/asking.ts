/**
 * Questions to humans: durable waits, each with an id that nobody can mistake.
 *
 * - A gate's id is `TASK:KIND`; the second asking is `TASK:KIND~2`, and so on: an answer to an
 *   earlier asking never counts for a later one.
 */
import { GateKind } from "../../events/facts/workflow.ts";
import { entryAt, withEntry, withPlace, type Answer, type Entry, type Gate } from "./board.ts";
import { indexOf, type WorkflowContext } from "./run.ts";
import type { Turn } from "./turn.ts";

/** A gate as somebody names it. */
export interface NamedGate {
  readonly at: number;
  readonly task: string;
  readonly kind: GateKind;
  /** 1 for the first asking. */
  readonly asking: number;
  readonly gate: Gate;
}

/** The gate of an id, if it was ever opened and an answer to it makes sense, or made sense. */
export function gateNamed(context: WorkflowContext, id: string): NamedGate | undefined {
  const [, task = "", name, asking = "1"] = /^(.+):([a-z]+)(?:~([1-9]\d{0,5}))?$/.exec(id) ?? [];
  const kind = GateKind.safeParse(name);
  if (!kind.success) return undefined;
  const at = indexOf(context, task);
  const gate = entryAt(context.board, at)?.gates?.[kind.data];
  if (gate === undefined) return undefined;
  const found = { at, task, kind: kind.data, asking: Number(asking), gate };
  return isOpen(found) || answerIn(found) !== undefined ? found : undefined;
}

function isOpen({ gate, asking }: NamedGate): boolean {
  return gate.open && asking === gate.answers.length;
}

/** The answer that stands, if there is one. */
export function answerIn({ gate, asking }: NamedGate): Answer | undefined {
  return gate.answers[asking - 1] ?? undefined;
}

/** Asks a human; the task waits, and gives its place to others. */
// oxlint-disable-next-line max-params -- the step, and the three parts of a question
export function openGate(turn: Turn, at: number, kind: GateKind, question: string): void {
  const task = turn.context.plan.tasks[at]?.id ?? "";
  const entry = entryAt(turn.board, at);
  const answers = [...(entry?.gates?.[kind]?.answers ?? []), null];
  const gates = { ...entry?.gates, [kind]: { answers, open: true } };
  turn.board = withPlace(withEntry(turn.board, at, { status: "WAITING", gates }), at, false);
  const gate = idOf(task, kind, answers.length);
  turn.say({ type: "approval.requested", v: 1, data: { gate, task, kind, question } });
}

/** The ids of the gates of an entry that wait for an answer. */
export function openGates(task: string, { gates }: Pick<Entry, "gates">): readonly string[] {
  return GateKind.options.flatMap((kind) => {
    const gate = gates?.[kind];
    return gate?.open === true ? [idOf(task, kind, gate.answers.length)] : [];
  });
}

function idOf(task: string, kind: GateKind, asking: number): string {
  return `${task}:${kind}${asking === 1 ? "" : `~${asking}`}`;
}
