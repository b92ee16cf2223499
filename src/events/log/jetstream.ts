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
import { ARCHIVED, runArchived } from "./archived.ts";
import { idsWithArchives, scanWithArchives } from "./archived-scan.ts";
import { assertPartition, formatCut } from "./cut.ts";
import { archivesOf } from "./file/archives.ts";
import { appender } from "./jetstream/append.ts";
import { bodies } from "./jetstream/bodies.ts";
import { commands } from "./jetstream/commands.ts";
import { lastOf, recordsOf, unlessArchived } from "./jetstream/find.ts";
import { assertOpen, connectTo, linkTo, type Link } from "./jetstream/link.ts";
import { membersOn } from "./jetstream/members.ts";
import { ownerOn } from "./jetstream/owner.ts";
import { payloads, type Payloads } from "./jetstream/payloads.ts";
import { purge } from "./jetstream/purge.ts";
import { BATCH_LIMIT, writeFailed } from "./jetstream/publish.ts";
import { endOf, idsAt, scan } from "./jetstream/scan.ts";
import { assertDurable, assertServer } from "./jetstream/server.ts";
import { snapshots } from "./jetstream/snapshots.ts";
import { openStreams } from "./jetstream/streams.ts";
import { sweepPayloads } from "./jetstream/sweep.ts";
import { parseTarget } from "./jetstream/target.ts";
import { workOn } from "./jetstream/work.ts";
import type { EventLog, LogOptions } from "./log.ts";
import { PAYLOAD_LIMIT, sealer } from "./payload.ts";

export interface JetStreamLogOptions extends LogOptions {
  /**
   * `nats://[user:password@]HOST:PORT/NAME?monitor=URL[&nkey=PATH|&creds=PATH][&durability=unverified][&partitions=N][&replicas=N]`,
   * or `tls://` with `[&ca=PATH]`. `nkey` is the file of a user's seed, `creds` one with a JWT too;
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
 * @throws {@link TroupeError} `LOG_URL_INVALID`, `LOG_UNREACHABLE`, `LOG_FORBIDDEN`,
 * `FILE_NOT_READ` or `KEY_INVALID` of a key, `SERVER_TOO_OLD`, `LOG_UNSAFE`, `LOG_NOT_FOUND`, `LOG_NEWER`, `LOG_INCOMPATIBLE`, `LOG_CORRUPT`.
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
  const taken = link.nc.info?.max_payload ?? Number.POSITIVE_INFINITY; // a record with its headers must fit
  const seals = sealer({ payloadLimit: Math.min(PAYLOAD_LIMIT, taken / 2), ...options });
  const content = bodies(link, seals, stored);
  const write = appender(link);
  const { leaseMs = 5_000 } = options;
  const owner = ownerOn(link, leaseMs);
  const members = membersOn(link, leaseMs);
  const assertWritable = (): void => {
    assertOpen(link);
    if (options.readOnly === true) throw writeFailed(url, "it is opened for reading only");
  };
  const tip: EventLog["tip"] = async (stream) => (await lastOf(link, stream))?.envelope.seq ?? 0;
  const read: EventLog["read"] = async function* (stream, range = {}) {
    const { after = 0, to = Number.POSITIVE_INFINITY } = range;
    const last = await lastOf(link, stream);
    if (last === undefined) return;
    if (last.envelope.type === ARCHIVED) throw runArchived(stream);
    const asked = { first: after + 1, to: Math.min(to, last.envelope.seq), tip: last };
    for await (const found of unlessArchived(link, stream, recordsOf(link, stream, asked)))
      yield content.open(found.envelope, found.data);
  };
  const { codec, archives: folder } = options;
  const archives = archivesOf({ read, tip, codec, folders: folder === undefined ? [] : [folder] });
  return {
    url,
    partitions,
    codec,
    snapshots: snapshots(link, seals, assertWritable),
    commands: commands(link, seals, { owning: owner.signal, anyHost: () => members.anyHost() }),
    members,
    work: workOn(link, seals),
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
    tip,
    read,
    scan: scanWithArchives((asked = {}) => scan(link, content, asked), link, archives),
    async end() {
      return formatCut(await endOf(link));
    },
    idsAt: idsWithArchives((position) => idsAt(link, position), link, archives),
    async purge(stream) {
      assertWritable();
      await purge(link, stream);
    },
    async claim({ owner: name, partition }) {
      assertWritable();
      assertPartition(partition, partitions);
      return owner.claim(name, partition);
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
