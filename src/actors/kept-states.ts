/**
 * The states of actors that somebody else runs, kept between two looks: a look reads only the records
 * that came since, so it costs the same however large the state is (A13).
 *
 * - What is kept is a cache: what it cannot go on from is loaded anew, and says then what is wrong.
 */
import type { Snapshot } from "xstate";
import { parseAddress } from "../events/address.ts";
import type { Fold } from "./fold.ts";
import { notFound } from "./inputs.ts";
import { load, type LoadEnv } from "./load.ts";

/** As many actors are kept: those that were looked at last. */
const MOST = 64;

/** @returns the state as of an actor's last record. It throws as `readState` does. */
export function keptStates(env: LoadEnv): (address: string) => Promise<Snapshot<unknown>> {
  const kept = new Map<string, Promise<Fold | undefined>>();
  return async (address) => {
    parseAddress(address);
    const now = caughtUp(env, address, kept.get(address)); // one after another: a fold is moved in place
    kept.delete(address);
    kept.set(address, now);
    for (const oldest of kept.keys()) if (kept.size > MOST) kept.delete(oldest);
    const fold = await now;
    if (fold === undefined) throw notFound(address);
    return fold.state.snapshot;
  };
}

async function caughtUp(
  env: LoadEnv,
  address: string,
  before: Promise<Fold | undefined> | undefined,
): Promise<Fold | undefined> {
  try {
    const from = await before;
    if (from !== undefined) return await load(env, address, { from });
  } catch {
    // what was kept, or how it went on, is of no use: below it is loaded anew, and says why
  }
  return load(env, address);
}
