/**
 * Activities: promises that touch the outside world, with what they need to do so safely.
 *
 * A plain `fromPromise` works too; `activity` adds retries, a timeout, a heartbeat and the
 * context below. Under plain XState the same logic runs with a context of its own.
 */
import {
  fromPromise,
  type AnyActorLogic,
  type AnyActorRef,
  type EventObject,
  type NonReducibleUnknown,
  type PromiseActorLogic,
} from "xstate";
import { TroupeError } from "../errors.ts";
import type { Json } from "../events/json.ts";
import type { Projection, StepRecord } from "../projections/projection.ts";
import type { KeyedRow } from "../projections/face.ts";
import { assertOpen } from "./kind.ts";

/** What an activity gets beside its input. */
export interface ActivityContext {
  /** Aborts when the activity is stopped, times out, or its host loses the log. */
  readonly signal: AbortSignal;
  /** The same in every attempt: hand it to the service that is called. */
  readonly idempotencyKey: string;
  /** Greater than any earlier attempt's, in epoch or attempt: a service may refuse a lower one. */
  readonly fence: { readonly epoch: number; readonly attempt: number };
  /** Epoch ms at which this attempt times out; absent without a timeout. */
  readonly deadline?: number;
  /** Says that it still lives; due every `heartbeatMs`. */
  readonly heartbeat: () => void;
  /** Tells watchers how far it is; counts as a heartbeat. Not recorded. */
  readonly progress: (value: Json) => void;
  /** Writes to the host's log (talk, not data). */
  readonly log: (...args: readonly unknown[]) => void;
  /** The records of an actor, its own by default, as the log holds them now, from `after + 1` on. */
  readonly records: (
    address?: string,
    options?: { readonly after?: number },
  ) => AsyncIterable<StepRecord>;
  /** The rows of a built-in projection of the log, as of now or later. */
  readonly rows: <TRow>(projection: Projection<TRow>) => Promise<readonly KeyedRow<TRow>[]>;
  /**
   * Tells its own actor something while it runs; recorded as an input of that actor, whether its
   * machine takes it or not, before the activity's end is. After that end it is not heard.
   *
   * A crash may forget what was told last: whoever runs again looks into the actor's records.
   *
   * @throws {@link TroupeError} `EVENT_RESERVED` for `xstate.*` and `troupe.*`, `JSON_INVALID`.
   */
  readonly tell: (event: EventObject) => void;
}

export interface RetryPolicy {
  /** Attempts in all, failures only counted. Default 1: no retry. */
  readonly maxAttempts: number;
  /** Wait before attempt n + 1: `delayMs · factor^(n−1)`, at most `maxDelayMs`. Defaults 1000, 2, 60,000. */
  readonly delayMs?: number;
  readonly factor?: number;
  readonly maxDelayMs?: number;
  /** Whether an error is worth another attempt. Default: all are. Where it throws: no. */
  readonly when?: (error: unknown) => boolean;
}

export interface ActivityOptions<TInput> {
  /** Time of one attempt, ms. Default: none. */
  readonly timeoutMs?: number | ((input: TInput) => number | undefined);
  /** Longest silence of one attempt, ms. Default: none. */
  readonly heartbeatMs?: number;
  readonly retry?: RetryPolicy | ((input: TInput) => RetryPolicy | undefined);
  /**
   * Label of the hosts that can do it. It runs on the host of its actor where that has the label,
   * else on one that has it; while there is none it waits, and its time does not count. On a log of
   * one host a label that it lacks is `LABEL_UNKNOWN`. Default: the host of its actor.
   */
  readonly on?: string | ((input: TInput) => string | undefined);
}

/** The options as the host reads them, whatever the input's type. */
export interface ActivitySettings {
  readonly timeoutMs: number | undefined;
  readonly heartbeatMs: number | undefined;
  readonly retry: RetryPolicy | undefined;
  readonly on: string | undefined;
}

const NONE: ActivitySettings = {
  timeoutMs: undefined,
  heartbeatMs: undefined,
  retry: undefined,
  on: undefined,
};

const settings = new WeakMap<object, (input: unknown) => ActivitySettings>();
const contexts = new WeakMap<object, Omit<ActivityContext, "signal">>();

/**
 * Makes actor logic of an async function, for a machine's `actors`.
 *
 * A crash before its completion was recorded runs it again, with the same idempotency key
 * and the next attempt number.
 */
export function activity<TInput extends NonReducibleUnknown, TOutput>(
  run: (args: ActivityContext & { readonly input: TInput }) => Promise<TOutput>,
  options: ActivityOptions<TInput> = {},
): PromiseActorLogic<TOutput, TInput> {
  const logic = fromPromise<TOutput, TInput>(({ input, signal, self }) =>
    run({ ...(contexts.get(self) ?? standalone(self)), input, signal }),
  );
  const { timeoutMs, heartbeatMs, retry, on } = options;
  settings.set(logic, (input) => {
    const typed = input as TInput; // the machine's types made sure that this is what it passes
    return {
      timeoutMs: typeof timeoutMs === "function" ? timeoutMs(typed) : timeoutMs,
      heartbeatMs,
      retry: typeof retry === "function" ? retry(typed) : retry,
      on: assertLabel(typeof on === "function" ? on(typed) : on),
    };
  });
  return logic;
}

/** The settings of an activity; of a plain promise: none. */
export function settingsOf(logic: AnyActorLogic, input: unknown): ActivitySettings {
  return settings.get(logic)?.(input) ?? NONE;
}

/** Whether {@link activity} made it. */
export function isActivity(logic: AnyActorLogic): boolean {
  return settings.has(logic);
}

/** What hosts have as labels, and activities and agents ask for. */
export const LABEL = /^[A-Za-z0-9_-]{1,64}$/;

function assertLabel(on: string | undefined): string | undefined {
  if (on === undefined || LABEL.test(on)) return on;
  throw new TroupeError("USAGE", `an activity cannot be on ${JSON.stringify(on)}: it is no label`, {
    hint: "Use letters, digits, _ and -, at most 64.",
    data: { on },
  });
}

/** Hands the context to the attempt of this logic that is about to start under this `self`. */
export function attachContext(
  logic: AnyActorLogic,
  self: object,
  context: () => Omit<ActivityContext, "signal">,
): void {
  if (settings.has(logic)) contexts.set(self, context()); // nothing else reads it
}

/** T-R1: `delay · factor^(failures−1)`, capped; undefined if no attempt is left. */
export function retryDelay(
  policy: RetryPolicy | undefined,
  failures: number,
  error: unknown,
): number | undefined {
  if (policy === undefined || failures >= policy.maxAttempts || !isWorth(policy, error))
    return undefined;
  const { delayMs = 1000, factor = 2, maxDelayMs = 60_000 } = policy;
  return Math.min(delayMs * factor ** (failures - 1), maxDelayMs);
}

function isWorth({ when }: RetryPolicy, error: unknown): boolean {
  try {
    return when?.(error) !== false;
  } catch {
    return false;
  }
}

function standalone(self: AnyActorRef): Omit<ActivityContext, "signal"> {
  return {
    idempotencyKey: self.sessionId,
    fence: { epoch: 0, attempt: 1 },
    heartbeat: () => {},
    progress: () => {},
    log: () => {},
    records: async function* () {},
    rows: async () => [],
    tell(event) {
      assertOpen(event.type);
      if (self.getSnapshot().status === "active") self._parent?.send(event);
    },
  };
}
