/**
 * W1 on JetStream, beside a bare loop that publishes the same messages to the same streams.
 *
 * - A real server with `sync_interval: always`, 4 partitions, one client, 256 in flight.
 * - The messages of the bare loop are W1's own, recorded on a memory log beforehand: subjects,
 *   headers and data of the same sizes, the messages of one workflow one after another. Nothing
 *   else is done: no machine, no host. Once with the expectation that each append carries, as
 *   Troupe publishes, and once without.
 */
import { headers, type NatsConnection } from "@nats-io/transport-node";
import { partitionStream } from "../src/events/log/jetstream/link.ts";
import { toMessage, type Outgoing } from "../src/events/log/jetstream/message.ts";
import { memoryLog } from "../src/events/log/memory.ts";
import { memoryStore } from "../src/events/log/memory-store.ts";
import { sealer } from "../src/events/log/payload.ts";
import { actorFilter, partitionOfAddress } from "../src/events/subjects.ts";
import { rawConnection } from "../tests/support/nats-log.ts";
import { startNats, type TestNats } from "../tests/support/nats-server.ts";
import type { Bench } from "./bench.ts";
import { inFlight, inTurns, round, timed, type Sample } from "./measure.ts";
import { atLeast, figures, FIGURES } from "./report.ts";
import { onHost } from "./w1-ways.ts";

const CONCURRENCY = 256;
const PARTITIONS = 4;
/** Of the bare loop's rate. */
const GOAL = 0.5;

export const w1Nats: Bench = {
  name: "w1-nats",
  what: "W1 on JetStream with `sync_interval: always`, beside a bare loop that publishes the same messages",
  async run({ quick, progress }) {
    await using server = await startNats({ syncAlways: true });
    const name = "bench";
    const url = server.logUrl(name, `&partitions=${PARTITIONS}`);
    const jobs = quick ? 300 : 2_000;
    let runs = 0;
    await onHost(url, { jobs: 1, concurrency: 1, prefix: `run${runs++}-` }); // makes the streams
    const bare = (warm: boolean, expecting: boolean): Promise<Sample> => {
      const count = warm ? CONCURRENCY : jobs;
      return publishAll(server, { name, prefix: `run${runs++}-`, count, expecting });
    };
    const best = await inTurns(
      {
        "bare loop": (warm) => bare(warm, true),
        "bare loop without expectations": (warm) => bare(warm, false),
        jetstream: (warm) =>
          onHost(url, {
            jobs: warm ? CONCURRENCY : jobs,
            concurrency: CONCURRENCY,
            prefix: `run${runs++}-`,
          }),
      },
      quick ? 1 : 4,
      progress,
    );
    const [loop, free, ours] = [
      best("bare loop"),
      best("bare loop without expectations"),
      best("jetstream"),
    ];
    const rows = [
      figures("bare loop", loop),
      figures("bare loop without expectations", free),
      {
        ...figures("jetstream", ours),
        ...atLeast(GOAL, loop.wall / ours.wall),
        "to loop without": round(free.wall / ours.wall),
      },
    ];
    const title = `workflows a second, ${CONCURRENCY} at a time, ${PARTITIONS} partitions, one client`;
    return [
      {
        title,
        rows,
        notes: [...FIGURES, "the server shares the machine, and its time is not in µs CPU"],
      },
    ];
  },
};

interface Publishing {
  readonly name: string;
  /** Of the runs: none may exist yet. */
  readonly prefix: string;
  readonly count: number;
  readonly expecting: boolean;
}

async function publishAll(server: TestNats, publishing: Publishing): Promise<Sample> {
  const workflows = await messagesOf(publishing);
  await using nc = await rawConnection(server.port);
  return await timed(workflows.length, () =>
    inFlight(workflows.length, CONCURRENCY, async (index) => {
      let last = 0;
      for (const { message, stream, filter } of workflows[index] ?? [])
        last = await publish(nc, message, publishing.expecting ? { stream, filter, last } : undefined);
    }),
  );
}

interface Ready {
  readonly message: Outgoing;
  readonly stream: string;
  readonly filter: string;
}

/** W1's messages by workflow, as its appends would publish them. */
async function messagesOf({ name, prefix, count }: Publishing): Promise<Ready[][]> {
  const [subjects, seals] = [{ name, partitions: PARTITIONS }, sealer()];
  await using log = memoryLog({ store: memoryStore({ partitions: PARTITIONS }) });
  await onHost(log, { jobs: count, concurrency: CONCURRENCY, prefix });
  const workflows = new Map<string, Ready[]>();
  for await (const { stream, seq, body, position: _, ...envelope } of log.scan()) {
    const message = toMessage(
      subjects,
      { ...envelope, body },
      { stream, seq, sealed: seals.seal(body, { stream }), mediaType: seals.mediaType },
    );
    const ready = {
      message,
      stream: partitionStream(name, partitionOfAddress(stream, PARTITIONS)),
      filter: actorFilter(subjects, stream),
    };
    workflows.set(stream, [...(workflows.get(stream) ?? []), ready]);
  }
  return [...workflows.values()];
}

async function publish(
  nc: NatsConnection,
  { subject, data, headers: from }: Outgoing,
  expectation?: { readonly stream: string; readonly filter: string; readonly last: number },
): Promise<number> {
  const head = headers();
  for (const [key, values] of from) for (const value of values) head.append(key, value);
  if (expectation !== undefined) {
    head.set("Nats-Expected-Stream", expectation.stream);
    head.set("Nats-Expected-Last-Subject-Sequence", String(expectation.last));
    head.set("Nats-Expected-Last-Subject-Sequence-Subject", expectation.filter);
  }
  const answer = await nc.request(subject, data, { headers: head, timeout: 30_000 });
  const ack = answer.json<{ readonly seq?: number; readonly error?: unknown }>();
  if (ack.seq === undefined) throw new Error(`the server refused: ${JSON.stringify(ack.error)}`);
  return ack.seq;
}
