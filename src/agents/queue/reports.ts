/** A worker's reports: one command at a time, with all that ended meanwhile. */
import { randomUUID } from "node:crypto";
import type { ActorHandle } from "../../actors/handle.ts";
import type { Clock } from "../../actors/clock.ts";
import { TroupeError, type ErrorCode } from "../../errors.ts";
import type { Ended } from "../../events/queue/queue.ts";
import { wordsOf } from "../thrown.ts";
import { again } from "../patience.ts";
import type { QueueKind } from "./kinds.ts";
import { isPassing } from "./passing.ts";

export interface Reports {
  /** Reports how a lease ended. */
  add(ended: Ended): void;
  /** The jobs whose end is on its way. */
  jobs(): readonly string[];
  /** Forgets what has not been sent: its leases are lost. */
  drop(): void;
  /** Resolves once nothing is on its way. */
  sent(): Promise<void>;
}

export interface ReportParts {
  readonly handle: ActorHandle<QueueKind>;
  readonly clock: Clock;
  /** The worker's present name. */
  readonly worker: () => string;
  /** Hears of leases that are lost, and of what passes and is tried again. */
  readonly trouble: (error: unknown) => void;
  /** It cannot go on. */
  readonly fail: (error: unknown) => void;
  /** Whether it went on no longer, for another reason. */
  readonly failed: () => boolean;
}

const UNFIT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "EVENT_INVALID",
  "JSON_INVALID",
  "PAYLOAD_TOO_LARGE",
]);

/** Whether a report cannot be sent as it is: a result too large, or nested so deep that no stack holds it. */
function isUnfit(error: unknown): boolean {
  return error instanceof RangeError || (TroupeError.is(error) && UNFIT.has(error.code));
}

/** A result that cannot be sent is a failure: it would be no better the next time. */
function unsendable({ job, lease }: Ended, error: unknown): Ended {
  const code = TroupeError.is(error) ? error.code : "JOB_FAILED";
  return { job, lease, failure: { code, message: `its result cannot be sent: ${wordsOf(error)}` } };
}

/** As many as one command takes. */
const MOST = 1_000;

export function reporter({ handle, clock, worker, trouble, fail, failed }: ReportParts): Reports {
  let waiting: Ended[] = [];
  let under: readonly Ended[] = [];
  let flow: Promise<void> | undefined;

  async function run(): Promise<void> {
    try {
      while (waiting.length > 0) {
        under = waiting.splice(0, MOST);
        await deliver(under);
        under = [];
      }
    } catch (error) {
      fail(error);
    } finally {
      flow = undefined; // in the same turn as the look that found nothing: what comes now starts anew
    }
  }

  /** Where one lease of many is lost, one result cannot be sent, or all are too much at once, the others still count: each goes alone then. */
  async function deliver(ended: readonly Ended[]): Promise<void> {
    try {
      await send(ended);
    } catch (error) {
      const unfit = isUnfit(error);
      if (!unfit && !TroupeError.is(error, "LEASE_LOST")) throw error;
      const [only] = ended;
      if (ended.length > 1 || only === undefined) for (const one of ended) await deliver([one]);
      else if (unfit && !("result" in only)) throw error;
      else if (unfit) await deliver([unsendable(only, error)]);
      else trouble(error);
    }
  }

  /** Again under one id: it counts once. */
  function send(ended: readonly Ended[]): Promise<unknown> {
    const id = randomUUID();
    return again(
      clock,
      () => handle.send({ type: "REPORT", worker: worker(), ended: [...ended] }, { id }),
      (error) => {
        if (!isPassing(error) || failed()) return false;
        if (!TroupeError.is(error, "MAILBOX_FULL")) trouble(error);
        return true;
      },
    );
  }

  return {
    add(ended) {
      waiting.push(ended);
      flow ??= run();
    },
    jobs: () => [...under, ...waiting].map(({ job }) => job),
    drop: () => void (waiting = []),
    async sent() {
      while (flow !== undefined) await flow;
    },
  };
}
