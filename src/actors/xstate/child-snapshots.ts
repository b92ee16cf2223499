/**
 * What an actor knows of its children's snapshots: only what its own records say (A15).
 *
 * The last `xstate.snapshot.<id>` that came, and how a child ended. It is kept until the child
 * is stopped or another takes its place, and is all that `getSnapshot()` answers inside a step.
 */
import { isMachineSnapshot } from "xstate";
import type { Snapshot } from "xstate";
import { TroupeError } from "../../errors.ts";
import type { Json } from "../../events/json.ts";
import type { EncodedEvent, State } from "./contract.ts";
import { fields } from "./events.ts";
import type { Ref } from "./refs.ts";

type Known = Readonly<Record<string, Json>>;

/** Nothing is known: one object, so that this is seen without a look into it. */
export const NONE_KNOWN: Known = Object.freeze({});

/** The state with what this event says of a child, before the step that it causes. */
export function withNewsOf(state: State, event: EncodedEvent): State {
  const news = newsIn(event);
  if (news === undefined) return state;
  const address = addressOfChild(state.snapshot, news.id);
  if (address === undefined) return state;
  return { ...state, news: { address, snapshot: news.snapshot } };
}

/** What is known after a step: with its news, without those that it has stopped. */
export function knownAfter({ childSnapshots, news }: State, stopped: readonly string[]): Known {
  const gone = childSnapshots !== NONE_KNOWN && stopped.some((address) => address in childSnapshots);
  const left = gone
    ? Object.fromEntries(Object.entries(childSnapshots).filter(([key]) => !stopped.includes(key)))
    : childSnapshots;
  // most children that end are stopped by the same step: nothing is copied for them
  if (news === undefined || stopped.includes(news.address)) return left;
  return { ...left, [news.address]: news.snapshot };
}

/** The last that is known of a child. */
export function knownOf({ childSnapshots, news }: State, address: string): Json | undefined {
  return news?.address === address ? news.snapshot : childSnapshots[address];
}

/** The address of the child that stands under an id now. */
export function addressOfChild(snapshot: Snapshot<unknown>, id: string): string | undefined {
  if (!isMachineSnapshot(snapshot)) return undefined;
  const children: Readonly<Record<string, Ref | undefined>> = snapshot.children;
  const nameless = children["undefined"]?.id === id ? children["undefined"] : undefined;
  return (children[id] ?? nameless)?.sessionId;
}

/** Whether a child is known to have ended by itself. */
export function hasEnded(state: State, address: string): boolean {
  const { status } = fields(knownOf(state, address));
  return status === "done" || status === "error";
}

export function snapshotUnknown(ref: Ref): TroupeError {
  return new TroupeError(
    "SNAPSHOT_UNKNOWN",
    `the snapshot of "${ref.sessionId}" is not in the records of the actor that asks`,
    {
      hint: "Ask for its snapshots with onSnapshot or syncSnapshot, or have the actor send what you need.",
      data: { address: ref.sessionId },
    },
  );
}

const SNAPSHOT = "xstate.snapshot.";
const DONE = "xstate.done.actor.";
const ERROR = "xstate.error.actor.";

function newsIn(event: EncodedEvent): { id: string; snapshot: Json } | undefined {
  const { type } = event;
  if (!type.startsWith("xstate.")) return undefined;
  if (type.startsWith(SNAPSHOT))
    return { id: type.slice(SNAPSHOT.length), snapshot: event["snapshot"] ?? null };
  if (type.startsWith(DONE))
    return { id: type.slice(DONE.length), snapshot: ended("done", "output", event["output"]) };
  if (type.startsWith(ERROR))
    return { id: type.slice(ERROR.length), snapshot: ended("error", "error", event["error"]) };
  return undefined;
}

function ended(status: string, key: string, value: Json | undefined): Json {
  return { troupe$: "plain-snapshot", status, ...(value !== undefined && { [key]: value }) };
}
