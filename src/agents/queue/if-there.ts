/** Looking at actors that may not be there yet. */
import type { Snapshot } from "xstate";
import { TroupeError } from "../../errors.ts";

/** An actor as it is now; undefined where it has no record yet. */
export async function ifThere(actor: {
  snapshot(): Promise<Snapshot<unknown>>;
}): Promise<Snapshot<unknown> | undefined> {
  try {
    return await actor.snapshot();
  } catch (error) {
    if (TroupeError.is(error, "ACTOR_NOT_FOUND")) return undefined;
    throw error;
  }
}
