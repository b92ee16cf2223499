/** What users import as `troupe/testing`: named exports, nothing else. It needs `fast-check` and `@xstate/graph`. */
export { arbitraryOf, type ArbitraryOptions, type Override } from "./arbitrary/arbitrary-of.ts";
export { eventsOf, inputOf } from "./arbitrary/events-of.ts";
export { isPure } from "./laws/is-pure.ts";
export type { LawOptions } from "./laws/law.ts";
export { noStuckState, type StuckOptions } from "./laws/no-stuck-state.ts";
export { snapshotRoundTrip } from "./laws/snapshot-round-trip.ts";
export { coversEveryTransition, type CoverOptions } from "./paths/covers-every-transition.ts";
export { pathsOf, type Path, type Paths, type PathsOptions } from "./paths/paths-of.ts";
export type { By } from "./paths/search.ts";
export type { Answer, Subject } from "./subject.ts";
export type { Move } from "./walk/move.ts";
export type { Tested } from "./walk/stage.ts";
export type { Walk } from "./walk/walks.ts";
