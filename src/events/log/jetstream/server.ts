/**
 * Whether a server can keep the laws, asked once when a log is opened.
 *
 * - 1. A server that is too old is refused: it would accept what it does not do.
 * - 2. A write is acknowledged before it is on disk unless `sync_interval` is `always`. No
 *      client can see that, only the monitoring endpoint of that same server: without it the
 *      log is refused, unless the caller said so in the URL.
 */
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import { reach, type Connection } from "./link.ts";
import type { Target } from "./target.ts";

const OLDEST = "2.14.0";
const API_LEVEL = 4;

const Varz = z.looseObject({
  server_id: z.string(),
  cluster: z.looseObject({ name: z.string().optional() }).optional(),
  jetstream: z
    .looseObject({
      stats: z.looseObject({ storage: z.number().optional() }).optional(),
      config: z
        .looseObject({ sync_always: z.boolean().optional(), max_storage: z.number().optional() })
        .optional(),
    })
    .optional(),
});
type Varz = z.infer<typeof Varz>;

/**
 * @throws {@link TroupeError} `SERVER_TOO_OLD`, or `LOG_INCOMPATIBLE` without JetStream.
 */
export async function assertServer(connection: Connection): Promise<void> {
  const { nc, url } = connection;
  const version = nc.info?.version ?? "unknown";
  if (version.localeCompare(OLDEST, "en", { numeric: true }) < 0) throw tooOld(url, version);
  if (nc.info?.jetstream !== true) throw withoutJetStream(url);
  const account = await reach(connection, async () =>
    connection.jsm.getAccountInfo().catch((cause: unknown) => {
      if (cause instanceof Error && cause.name === "JetStreamNotEnabled") throw withoutJetStream(url);
      throw cause;
    }),
  );
  const level = z.looseObject({ api: z.looseObject({ level: z.int().optional() }) }).safeParse(account);
  if ((level.data?.api.level ?? 0) < API_LEVEL) throw tooOld(url, version);
}

/** @throws {@link TroupeError} `LOG_UNSAFE` unless it is known, or waived, that writes are on disk. */
export async function assertDurable(connection: Connection, target: Target): Promise<void> {
  if (target.unverified) return;
  const { url } = target;
  if (target.monitors.length === 0)
    throw unsafe(url, "no monitoring endpoint is given", {
      hint: "Add ?monitor=http://HOST:PORT, the server's monitoring endpoint, or ?durability=unverified to do without.",
    });
  const answers = await mostOf(target.monitors.map((monitor) => askMonitor(connection, monitor)));
  if (!answers.some((answer) => isSameServer(connection, answer)))
    throw unsafe(url, "the monitoring endpoint belongs to another server", {
      hint: "Name the monitoring endpoint of the server that the log lies on.",
    });
  if (answers.some((answer) => answer.jetstream?.config?.sync_always !== true))
    throw unsafe(url, "the server acknowledges writes before they are on disk", {
      hint: "Set `sync_interval: always` in the server's jetstream block and restart it.",
    });
}

/** What most of them come to; of a cluster a server may be down, which then acknowledges nothing. */
async function mostOf<T>(asked: readonly Promise<T>[]): Promise<readonly T[]> {
  const settled = await Promise.allSettled(asked);
  const answers = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  if (answers.length * 2 > asked.length) return answers;
  return Promise.all(asked);
}

/** What a monitoring endpoint says of its server. @throws {@link TroupeError} `LOG_UNSAFE` where it says nothing. */
export async function askMonitor({ url, answerMs }: Connection, monitor: string): Promise<Varz> {
  const base = new URL(monitor);
  const authorization =
    base.username === ""
      ? undefined
      : `Basic ${btoa(decodeURIComponent(`${base.username}:${base.password}`))}`;
  try {
    const response = await fetch(new URL("/varz", base.origin), {
      signal: AbortSignal.timeout(answerMs),
      ...(authorization !== undefined && { headers: { authorization } }),
    });
    return Varz.parse(await response.json());
  } catch (cause) {
    throw unsafe(url, `the monitoring endpoint ${base.origin} does not answer as one`, {
      hint: "Check the server's `http` line and the ?monitor= of the log's URL.",
      cause,
    });
  }
}

function isSameServer({ nc }: Connection, varz: Varz): boolean {
  const cluster = nc.info?.cluster;
  return (
    varz.server_id === nc.info?.server_id || (cluster !== undefined && varz.cluster?.name === cluster)
  );
}

function tooOld(url: string, version: string): TroupeError {
  return new TroupeError(
    "SERVER_TOO_OLD",
    `the NATS server of ${url} is version ${version}, need ${OLDEST}`,
    {
      hint: `Run nats-server ${OLDEST} or later; an older one accepts what it does not do.`,
      data: { url, version, oldest: OLDEST },
    },
  );
}

function withoutJetStream(url: string): TroupeError {
  return new TroupeError("LOG_INCOMPATIBLE", `the NATS server of ${url} has no JetStream`, {
    hint: "Start the server with a jetstream block in its configuration, and enable it for the account.",
    data: { url },
  });
}

function unsafe(
  url: string,
  why: string,
  { hint, cause }: { readonly hint: string; readonly cause?: unknown },
): TroupeError {
  return new TroupeError(
    "LOG_UNSAFE",
    `it is not known that the log ${url} keeps what it acknowledges: ${why}`,
    { hint, data: { url }, cause },
  );
}
