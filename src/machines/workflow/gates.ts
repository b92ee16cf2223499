/**
 * Answers of humans: the first one counts, a later one is only recorded.
 */
import { denialOf } from "../../events/failure.ts";
import { answerIn, gateNamed, type NamedGate } from "./asking.ts";
import { entryAt, withEntry, type Answer } from "./board.ts";
import { end, makeReady, unrun } from "./scheduling.ts";
import type { Turn } from "./turn.ts";

/** Takes in an answer: the first one counts, a later one is only recorded. */
export function answerGate(turn: Turn, id: string, answer: Answer): void {
  const named = gateNamed(turn.context, id);
  if (named === undefined) return;
  const { granted, ...who } = answer;
  const first = answerIn(named);
  if (first !== undefined) {
    const data = { gate: id, answer: wordOf(granted), first: wordOf(first.granted), ...who };
    turn.say({ type: "approval.refused", v: 1, data });
    return;
  }
  const { at, kind, gate } = named;
  const { gates } = entryAt(turn.board, at) ?? {};
  const answered = { answers: gate.answers.with(-1, answer), open: false };
  turn.board = withEntry(turn.board, at, { gates: { ...gates, [kind]: answered } });
  turn.say(
    granted
      ? { type: "approval.granted", v: 1, data: { gate: id, ...who } }
      : { type: "approval.denied", v: 1, data: { gate: id, ...who } },
  );
  if (kind === "before") begin(turn, at, answer);
  else passOn(turn, named, answer);
}

function begin(turn: Turn, at: number, answer: Answer): void {
  if (answer.granted) {
    turn.board = withEntry(turn.board, at, { status: "PENDING" });
    makeReady(turn, at);
    return;
  }
  end(turn, at, unrun("FAILED", { failure: denialOf(answer) }));
}

/** Tells the task, once there is a place if that makes it work; while the run is paused, that waits. */
function passOn(turn: Turn, { at, task, kind }: NamedGate, answer: Answer): void {
  if ((kind === "escalation" || kind === "fix") && answer.granted) {
    turn.board = withEntry(turn.board, at, { resumes: kind });
    return makeReady(turn, at);
  }
  const order = { type: "ANSWER", kind, ...answer } as const;
  turn.board = withEntry(turn.board, at, { status: "RUNNING" });
  if (turn.context.paused === "no") turn.tell(task, order);
  else turn.change({ later: [...turn.context.later, { type: "order", task, order }] });
}

function wordOf(granted: boolean): "granted" | "denied" {
  return granted ? "granted" : "denied";
}
