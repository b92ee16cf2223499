/** Whether this host's clock can be trusted with the timers of a log that others share. */
import type { Members } from "../../events/log/log.ts";
import type { Clock } from "../clock.ts";

/** How far it may be off, ms, beyond what the comparison itself may be off. */
const MOST_MS = 500;
const EVERY_MS = 10_000;

export interface ClockJudge {
  /** Compares the clocks, where it is time to. Where it cannot, the last verdict stands. */
  look(): Promise<void>;
  readonly isOff: () => boolean;
}

export function clockJudge({
  clock,
  members,
  warn,
}: {
  readonly clock: Clock;
  readonly members: Members;
  readonly warn: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}): ClockJudge {
  let off = clock.made !== true; // what nobody has compared is not trusted
  let said = false;
  let next = Number.NEGATIVE_INFINITY;
  return {
    isOff: () => off,
    async look() {
      if (clock.made === true || performance.now() < next) return; // the clock in question does not say when
      next = performance.now() + EVERY_MS;
      try {
        const { aheadMs, withinMs } = await members.skew(() => clock.now());
        off = Math.abs(aheadMs) - withinMs > MOST_MS;
        if (off && !said)
          warn("the clock is off the log's: this host owns nothing until it is right", {
            aheadMs,
            withinMs,
          });
        said = off;
      } catch (error) {
        next = 0; // with the next look
        warn("the clock could not be compared with the log's", { error });
      }
    },
  };
}
