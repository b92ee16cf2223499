/**
 * What follows once something has changed: what is no longer needed is called off, a round
 * that is over lets the next one come, and what may start does.
 */
import { ended, entriesWhere, grownBoard, type Entry } from "./board.ts";
import type { Growth } from "./growth.ts";
import { grown, isJoined } from "./patterns.ts";
import { arriveAll, dispatch, end, unrun } from "./scheduling.ts";
import type { Turn } from "./turn.ts";

export function settle(turn: Turn): void {
  callOff(turn);
  while (turn.board.open === 0) {
    const growth = grown(turn.context);
    if (growth === undefined) break;
    grow(turn, growth);
    callOff(turn);
  }
  dispatch(turn);
}

/** Ends all that has not begun, and tells what runs to end; its branch todos go with it. */
export function cancelRest(turn: Turn, reason: string): void {
  const idle = entriesWhere(turn.board, (entry) => isOpen(entry) && entry.alive !== true);
  const alive = entriesWhere(turn.board, (entry) => isOpen(entry) && entry.alive === true);
  const { tasks } = turn.context.plan;
  for (const at of idle) turn.board = ended(turn.board, at, unrun("CANCELLED", { reason }), true);
  const ids = idle.flatMap((at) => tasks[at]?.id ?? []);
  if (ids.length > 0) turn.say({ type: "tasks.cancelled", v: 1, data: { tasks: ids, reason } });
  for (const at of alive) turn.tell(tasks[at]?.id ?? "", { type: "CANCEL", reason });
}

/** What is no longer needed does not start, and ends. */
function callOff(turn: Turn): void {
  if (turn.board.open === 0 || turn.context.reason !== undefined) return;
  callOffJoined(turn);
  callOffSaga(turn);
}

/** Enough branches are joined. */
function callOffJoined(turn: Turn): void {
  const { board } = turn;
  if (board.round.joined || !isJoined(turn.context)) return;
  turn.board = { ...board, round: { ...board.round, joined: true } };
  cancelRest(turn, "enough others completed");
}

/** A saga has failed: what has not begun never does. */
function callOffSaga(turn: Turn): void {
  const { plan, undoing } = turn.context;
  if (plan.pattern !== "saga" || undoing !== undefined || turn.board.round.bad === 0) return;
  const [cause = -1] = entriesWhere(turn.board, ({ outcome }) => isCause(outcome?.status));
  const blockedBy = plan.tasks[cause]?.id ?? "";
  for (const at of entriesWhere(turn.board, (entry) => isOpen(entry) && entry.alive !== true))
    end(turn, at, unrun("SKIPPED", { blockedBy }));
}

function isCause(status: string | undefined): boolean {
  return status === "FAILED" || status === "CANCELLED";
}

function isOpen({ outcome }: Entry): boolean {
  return outcome === undefined;
}

function grow(turn: Turn, { tasks, by, facts = [], change = {} }: Growth): void {
  const { plan } = turn.context;
  const first = plan.tasks.length;
  const round = (plan.tasks.at(-1)?.added?.round ?? 0) + 1;
  const more = tasks.map(({ added, ...task }) =>
    added ? { ...task, added: { ...added, round } } : task,
  );
  turn.change({ ...change, plan: { ...plan, tasks: [...plan.tasks, ...more] } });
  turn.board = grownBoard(turn.board, more);
  turn.say(...facts);
  if (more.length > 0)
    turn.say({
      type: "tasks.added",
      v: 1,
      data: {
        tasks: more.map(({ id, title = id }) => ({ id, title })),
        ...(by !== undefined && { by }),
      },
    });
  arriveAll(
    turn,
    more.map((_, n) => first + n),
  );
}
