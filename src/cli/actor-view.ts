/**
 * One actor as people look at it: its records, and what its commands printed. Pure.
 */
import { CommandResult } from "../events/command-result.ts";
import type { Json } from "../events/json.ts";
import type { RecordedEvent } from "../events/record.ts";
import type { StepRecord } from "../projections/projection.ts";
import { stateLabel } from "../projections/runs-view.ts";

/** One record in a few words. */
export interface Line {
  readonly address: string;
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly state: string;
  readonly handled: boolean;
  readonly input?: string;
}

export function lineOf({ stream, seq, at, type, body }: StepRecord): Line {
  const input = body.event?.type;
  return {
    address: stream,
    seq,
    at,
    type,
    state: stateLabel(body.status, body.state),
    handled: body.handled !== false && body.stale !== true,
    ...(input === undefined || input === type ? {} : { input }),
  };
}

/** What the attempts of a task printed, in order. */
export type Printed = Partial<CommandResult> & Pick<CommandResult, "stdout" | "stderr">;

const Output = CommandResult.partial().required({ stdout: true, stderr: true });

/** What a command printed, if this record says how one ended: well, or by an error that has its output. */
export function printedIn({ body: { event } }: StepRecord): Printed | undefined {
  if (event === undefined || !/^xstate\.(done|error)\.actor\.command$/.test(event.type))
    return undefined;
  const parsed = Output.loose().safeParse(resultIn(event));
  if (!parsed.success) return undefined;
  const { stdout, stderr, exitCode, truncated, durationMs } = parsed.data;
  return {
    stdout,
    stderr,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(truncated === undefined ? {} : { truncated }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}

function resultIn(event: RecordedEvent): Json | undefined {
  if (event["output"] !== undefined) return event["output"];
  const error = event["error"];
  return isObject(error) ? error["data"] : undefined;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
