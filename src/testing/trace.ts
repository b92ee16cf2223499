/** What happened in a simulation, in its order: the evidence beside the log. */
import type { Snapshot } from "xstate";
import type { Json } from "../events/json.ts";

/** One attempt at an activity. */
export interface Run {
  readonly key: string;
  readonly epoch: number;
  readonly attempt: number;
}

/** What a simulated command came to, once. */
export type Answer = { readonly seq: number } | { readonly code: string };

/** One thing that happened, in the life of the host in which it did. */
export type Trace = { readonly life: number } & (
  | {
      readonly what: "begun" | "over" | "failed" | "aborted";
      readonly run: Run;
      /** What it came to, encoded; where it is not there, the output names its run. */
      readonly output?: Json;
    }
  /** A custom action has run. */
  | { readonly what: "acted"; readonly action: string }
  /** It has become the owner of one partition among hosts that share the log. */
  | { readonly what: "owned"; readonly partition: number; readonly epoch: number }
  /** The log has refused an append, since another writer had been there. */
  | { readonly what: "conflict"; readonly stream: string }
  /** The log has acknowledged these records. */
  | { readonly what: "appended"; readonly stream: string; readonly from: number; readonly to: number }
);

/** The same, with what the log held then. */
export type Noted = Trace & {
  /** The tip of the stream that it is about. */
  readonly tip?: number;
  /** What the clock showed, epoch ms. */
  readonly at?: number;
};

/** What a look at an actor showed. */
export interface Look {
  readonly address: string;
  /** The seq that the user knows to be on disk when asking. */
  readonly from: number;
  /** The tip when it was answered. */
  readonly to: number;
  readonly snapshot: Snapshot<unknown>;
}

/** The actor that a line is about; undefined where it is about none. */
export function addressOf(noted: Noted): string | undefined {
  if ("stream" in noted) return noted.stream;
  if ("action" in noted) return noted.action.slice(0, noted.action.indexOf(" "));
  return "run" in noted ? noted.run.key.slice(0, noted.run.key.indexOf("#")) : undefined;
}
