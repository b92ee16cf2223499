/** What users import as `troupe/testing`: named exports, nothing else. */
export type { Given } from "./casting.ts";
export { crashAnywhere } from "./crash-anywhere.ts";
export type { FaultName } from "./faults-drawn.ts";
export { ignoresStaleCompletions, type StaleSimulated } from "./ignores-stale-completions.ts";
export { LawBroken } from "./law-broken.ts";
export { replayEqualsLive } from "./replay-equals-live.ts";
export { simulate, type SimulationOptions } from "./simulate.ts";
export type { Answer, Subject } from "./subject.ts";
export type { Simulated } from "./tally.ts";
