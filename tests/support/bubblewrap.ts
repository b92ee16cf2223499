/**
 * Before the first test: on Linux there is a `bwrap`, found or obtained once, or the run fails and
 * says what to install. Elsewhere the sandbox's own tests fail: there is none.
 */
import { bubblewrap } from "../../scripts/bubblewrap.ts";

export async function setup(): Promise<void> {
  if (process.platform === "linux") process.env["TROUPE_BWRAP"] = await bubblewrap();
}
