/** Joining the hosts of a log. */
import { Hosting, type Placement, type PlacementOptions } from "./placement.ts";

/**
 * Resolves once what is free and falls to this host is taken over.
 *
 * @throws {@link TroupeError} where it is alone and cannot run what is open, or the log gives out.
 */
export async function joinHosts(options: PlacementOptions): Promise<Placement> {
  const hosting = new Hosting(options);
  try {
    await hosting.begin();
    return hosting;
  } catch (error) {
    await hosting[Symbol.asyncDispose]();
    throw error;
  }
}
