/** The law that a replay is what was lived, of a user's kinds on the real host. */
import type { AnyKind } from "../actors/kind.ts";
import type { Given } from "./casting.ts";
import { simulateBy, type SimulationOptions } from "./simulate.ts";
import type { Simulated } from "./tally.ts";

/**
 * For every history, the actor that its records alone make is, at each record that the live host
 * showed, the actor that was seen: state, context, status, children. Every hash is the same, also by
 * another clock and other chances; so is the actor that a snapshot makes.
 *
 * Nothing befalls the hosts; `simulate` and `crashAnywhere` ask the same with faults.
 *
 * @throws {@link TroupeError} `LAW_BROKEN`; `USAGE` as `simulate` does.
 */
export function replayEqualsLive<TKind extends AnyKind>(
  given: Given<TKind>,
  options: Omit<SimulationOptions, "faults"> = {},
): Promise<Simulated> {
  return simulateBy("replayEqualsLive", given, { runs: 30, ...options, faults: "none" });
}
