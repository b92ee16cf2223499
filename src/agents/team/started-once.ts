/** Starting what whoever comes first starts: an exchange, a shared context. */
import { TroupeError } from "../../errors.ts";

/** Whoever started it with another input was first: it is as they said. */
export async function startedOnce(started: Promise<unknown>): Promise<void> {
  try {
    await started;
  } catch (error) {
    if (!TroupeError.is(error, "ACTOR_EXISTS")) throw error;
  }
}
