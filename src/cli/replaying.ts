/**
 * Replays actors from their records alone: nothing runs, nothing is written (A2).
 */
import { readingStepper } from "../actors/client.ts";
import { kindsByName, type Kinds } from "../actors/kind.ts";
import { load, type LoadEnv } from "../actors/load.ts";
import { contextOf } from "../actors/xstate/context.ts";
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import { ARCHIVE_FILES, ARCHIVED } from "../events/log/archived.ts";
import type { EventLog } from "../events/log/log.ts";
import { hostKinds } from "../agents/host-kinds.ts";

/** One step of a replay. */
export interface Step {
  readonly seq: number;
  readonly type: string;
  readonly state: unknown;
  readonly hash: string;
}

export interface Replayed {
  readonly address: string;
  readonly steps: readonly Step[];
  readonly context: unknown;
  /** There if a record could not be applied, or led to another state than it says. */
  readonly fault?: TroupeError;
}

/** @param kinds default: those of Troupe itself. */
export function replayEnv(log: EventLog, kinds: Kinds = kindsByName(hostKinds())): LoadEnv {
  return { log, kinds, stepper: readingStepper(kinds) };
}

/** Replays one actor from its birth, without snapshots; every state hash is compared. */
export async function replay(env: LoadEnv, address: string, to?: number): Promise<Replayed> {
  const steps: Step[] = [];
  try {
    const fold = await load(env, address, {
      snapshots: false,
      ...(to === undefined ? {} : { to }),
      onRecord: ({ seq, type }, { state, hash }) => steps.push({ seq, type, state, hash }),
    });
    return { address, steps, context: contextOf(fold?.state.snapshot) ?? null };
  } catch (error) {
    if (!TroupeError.is(error)) throw error;
    const fault = TroupeError.is(error, "KIND_UNKNOWN") ? notOurs(address) : error;
    return { address, steps, context: null, fault };
  }
}

export interface ReplayedAll {
  /** Actors whose every state hash is the same. */
  readonly good: number;
  /** Actors of kinds that are not known here, by kind. */
  readonly strange: ReadonlyMap<string, number>;
  readonly faults: readonly TroupeError[];
}

/** Replays actors, one after the other; erased ones have nothing to replay. */
export async function replayAll(env: LoadEnv, addresses: Iterable<string>): Promise<ReplayedAll> {
  const strange = new Map<string, number>();
  const faults: TroupeError[] = [];
  let good = 0;
  for (const address of addresses) {
    const { kind } = parseAddress(address);
    if (!env.kinds.has(kind)) strange.set(kind, (strange.get(kind) ?? 0) + 1);
    else {
      const { fault } = await replay(env, address);
      if (fault === undefined) good++;
      else if (fault.code !== "RUN_ERASED") faults.push(fault);
    }
  }
  return { good, strange, faults };
}

/** Its machine is in the program that embeds Troupe, not in this command. */
function notOurs(address: string): TroupeError {
  const { kind } = parseAddress(address);
  return new TroupeError("KIND_UNKNOWN", `this command has no machine for kind "${kind}"`, {
    hint: "Name a module that exports it, with --kinds FILE.",
    data: { address },
  });
}

/** The addresses of the actors of a run, or of all runs, in the order of their first records; not of archived ones. */
export async function addressesIn(log: EventLog, root?: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for await (const { stream, type } of log.scan({ archived: false }))
    if (type === ARCHIVED || stream === ARCHIVE_FILES) found.delete(stream);
    else if (root === undefined || parseAddress(stream).root === root) found.add(stream);
  return [...found];
}
