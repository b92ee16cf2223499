/**
 * The log on NATS JetStream: for many hosts, and a bus that any other tool can read.
 *
 * One stream a partition, one message a record; docs/adr says why. The laws of log.ts hold as
 * the parts keep them: append.ts L1, L2, L4, L6; server.ts L3; find.ts and tail.ts L1 and L5;
 * payloads.ts L8, sweep.ts L9. On top of these:
 *
 * - 1. Nothing is served by a server or a stream that could not keep the laws: it is refused
 *      when the log is opened, with a hint.
 * - 2. Whoever opens it disposes it: ownership is given back, the connection closed.
 */
import { assertAppendable } from "./admit.ts";
import { formatCut } from "./cut.ts";
import { appender } from "./jetstream/append.ts";
import { bodies } from "./jetstream/bodies.ts";
import { commands } from "./jetstream/commands.ts";
import { lastOf, recordsOf } from "./jetstream/find.ts";
import { assertOpen, connectTo, linkTo, type Link } from "./jetstream/link.ts";
import { ownerOn, SCOPE } from "./jetstream/owner.ts";
import { payloads, type Payloads } from "./jetstream/payloads.ts";
import { BATCH_LIMIT, writeFailed } from "./jetstream/publish.ts";
import { endOf, idsAt, scan } from "./jetstream/scan.ts";
import { assertDurable, assertServer } from "./jetstream/server.ts";
import { snapshots } from "./jetstream/snapshots.ts";
import { openStreams } from "./jetstream/streams.ts";
import { sweepPayloads } from "./jetstream/sweep.ts";
import { parseTarget } from "./jetstream/target.ts";
import type { EventLog, LogOptions } from "./log.ts";
import { sealer } from "./payload.ts";

export interface JetStreamLogOptions extends LogOptions {
  /**
   * `nats://[user:password@]HOST:PORT/NAME?monitor=URL[&durability=unverified][&partitions=N][&replicas=N]`.
   * `partitions` (default 4) and `replicas` (default 1) count when the log is made.
   */
  readonly url: string;
  /** Make the log where it is missing. Default true. */
  readonly create?: boolean;
  /** Only read: nothing is written, and the server need not prove that it keeps what it acknowledges. */
  readonly readOnly?: boolean;
  /** How long an owner that died keeps the log, in milliseconds; at least 1000, rounded up to seconds. Default 5000. */
  readonly leaseMs?: number;
  /** How long an answer of the server may take, in milliseconds. Default 5000. */
  readonly answerMs?: number;
}

/**
 * Opens a log on a NATS server, and makes it where it is missing.
 *
 * @throws {@link TroupeError} `LOG_URL_INVALID`, `LOG_UNREACHABLE`, `SERVER_TOO_OLD`,
 * `LOG_UNSAFE`, `LOG_NOT_FOUND`, `LOG_NEWER`, `LOG_INCOMPATIBLE`, `LOG_CORRUPT`.
 */
export async function jetstreamLog(options: JetStreamLogOptions): Promise<EventLog> {
  const target = parseTarget(options.url);
  const { readOnly = false, create = true } = options;
  const connection = await connectTo(target, options.answerMs);
  try {
    await assertServer(connection);
    if (!readOnly) await assertDurable(connection, target);
    const partitions = await openStreams(connection, target, create && !readOnly);
    const link = linkTo(connection, { name: target.name, partitions });
    return logOn(link, options, payloads(link, target.replicas));
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function logOn(link: Link, options: JetStreamLogOptions, stored: Payloads): EventLog {
  const { url, partitions } = link;
  const seals = sealer(options);
  const content = bodies(link, seals, stored);
  const write = appender(link);
  const owner = ownerOn(link, options.leaseMs ?? 5_000);
  const assertWritable = (): void => {
    assertOpen(link);
    if (options.readOnly === true) throw writeFailed(url, "it is opened for reading only");
  };
  return {
    url,
    partitions,
    codec: options.codec,
    snapshots: snapshots(link, seals, assertWritable),
    commands: commands(link, seals, { owning: owner.signal, scope: SCOPE }),
    async append(stream, records, { expected }) {
      assertWritable();
      if (records.length === 0) return expected;
      assertAppendable(stream, records);
      if (records.length > BATCH_LIMIT)
        throw writeFailed(url, `${records.length} records are over the ${BATCH_LIMIT} of one batch`);
      const sealed = content.seal(stream, records, expected);
      await sealed.store();
      return write(sealed.append);
    },
    async tip(stream) {
      return (await lastOf(link, stream))?.envelope.seq ?? 0;
    },
    async *read(stream, { after = 0, to = Number.POSITIVE_INFINITY } = {}) {
      const tip = await lastOf(link, stream);
      if (tip === undefined) return;
      const range = { first: after + 1, to: Math.min(to, tip.envelope.seq), tip };
      for await (const found of recordsOf(link, stream, range))
        yield content.open(found.envelope, found.data);
    },
    scan: (asked = {}) => scan(link, content, asked),
    async end() {
      return formatCut(await endOf(link));
    },
    idsAt: (position) => idsAt(link, position),
    async claim({ owner: name }) {
      assertWritable();
      return owner.claim(name);
    },
    async sweepPayloads({ graceMs } = {}) {
      assertWritable();
      return sweepPayloads(link, graceMs);
    },
    async [Symbol.asyncDispose]() {
      if (!link.closing.aborted) await owner.release();
      await link.close();
    },
  };
}
