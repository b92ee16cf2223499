/** What follows from an event. Pure. */
import type { ContextCommand } from "../../events/context/commands.ts";
import type { Json } from "../../events/json.ts";
import { put, without } from "../sorted.ts";
import { acquire, lapse, leave, release, releaseAll, renew, settle, unlock } from "./locks.ts";
import type { ContextState } from "./state.ts";
import { Turn } from "./turn.ts";

/** Something falls due. */
export interface DueEvent {
  readonly type: "DUE";
}

/** The run is a fork, and begins here: the host's own word. */
export interface ForkedEvent {
  readonly type: "troupe.forked";
}

/** @param at epoch ms. @param event has no fault. */
export function step(
  state: ContextState,
  event: ContextCommand | DueEvent | ForkedEvent,
  at: number,
): Turn {
  const turn = new Turn(state, at);
  switch (event.type) {
    case "SET":
      write(turn, event.by, { [event.key]: event.value });
      break;
    case "UPDATE":
      write(turn, event.by, event.changes);
      break;
    case "DELETE":
      write(turn, event.by, { [event.key]: undefined });
      break;
    case "ACQUIRE":
      acquire(turn, event);
      break;
    case "RENEW":
      renew(turn, event);
      break;
    case "RELEASE":
      release(turn, event);
      break;
    case "LEAVE":
      leave(turn, event);
      break;
    case "UNLOCK":
      unlock(turn, event);
      break;
    case "DUE":
      turn.change({ alarmAt: null }); // it has rung
      lapse(turn);
      break;
    case "troupe.forked":
      releaseAll(turn);
      break;
  }
  turn.setAlarm();
  return turn;
}

/** @param changes by key; undefined deletes it. */
function write(turn: Turn, by: string, changes: Readonly<Record<string, Json | undefined>>): void {
  const version = turn.state.version + 1;
  const written = { version, updatedBy: by, updatedAt: turn.at };
  let { values } = turn.state;
  for (const [key, value] of Object.entries(changes)) {
    settle(turn, key);
    values = value === undefined ? without(values, key) : put(values, key, { value, ...written });
  }
  turn.change({ version, values });
  const updatedFields = Object.keys(changes);
  turn.say({ type: "context.updated", v: 1, data: { version, updatedFields, updatedBy: by } });
}
