/** How a shared context is asked: commands in, and what the records say of them out. */
import type { SnapshotFrom } from "xstate";
import type { Actors } from "../../actors/face.ts";
import type { KindEvent } from "../../actors/kind.ts";
import type { ContextFact } from "../../events/context/facts.ts";
import type { ContextState, Lease } from "../../machines/context/state.ts";
import { get } from "../../machines/sorted.ts";
import type { ContextKind } from "./context-kind.ts";

/** What a host and a client offer, whatever other kinds they have. */
export type ContextActors = Pick<
  Actors<readonly [ContextKind]>,
  "~kinds" | "start" | "actor" | "facts" | "latest"
>;

/** One context, to be asked. */
export interface Asking {
  readonly address: `context/${string}`;
  readonly actors: ContextActors;
  /** @returns what the command's record says. */
  tell(command: KindEvent<ContextKind>): Promise<readonly ContextFact[]>;
  state(): Promise<ContextState>;
}

export function asking(actors: ContextActors, run: string): Asking {
  const address = `context/${run}` as const;
  const actor = actors.actor(address);
  return {
    address,
    actors,
    async tell(command) {
      const { facts } = await actor.send(command);
      return facts as unknown as readonly ContextFact[]; // its kind says nothing else
    },
    state: async () => contextIn(await actor.snapshot()),
  };
}

export function contextIn({ context }: SnapshotFrom<ContextKind["machine"]>): ContextState {
  return context as unknown as ContextState; // as the context's machine has it
}

/** The lock of a key, where this owner has it. */
export function leaseOf(state: ContextState, key: string, owner: string): Lease | undefined {
  const lease = get(state.locks, key);
  return lease?.owner === owner ? lease : undefined;
}

/** Whether an owner stands in line for a key. */
export function isWaiting(state: ContextState, key: string, owner: string): boolean {
  const claims = get(state.claims, owner);
  return claims !== undefined && (get(claims, key) ?? 0) > 0;
}
