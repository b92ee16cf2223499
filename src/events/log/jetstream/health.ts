/** How the server and the streams of a log stand: nothing is changed, and any role that reads may ask. */
import type { StreamInfo } from "@nats-io/jetstream";
import { bucketInfo } from "./bucket.ts";
import { connectTo, linkTo, partitionStream, reach, stateStream, type Connection } from "./link.ts";
import { askMonitor } from "./server.ts";
import { parseTarget } from "./target.ts";

/** A stream of the log. */
export interface StreamHealth {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  /** What it may take; undefined: no limit of its own. */
  readonly maxBytes?: number;
  /** How many copies it shall have. */
  readonly replicas: number;
  /** Copies that are offline or behind, by the name of their server. */
  readonly behind: readonly string[];
}

/** What one monitoring endpoint says. */
export interface MonitorHealth {
  readonly url: string;
  /** Why it says nothing. */
  readonly fault?: string;
  /** Whether what is acknowledged is on disk. */
  readonly syncAlways?: boolean;
  readonly storeUsed?: number;
  /** `max_file` of the server, as it is set or as the server took it from the disk. */
  readonly storeMax?: number;
}

export interface NatsHealth {
  readonly version: string;
  readonly cluster?: string;
  /** Bytes of all streams of the account, and what it may take; undefined: no limit of its own. */
  readonly accountUsed: number;
  readonly accountMax?: number;
  readonly monitors: readonly MonitorHealth[];
  readonly streams: readonly StreamHealth[];
}

/**
 * @param partitions of the log that was opened with this URL.
 * @throws {@link TroupeError} `LOG_URL_INVALID`, `LOG_UNREACHABLE`, `LOG_FORBIDDEN`, `FILE_NOT_READ`, `KEY_INVALID`.
 */
export async function natsHealth(url: string, partitions: number): Promise<NatsHealth> {
  const target = parseTarget(url);
  const connection = await connectTo(target);
  try {
    const { nc, jsm } = connection;
    const account = await reach(connection, () => jsm.getAccountInfo());
    const numbers = Array.from({ length: partitions }, (_, p) => partitionStream(target.name, p));
    const names = [...numbers, stateStream(target.name)];
    const infos = await reach(connection, () =>
      Promise.all(names.map((name) => jsm.streams.info(name))),
    );
    const bucket = await bucketInfo(linkTo(connection, { name: target.name, partitions }), "none");
    const { version = "unknown", cluster } = nc.info ?? {};
    return {
      version,
      ...(cluster !== undefined && { cluster }),
      accountUsed: account.storage,
      ...limited("accountMax", account.limits.max_storage),
      monitors: await Promise.all(target.monitors.map((monitor) => monitored(connection, monitor))),
      streams: [...infos, ...(bucket === undefined ? [] : [bucket])].map(streamHealth),
    };
  } finally {
    await connection.close();
  }
}

function streamHealth({ config, state, cluster }: StreamInfo): StreamHealth {
  const behind = (cluster?.replicas ?? []).filter(
    ({ current, offline }) => offline === true || !current,
  );
  return {
    name: config.name,
    messages: state.messages,
    bytes: state.bytes,
    ...limited("maxBytes", config.max_bytes),
    replicas: config.num_replicas,
    behind: behind.map(({ name }) => name),
  };
}

async function monitored(connection: Connection, monitor: string): Promise<MonitorHealth> {
  const url = new URL(monitor).origin;
  try {
    const { config, stats } = (await askMonitor(connection, monitor)).jetstream ?? {};
    return {
      url,
      syncAlways: config?.sync_always === true,
      ...limited("storeUsed", stats?.storage),
      ...limited("storeMax", config?.max_storage),
    };
  } catch (error) {
    return { url, fault: error instanceof Error ? error.message : String(error) };
  }
}

/** A number of bytes under its name, unless there is none. */
function limited<TKey extends string>(key: TKey, limit = -1): Partial<Record<TKey, number>> {
  // a computed key is any string to the compiler
  return limit < 0 ? {} : ({ [key]: limit } as Record<TKey, number>);
}
