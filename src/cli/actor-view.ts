/**
 * One actor as people look at it: its records, and what its commands printed. Pure.
 */
import { effectIn } from "../actors/causes.ts";
import { CommandResult } from "../events/command-result.ts";
import type { Json } from "../events/json.ts";
import type { RecordedEvent } from "../events/record.ts";
import { CheckResult } from "../events/work.ts";
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

/** Who started an actor, and in which of its records. */
export interface Starter {
  readonly address: string;
  readonly seq: number;
  /** Whether the actor is its child, and tells it how it ends. */
  readonly parent: boolean;
}

/** Who started the actor of this first record; undefined where it was started from outside. */
export function starterOf({ cause, body: { born } }: StepRecord): Starter | undefined {
  const found = effectIn(cause);
  if (born === undefined || found === undefined || found.ofAction) return undefined;
  return { address: found.address, seq: found.seq, parent: born.parent !== undefined };
}

/** What a command printed, and what the command was. */
export type Printed = Partial<CommandResult> &
  Pick<CommandResult, "stdout" | "stderr"> & { readonly what: string };

const Output = CommandResult.partial().required({ stdout: true, stderr: true });
const ENDED = /^xstate\.(?:done|error)\.actor\.(work|judge|checks)$/;

/** What commands printed, if this record says how some ended: well, or by an error that has their output. */
export function printedIn({ body: { event } }: StepRecord): readonly Printed[] {
  const what = ENDED.exec(event?.type ?? "")?.[1];
  if (event === undefined || what === undefined) return [];
  const result = resultIn(event);
  if (what === "checks") return testsIn(result);
  return commandIn(result, what === "work" ? "command" : "gate");
}

function commandIn(result: Json | undefined, what: string): readonly Printed[] {
  const parsed = Output.loose().safeParse(result);
  if (!parsed.success) return [];
  const { stdout, stderr, exitCode, truncated, durationMs } = parsed.data;
  return [
    {
      what,
      stdout,
      stderr,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(truncated === undefined ? {} : { truncated }),
      ...(durationMs === undefined ? {} : { durationMs }),
    },
  ];
}

function testsIn(result: Json | undefined): readonly Printed[] {
  const parsed = CheckResult.safeParse(result);
  if (!parsed.success) return [];
  return parsed.data.tests.map(({ cmd, exitCode, durationMs, output }) => {
    return { what: `test ${cmd}`, stdout: output, stderr: "", exitCode, durationMs };
  });
}

function resultIn(event: RecordedEvent): Json | undefined {
  if (event["output"] !== undefined) return event["output"];
  const error = event["error"];
  return isObject(error) ? error["data"] : undefined;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
