/** Who runs the actors of a simulated history: the hosts that there ever were, and what befalls them. */
import type { TurnFault } from "./faults.ts";
import type { Life } from "./life.ts";
import type { Turns } from "./turns.ts";

/** What befalls hosts between two turns. */
export type HostFault = Exclude<TurnFault, { readonly fault: "clock" }>;

export interface Crew {
  /** All that there ever were. */
  readonly lives: readonly Life[];
  begin(): void;
  /** One that the user may ask now. */
  pick(): Life | undefined;
  /** Those whose answers the user waits for. */
  readonly asked: readonly Life[];
  /** Whether all is as it should stay. */
  readonly rests: boolean;
  befall(fault: HostFault): void;
  /** A host appends to a stream. */
  appends(life: number, stream: string): void;
  /** What a former owner left in these actors is found by the next one. */
  renew(streams: Iterable<string>): void;
  /** Its host cannot go on. */
  failed(life: Life): void;
  ended(life: Life): void;
  /** Whether a host believes to own an actor, and does not. */
  isStale(life: Life, stream: string): boolean;
  /** Whether two hosts believe to own an actor. */
  hasTwoOwners(stream: string): boolean;
  /** From now on nobody comes any more. */
  readonly stop: () => void;
}

/** Opens the next host. */
export type NextLife = (number: number) => Life;

/** Whoever was replaced goes on for so many turns; then it dies, or hears of it. */
export function goOnFor(
  turnsLeft: number,
  { life, turns }: { readonly life: Life; readonly turns: Turns },
  { dies, hears }: { readonly dies: () => void; readonly hears: () => void },
): void {
  const until = turns.taken + turnsLeft;
  const end = (): void => {
    if (life.end !== undefined) return;
    if (turns.taken < until) turns.add(life.number, end);
    else if (turnsLeft % 2 === 0) dies();
    else hears();
  };
  end();
}
