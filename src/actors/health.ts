/**
 * How a log and its host are: who runs it, what is open, what is stuck, and the numbers of its
 * runs. It changes nothing of any run.
 */
import { TroupeError } from "../errors.ts";
import type { Json } from "../events/json.ts";
import type { Command, EventLog } from "../events/log/log.ts";
import { metricsOf, type Metrics } from "../projections/metrics.ts";
import { openProjections } from "../projections/runner.ts";
import { runs } from "../projections/runs.ts";
import { openGates } from "../projections/runs-view.ts";
import { remoteCommander } from "./commands.ts";
import type { Parked } from "./runtime.ts";

export interface Health {
  /** Whether a host runs the log's actors now. */
  readonly owned: boolean;
  /** Ids of the runs that are not at their end. */
  readonly open: readonly string[];
  /** Those of them that wait for an answer of people, or are paused. */
  readonly waiting: readonly string[];
  /** Actors that cannot be loaded or moved, as their host knows them; none without a host. */
  readonly parked: readonly Parked[];
  /** Records that nobody had folded into rows before this question. */
  readonly lag: number;
  readonly metrics: Metrics;
}

/**
 * Looks at a log and asks its host, if there is one.
 *
 * @param options.timeoutMs longest wait for the host's answer. Default 5000.
 * @throws {@link TroupeError} `LOG_OUTCOME_UNKNOWN` where a host owns the log but does not answer.
 */
export async function health(
  log: EventLog,
  { timeoutMs = 5_000 }: { readonly timeoutMs?: number } = {},
): Promise<Health> {
  await using projections = openProjections({ log });
  const lag = await projections.catchUp();
  const views = (await projections.rows(runs)).flatMap(({ row }) => row ?? []);
  const open = views.filter((view) => view.open);
  const waiting = open.filter((view) => view.status === "PAUSED" || openGates(view).length > 0);
  return {
    ...(await hostStatus(log, timeoutMs)),
    open: open.map(({ run }) => run),
    waiting: waiting.map(({ run }) => run),
    lag,
    metrics: metricsOf(views),
  };
}

/** The part of it that only a host knows; nothing is folded, and nothing is left behind. */
export async function hostStatus(
  log: EventLog,
  timeoutMs = 5_000,
): Promise<Pick<Health, "owned" | "parked">> {
  try {
    const request = (command: Command): Promise<Json> => log.commands.request(command, { timeoutMs });
    const ask = remoteCommander(request, log.partitions);
    return { owned: true, parked: await ask.parked() };
  } catch (error) {
    if (TroupeError.is(error, "LOG_UNOWNED")) return { owned: false, parked: [] };
    throw error;
  }
}
