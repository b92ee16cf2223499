/**
 * - A1. No custom action and no activity runs before the record that asks for it is on disk.
 * - A11. A custom action has run at least once: never twice in one life, and again in a later
 *   one only where its record was in the actor's last append.
 */
import type { Evidence } from "./drill-check.ts";
import { numberIn, type Replayed } from "./drill-replay.ts";
import type { Trace } from "./drill-world.ts";

/** A line of the world, and where it stands there. */
interface Placed {
  readonly place: number;
  readonly life: number;
}
type Append = Placed & { readonly stream: string; readonly from: number; readonly to: number };

export function checkActions({ actors, world, fault }: Evidence): void {
  const acts = new Map<string, Placed[]>();
  const appends = new Map<string, Append[]>();
  for (const [place, trace] of world.entries()) note(trace, place);
  for (const actor of actors.values())
    for (const [seq, action] of askedOf(actor)) {
      const acted = acts.get(action) ?? [];
      acts.delete(action);
      check(action, { seq, acted, appends: appends.get(actor.address) ?? [] }, fault);
    }
  for (const key of acts.keys()) fault(`${key} ran, but no record asks for it`);

  function note(trace: Trace, place: number): void {
    const { life } = trace;
    if (trace.what === "appended") push(appends, trace.stream, { ...trace, place });
    if (trace.what === "acted") push(acts, trace.action, { place, life });
    if (trace.what !== "begun") return;
    const [stream = "", id = ""] = trace.run.key.split("#");
    const covers = (appends.get(stream) ?? []).some(({ to }) => to >= Number.parseInt(id, 10));
    const here = (appends.get(stream) ?? []).some((append) => append.life === life);
    if (!covers || !here) fault(`${trace.run.key} began before its record was acknowledged`);
  }
}

function check(
  action: string,
  { seq, acted, appends }: { seq: number; acted: readonly Placed[]; appends: readonly Append[] },
  fault: Evidence["fault"],
): void {
  if (acted.length === 0) fault(`${action} never ran`);
  const written = appends.find(({ from, to }) => from <= seq && seq <= to);
  for (const [index, { place, life }] of acted.entries()) {
    if (written !== undefined && place < written.place)
      fault(`${action} ran before record ${seq} was acknowledged`);
    const next = acted[index + 1];
    if (next === undefined) continue;
    if (next.life === life) fault(`${action} ran twice in life ${life}`);
    const certain = appends.some(
      (append) => append.life === life && append.from > seq && append.place > place,
    );
    if (certain && !action.includes("nudge"))
      fault(`${action} ran again in life ${next.life}, though a record says that it ran`);
  }
}

/** The actions that the actor's records ask for, as the world knows them. */
function askedOf({ address, steps }: Replayed): (readonly [seq: number, action: string])[] {
  const asked: (readonly [number, string])[] = [];
  for (const { seq, body } of steps) {
    const { born, event } = body;
    if (born !== undefined && address.startsWith("worker/")) asked.push([seq, `${address} nudge`]);
    if (event?.type === "JOB") asked.push([seq, `${address} job-${numberIn(event, "n")}`]);
    if (event?.type === "TELL") asked.push([seq, `${address} tell-${numberIn(event, "n")}`]);
  }
  return asked;
}

function push<TItem>(lists: Map<string, TItem[]>, key: string, item: TItem): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
