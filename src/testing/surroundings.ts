/** What a simulated process stands in: the scheduler, the faults, and who hears of what it does. */
import { TroupeError } from "../errors.ts";
import type { EventLog, NewRecord } from "../events/log/log.ts";
import type { Channel } from "./channel.ts";
import type { Faults } from "./faults.ts";
import type { Noted } from "./trace.ts";
import type { Turns } from "./turns.ts";

export interface Surroundings {
  readonly turns: Turns;
  readonly faults: Faults;
  /** Where writes land: lives as long as the store. */
  readonly server: EventLog;
  readonly written: (stream: string, records: readonly NewRecord[], last: number) => void;
  readonly note: (noted: Noted) => void;
  /** Between hosts that share the log. */
  readonly channel?: Channel | undefined;
  /** Whether what changes right now is a death, which nobody is told of. */
  readonly isUntold: () => boolean;
  /** An append is on its way. */
  readonly appends: (life: number, stream: string) => void;
}

export function unreachable(): TroupeError {
  return new TroupeError("LOG_UNREACHABLE", "the log cannot be reached (planned)", {
    hint: "Open a new host.",
  });
}
