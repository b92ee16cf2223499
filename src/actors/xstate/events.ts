/**
 * Events on their way out of a machine, and those that XState's own protocol sends between a
 * child and its parent.
 */
import type { Snapshot } from "xstate";
import type { Json } from "../../events/json.ts";
import type { EncodedEvent, Identity } from "./contract.ts";
import { encode, encodeError, encodeSnapshot, put } from "./encode.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** An object's own fields; none for anything else. */
export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {}; // every key of an object may be read
}

/**
 * An event as it is recorded.
 *
 * @throws {@link TroupeError} `JSON_INVALID` with the path of what JSON cannot hold.
 */
export function encodeEvent(event: unknown, place: string): EncodedEvent {
  const all = fields(event);
  const type = all["type"];
  // What XState itself sends has no output where a machine has none, and any error.
  const own = String(type).startsWith("xstate.");
  const json: Record<string, Json> = {};
  for (const key of Object.keys(all)) {
    const item = all[key];
    if (key === "type" || (own && item === undefined)) continue;
    put(json, key, own && key === "error" ? encodeError(item) : encode(item, `${place}.${key}`));
  }
  json["type"] = String(type);
  return json as EncodedEvent; // its type was set on the line before
}

export function doneEvent(id: string, output: unknown): EncodedEvent {
  const type = `xstate.done.actor.${id}`;
  return output === undefined
    ? { type, actorId: id }
    : { type, output: encode(output, `output of "${id}"`), actorId: id };
}

export function errorEvent(id: string, error: unknown): EncodedEvent {
  return { type: `xstate.error.actor.${id}`, error: encodeError(error), actorId: id };
}

export function snapshotEvent(id: string, snapshot: Snapshot<unknown>): EncodedEvent {
  return { type: `xstate.snapshot.${id}`, snapshot: encodeSnapshot(snapshot, `snapshot of "${id}"`) };
}

/** What an actor's new status is to its parent. */
export function noticeOf(
  { id, syncSnapshot }: Identity,
  snapshot: Snapshot<unknown>,
): EncodedEvent | undefined {
  switch (snapshot.status) {
    case "done":
      return doneEvent(id, snapshot.output);
    case "error":
      return errorEvent(id, snapshot.error);
    case "active":
      return syncSnapshot ? snapshotEvent(id, snapshot) : undefined;
    case "stopped":
      return undefined;
  }
}
