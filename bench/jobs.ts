/**
 * Jobs through one queue: added, leased, worked by a handler that does nothing, completed.
 *
 * - Each is an actor: it counts once its completion is on disk in its own stream.
 * - Whoever adds waits for the answer, 64 at a time; workers work 5 at a time each (the default).
 * - What waits `behind` is less urgent: the jobs that are added are those that are worked. What waits
 *   `in front` came first: as many are added as are worked, so that the line stays as long, and each
 *   that gets its turn has long left the memory and is loaded again.
 */
import { join } from "node:path";
import { createHost } from "../src/actors/host.ts";
import { queueKinds } from "../src/agents/queue/kinds.ts";
import { openQueue } from "../src/agents/queue/queue.ts";
import { startWorker } from "../src/agents/queue/worker.ts";
import { startNats } from "../tests/support/nats-server.ts";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { inFlight, inTurns, perSecond, timed, type Measured, type Sample } from "./measure.ts";
import { atLeast, atMost, figures, FIGURES, type Row } from "./report.ts";

const ADDING = 64;
/** Added with one command where only the waiting is wanted. */
const AT_ONCE = 500;
const [FEW, MANY] = [10, 100_000];
const GOAL = 3_000;
/** A13: so much slower beside many that wait. */
const SLOWER = 1.2;

export const jobs: Bench = {
  name: "jobs",
  what: "jobs through one queue, with 1 and 8 workers, beside 10 and 100,000 that wait",
  async run({ quick, folder, progress }) {
    await using server = await startNats({ syncAlways: true });
    let runs = 0;
    const many = quick ? 2_000 : MANY;
    const load =
      (workers: number, waiting: number, { share = 1, behind = true } = {}) =>
      (warm: boolean): Load => ({
        count: (quick || warm ? 300 : 3_000) / share,
        workers,
        waiting: warm ? FEW : waiting,
        behind,
      });
    const sqlite =
      (workers: number, waiting: number, behind = true) =>
      (warm: boolean) =>
        inFolder(folder, (own) =>
          through(`sqlite:${join(own, "log.db")}`, load(workers, waiting, { behind })(warm)),
        );
    const jetstream = (workers: number, waiting: number) => (warm: boolean) =>
      through(
        server.logUrl(`jobs${runs++}`, "&partitions=4"),
        load(workers, waiting, { share: waiting === FEW ? 1 : 3 })(warm),
      );
    const short = await inTurns(
      {
        "sqlite, 1": sqlite(1, FEW),
        "sqlite, 8": sqlite(8, FEW),
        "jetstream, 1": jetstream(1, FEW),
        "jetstream, 8": jetstream(8, FEW),
      },
      quick ? 1 : 4,
      progress,
    );
    const long = await inTurns(
      {
        "sqlite, 1": sqlite(1, many),
        "sqlite, 8": sqlite(8, many),
        "sqlite, 8, in front": sqlite(8, many, false),
        "jetstream, 8": jetstream(8, many),
      },
      quick ? 1 : 2,
      progress,
    );
    const eight = short("sqlite, 8");
    const rows: Row[] = [
      row(short("sqlite, 1"), "sqlite, 1 worker", FEW),
      { ...row(eight, "sqlite, 8 workers", FEW), ...atLeast(GOAL, perSecond(eight.wall), "/s") },
      row(long("sqlite, 1"), "sqlite, 1 worker", many),
      {
        ...row(long("sqlite, 8"), "sqlite, 8 workers", many),
        ...atMost(SLOWER, long("sqlite, 8").wall / eight.wall),
      },
      row(long("sqlite, 8, in front"), "sqlite, 8 workers, in front", many),
      row(short("jetstream, 1"), "jetstream, 1 worker", FEW),
      row(short("jetstream, 8"), "jetstream, 8 workers", FEW),
      row(long("jetstream, 8"), "jetstream, 8 workers", many),
    ];
    const title = "jobs a second through one queue: added, leased, completed";
    const notes = [`added one by one, ${ADDING} at a time; a worker works 5 at a time`, ...FIGURES];
    return [{ title, rows, notes }];
  },
};

function row(measured: Measured, way: string, waiting: number): Row {
  return { ...figures(way, measured), waiting };
}

interface Load {
  readonly count: number;
  readonly workers: number;
  readonly waiting: number;
  /** Whether what waits is less urgent. */
  readonly behind: boolean;
}

async function through(log: string, { count, workers, waiting, behind }: Load): Promise<Sample> {
  await using host = await createHost({ log, kinds: queueKinds(), strict: false });
  const queue = await openQueue(host, "q");
  const order = { name: "work" };
  const other = { ...order, priority: behind ? ("LOW" as const) : ("NORMAL" as const) };
  for (let added = 0; added < waiting; added += AT_ONCE) {
    await queue.addAll(Array.from({ length: Math.min(AT_ONCE, waiting - added) }, () => other));
  }
  const all = Promise.withResolvers<void>();
  let completed = 0;
  const end = await host.facts({ kind: "job", root: "q", type: "job.completed" }, () => {
    if (++completed === count) all.resolve();
  });
  await queue.pause();
  await using work = new AsyncDisposableStack();
  for (let i = 0; i < workers; i++)
    work.use(await startWorker(host, "q", { handlers: { work: () => i } }));
  const sample = await timed(count, async () => {
    await queue.resume();
    await inFlight(count, ADDING, () => queue.add(order));
    await all.promise;
    await queue.pause();
  });
  end();
  return sample;
}
