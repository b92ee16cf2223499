/**
 * Everything as an object-centric event log: OCEL 2.0, in its JSON format.
 *
 * - Objects are workflows, tasks, agents, artifacts and executions; an event is about all those that took part.
 * - Values are texts, as the published schema has them; the declared types say how to read them.
 * - Ids begin with the type, so that a task and an agent of one name are two objects.
 */
import { ocelEvents } from "./ocel-events.ts";
import { ocelObjects } from "./ocel-objects.ts";
import { EVENT_TYPES, OBJECT_TYPES } from "./ocel-parts.ts";
import type { ExportSource } from "./source.ts";

/** Pieces of text, in order: types, objects, events. */
export async function* exportOcel(source: ExportSource): AsyncGenerator<string> {
  const types = { objectTypes: OBJECT_TYPES, eventTypes: EVENT_TYPES };
  yield `${JSON.stringify(types).slice(0, -1)},\n"objects":[`;
  yield* listed(ocelObjects(source));
  yield `\n],\n"events":[`;
  yield* listed(ocelEvents(source));
  yield "\n]}\n";
}

async function* listed(items: AsyncIterable<object>): AsyncGenerator<string> {
  let before = "\n";
  for await (const item of items) {
    yield before + JSON.stringify(item);
    before = ",\n";
  }
}
