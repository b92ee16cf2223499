/**
 * The streams of a log: one a partition, one for what is not the log, and the bucket of payloads.
 *
 * - 1. The number of partitions and the format stand in the first partition's metadata and
 *      are fixed there; who opens the log takes them from it.
 * - 2. The log exists once the first stream says "ready", after all others were made. A
 *      creation that was cut short is taken up by whoever may create.
 * - 3. A stream of a ready log that is missing is never made again: it is `LOG_CORRUPT`.
 * - 4. Each stream's settings are read back and checked, the bucket's too: a server that dropped
 *      one, or a stream that someone changed or made before us, is refused.
 * - 5. Each partition publishes what it has stored, for other tools. A log from before that is
 *      made to by who may create logs; who may not change its streams uses it as it is.
 */
import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  StoreCompression,
  type StreamConfig,
} from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { TroupeError } from "../../../errors.ts";
import { partitionFilter, publicFilter } from "../../subjects.ts";
import { bucketConfig } from "./bucket.ts";
import { partitionStream, reach, stateStream, type Connection } from "./link.ts";
import type { Target } from "./target.ts";

/** The format that this code writes; a log of a greater one is refused. */
const FORMAT = 1;
const DEFAULT_PARTITIONS = 4;

/** What no stream of a log may do: store under another subject or from elsewhere, or not say that it stored. */
const NEVER = ["mirror", "sources", "subject_transform", "no_ack"];

type Config = Partial<StreamConfig> & { readonly name: string };

/**
 * Opens the streams, or makes them.
 *
 * @returns the number of partitions.
 * @throws {@link TroupeError} `LOG_NOT_FOUND`, `LOG_NEWER`, `LOG_INCOMPATIBLE`, `LOG_CORRUPT`.
 */
export async function openStreams(
  connection: Connection,
  target: Target,
  create: boolean,
): Promise<number> {
  const { url } = target;
  const first = partitionConfig(target, 0, target.partitions ?? DEFAULT_PARTITIONS);
  const head = await ensureStream(connection, first, create);
  if (head === undefined) throw notFound(url);
  const { partitions, ready } = understand(url, head);
  if ((target.partitions ?? partitions) !== partitions)
    throw otherPartitions(url, partitions, target.partitions);
  if (!ready && !create) throw notFound(url);
  const silent = await checked(connection, configsOf(target, partitions), !ready);
  if (create) await letPublish(connection, silent);
  await ensureBucket(connection, target, !ready);
  if (!ready) await declareReady(connection, partitionConfig(target, 0, partitions));
  return partitions;
}

/**
 * The bucket of payloads; it is made where it is missing and may be made.
 *
 * @throws {@link TroupeError} `LOG_INCOMPATIBLE` where it would not keep what is stored in it.
 */
export async function ensureBucket(
  connection: Connection,
  { name, replicas }: Pick<Target, "name" | "replicas">,
  make: boolean,
): Promise<void> {
  const config = bucketConfig(name, replicas);
  const there = await ensureStream(connection, config, make);
  if (there !== undefined) assertEqual(connection.url, config, there);
}

/**
 * Makes what is missing, if it may be made, and checks what is there.
 *
 * @returns those that do not publish what they store.
 */
async function checked(
  connection: Connection,
  configs: readonly Config[],
  make: boolean,
): Promise<readonly Config[]> {
  const silent: Config[] = [];
  for (const config of configs) {
    const there = await ensureStream(connection, config, make);
    if (there === undefined) throw missing(connection.url, config.name);
    assertEqual(connection.url, config, there);
    if (isSilent(config, there)) silent.push(config);
  }
  return silent;
}

/** A stream's settings; it is made where it is missing and may be made. */
async function ensureStream(
  connection: Connection,
  config: Config,
  make: boolean,
): Promise<StreamConfig | undefined> {
  const there = await infoOf(connection, config.name);
  return there ?? (make ? add(connection, config) : undefined);
}

function configsOf(target: Target, partitions: number): readonly Config[] {
  const numbers = Array.from({ length: partitions }, (_, p) => p);
  return [...numbers.map((p) => partitionConfig(target, p, partitions)), stateConfig(target)];
}

function partitionConfig(target: Target, partition: number, partitions: number): Config {
  return {
    ...common(target),
    name: partitionStream(target.name, partition),
    subjects: [partitionFilter(target.name, partition)],
    republish: {
      src: partitionFilter(target.name, partition),
      dest: publicFilter(target.name, partition),
    },
    discard: DiscardPolicy.New,
    allow_atomic: true,
    deny_delete: true,
    deny_purge: false, // what is archived is purged, by who may; once denied, a server never lets it
    allow_rollup_hdrs: false,
    max_msgs_per_subject: -1,
    metadata: { "troupe.format": String(FORMAT), "troupe.partitions": String(partitions) },
  };
}

function stateConfig(target: Target): Config {
  const { name } = target;
  return {
    ...common(target),
    name: stateStream(name),
    subjects: [`troupe.${name}.own.>`, `troupe.${name}.snap.>`],
    discard: DiscardPolicy.Old,
    allow_msg_ttl: true,
    max_msgs_per_subject: 1,
  };
}

function common({ replicas }: Target): Partial<StreamConfig> {
  return {
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    compression: StoreCompression.S2,
    num_replicas: replicas,
    allow_direct: true,
    max_msgs: -1,
    max_bytes: -1,
    max_age: 0,
  };
}

async function infoOf(connection: Connection, stream: string): Promise<StreamConfig | undefined> {
  return reach(connection, async () => {
    try {
      return (await connection.jsm.streams.info(stream)).config;
    } catch (error) {
      if (isApiError(error, 10059)) return undefined;
      throw error;
    }
  });
}

/** Makes a stream; where another process was faster, what it made. */
async function add(connection: Connection, config: Config): Promise<StreamConfig | undefined> {
  return reach(connection, async () => {
    try {
      return (await connection.jsm.streams.add(config)).config;
    } catch (error) {
      if (isApiError(error, 10058)) return infoOf(connection, config.name);
      if (isApiError(error, 10065))
        throw incompatible(connection.url, `another stream has subjects of ${config.name}`);
      throw error;
    }
  });
}

/** Whether it is of a log that was made before partitions published what they store. */
function isSilent({ republish }: Config, there: StreamConfig): boolean {
  return republish !== undefined && there.republish === undefined;
}

/** Nothing more is asked for once the server has said that this connection may not. */
async function letPublish(connection: Connection, configs: readonly Config[]): Promise<void> {
  for (const { name, republish } of configs) {
    if (republish === undefined) continue;
    const allowed = await reach(connection, async () => {
      try {
        await connection.jsm.streams.update(name, { republish });
        return true;
      } catch (error) {
        if (isDenied(error)) return false;
        throw error;
      }
    });
    if (!allowed) return;
  }
}

function isDenied(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof errors.PermissionViolationError;
}

async function declareReady(connection: Connection, config: Config): Promise<void> {
  const metadata = { ...config.metadata, "troupe.state": "ready" };
  await reach(connection, () => connection.jsm.streams.update(config.name, { ...config, metadata }));
}

function understand(url: string, { metadata }: StreamConfig): { partitions: number; ready: boolean } {
  const format = Number(metadata?.["troupe.format"]);
  const partitions = Number(metadata?.["troupe.partitions"]);
  if (format > FORMAT) throw newer(url, format);
  if (format !== FORMAT || !Number.isInteger(partitions) || partitions < 1)
    throw incompatible(url, "its first stream was not made by Troupe");
  return { partitions, ready: metadata?.["troupe.state"] === "ready" };
}

/**
 * Compares every setting that was asked for, but the metadata and how many copies there are,
 * whether it publishes at all, and whether it may be purged: that is denied in older logs.
 */
function assertEqual(url: string, asked: Config, there: StreamConfig): void {
  const { metadata: _, num_replicas: __, ...settings } = asked;
  const found = new Map<string, unknown>(Object.entries(there));
  const never = NEVER.map((key) => [key, false] as const);
  for (const [key, value] of [...Object.entries(settings), ...never]) {
    const is = found.get(key) ?? (value === false ? false : undefined);
    if (key === "deny_purge" || (key === "republish" && is === undefined)) continue;
    if (JSON.stringify(is) !== JSON.stringify(value))
      throw incompatible(
        url,
        `stream ${asked.name} has ${key} ${JSON.stringify(is)}, not ${JSON.stringify(value)}`,
      );
  }
}

function isApiError(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}

function notFound(url: string): TroupeError {
  return new TroupeError("LOG_NOT_FOUND", `there is no log ${url}`, {
    hint: "Check the name, or open it for writing once: that makes it.",
    data: { url },
  });
}

function newer(url: string, format: number): TroupeError {
  return new TroupeError("LOG_NEWER", `the log ${url} has format ${format}, this is for ${FORMAT}`, {
    hint: "Upgrade Troupe before you open this log.",
    data: { url, format, known: FORMAT },
  });
}

function otherPartitions(url: string, partitions: number, asked?: number): TroupeError {
  return new TroupeError(
    "LOG_INCOMPATIBLE",
    `the log ${url} has ${partitions} partition(s), not ${asked}`,
    {
      hint: "Leave ?partitions= out: the number is fixed when a log is made.",
      data: { url, partitions, asked },
    },
  );
}

function incompatible(url: string, why: string): TroupeError {
  return new TroupeError("LOG_INCOMPATIBLE", `the log ${url} cannot be used: ${why}`, {
    hint: "Restore the stream's settings, or use another name for the log.",
    data: { url },
  });
}

function missing(url: string, stream: string): TroupeError {
  return new TroupeError("LOG_CORRUPT", `the log ${url} lacks its stream ${stream}`, {
    hint: "Restore the stream from a backup; it is never made again by itself.",
    data: { url, stream },
  });
}
