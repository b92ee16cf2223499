/** One thing that `troupe doctor` looked at. */
import { TroupeError } from "../errors.ts";
import type { NatsHealth } from "../events/log/jetstream/health.ts";
import type { Metrics } from "../projections/metrics.ts";

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly code?: string;
  readonly hint?: string;
  readonly metrics?: Metrics;
  /** The server and the streams of a log on NATS. */
  readonly nats?: NatsHealth;
}

/** A check that came upon an error. @throws what is no {@link TroupeError}. */
export function failed(name: string, error: unknown): Check {
  if (!TroupeError.is(error)) throw error;
  const { code, message, hint } = error;
  return { name, ok: false, found: message, code, ...(hint === undefined ? {} : { hint }) };
}
