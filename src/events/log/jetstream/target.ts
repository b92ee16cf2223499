/**
 * The URL of a JetStream log:
 *
 *     nats://[user:password@]HOST:PORT/NAME?monitor=URL[&nkey=PATH|&creds=PATH][&ca=PATH]
 *         [&durability=unverified][&partitions=N][&replicas=N]
 *
 * - 1. Credentials leave this file only towards the connection: `url` and messages have none.
 */
import { TroupeError } from "../../../errors.ts";
import type { LoginFiles } from "./login.ts";
import { natsUrl, type NatsServer } from "./server-url.ts";

/** What a URL says. */
export interface Target extends Omit<NatsServer, "base"> {
  /** The URL without credentials and parameters: fit for messages. */
  readonly url: string;
  readonly name: string;
  readonly files: LoginFiles;
  /** Monitoring endpoints of the server, or of each server of a cluster. */
  readonly monitors: readonly string[];
  /** Whether writes may be acknowledged without a proof that they are on disk. */
  readonly unverified: boolean;
  readonly partitions?: number;
  /** Copies of each stream, 1 to 5. Default 1. */
  readonly replicas: number;
}

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const FILES = ["nkey", "creds", "ca"] as const;
/** What may stand behind the `?`. */
export const PARAMETERS: ReadonlySet<string> = new Set<string>([
  "monitor",
  "durability",
  "partitions",
  "replicas",
  ...FILES,
]);

/** @throws {@link TroupeError} `LOG_URL_INVALID` naming what is wrong, never the credentials. */
export function parseTarget(text: string): Target {
  const found = natsUrl(text);
  if (found === undefined) throw invalid("it is not of the form nats://HOST:PORT/NAME");
  const { url } = found;
  const { base, ...server } = found.server;
  const name = url.pathname.slice(1);
  if (!NAME.test(name)) throw invalid(`"${name}" is not a name of letters, digits, "_" and "-"`);
  const strange = [...url.searchParams.keys()].find((key) => !PARAMETERS.has(key));
  if (strange !== undefined) throw invalid(`it has an unknown parameter "${strange}"`);
  const partitions = numberIn(url, "partitions", 1024);
  return {
    url: `${base}/${name}`,
    ...server,
    name,
    files: filesIn(url),
    monitors: url.searchParams.getAll("monitor").map(monitorOf),
    unverified: durabilityIn(url) === "unverified",
    ...(partitions !== undefined && { partitions }),
    replicas: numberIn(url, "replicas", 5) ?? 1,
  };
}

function filesIn(url: URL): LoginFiles {
  const given = FILES.filter((key) => url.searchParams.has(key));
  const ways = [...given.filter((key) => key !== "ca"), ...(url.username === "" ? [] : ["a user"])];
  if (ways.length > 1) throw invalid(`it says twice who enters: ${ways.join(" and ")}`);
  if (given.includes("ca") && url.protocol !== "tls:") throw invalid("?ca= goes with tls:// only");
  const files = given.map((key) => [key, url.searchParams.get(key) ?? ""] as const);
  const empty = files.find(([, path]) => path === "");
  if (empty !== undefined) throw invalid(`its ${empty[0]} names no file`);
  return Object.fromEntries(files);
}

function durabilityIn(url: URL): string | null {
  const durability = url.searchParams.get("durability");
  if (durability === null || durability === "unverified") return durability;
  throw invalid(`its durability is "${durability}"; only "unverified" may be said`);
}

function numberIn(url: URL, key: string, max: number): number | undefined {
  const text = url.searchParams.get(key);
  if (text === null) return undefined;
  const value = /^[1-9][0-9]*$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw invalid(`its ${key} is "${text}", not a number from 1 to ${max}`);
}

function monitorOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw invalid("its monitor is not an http URL");
}

function invalid(why: string): TroupeError {
  return new TroupeError("LOG_URL_INVALID", `the log's URL cannot be used: ${why}`, {
    hint: "Write nats://HOST:PORT/NAME?monitor=http://HOST:PORT, with the monitoring endpoint of the server, and &nkey=PATH where it has roles.",
  });
}
