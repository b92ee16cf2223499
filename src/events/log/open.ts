/** Opens a log by its url: the one place that knows which engine a url means. */
import { TroupeError } from "../../errors.ts";
import { keyFolder } from "./key-folder.ts";
import type { Codec, EventLog, LogOptions } from "./log.ts";
import { jsonlLog } from "./jsonl.ts";
import { memoryLog } from "./memory.ts";
import { sqliteLog } from "./sqlite.ts";

/** Where the log lies if nobody says: in the folder where the command runs. */
export const DEFAULT_URL = "sqlite:.troupe/log.db";

export interface OpenLogOptions extends LogOptions {
  /** Make the log where it is missing. Default true. */
  readonly create?: boolean;
  /** Only read. Default false. */
  readonly readOnly?: boolean;
}

/**
 * Opens a log: `memory:`, `sqlite:PATH`, `jsonl:PATH` (only to read), or `nats://HOST[:PORT]/NAME`
 * (`tls://`), whose client is loaded only then. Default: `sqlite:.troupe/log.db`.
 *
 * @throws {@link TroupeError} `LOG_URL_INVALID`, or what the engine says.
 */
export async function openLog(given = DEFAULT_URL, asked: OpenLogOptions = {}): Promise<EventLog> {
  const { url, ...own } = ownParameters(given);
  const options = { ...own, ...asked };
  const [, scheme = "", rest = ""] = /^([a-z+]+):(.*)$/.exec(url) ?? [];
  switch (scheme) {
    case "memory":
      if (rest !== "") throw invalid(url, "a memory log has no path");
      return memoryLog(options);
    case "sqlite":
      return sqliteLog({ ...options, path: fileIn(url, rest) });
    case "jsonl":
      return jsonlLog(fileIn(url, rest), options);
    case "nats":
    case "tls": {
      if (!URL.canParse(url)) throw invalid(url, "it names no server");
      const { jetstreamLog } = await import("./jetstream.ts");
      return jetstreamLog({ ...options, url });
    }
    default:
      throw invalid(url, scheme === "" ? "it has no scheme" : `nothing opens "${scheme}:"`);
  }
}

const OWN = new Set(["archives", "keys"]);

/** What a url says to every engine. */
export interface OwnParameters {
  /** The url without them. */
  readonly url: string;
  readonly archives?: string;
  readonly codec?: Codec;
}

/** Takes `archives=FOLDER` and `keys=FOLDER` out of a url's parameters; the engine reads the rest. */
export function ownParameters(given: string): OwnParameters {
  const mark = given.search(/\?([a-z]+=[^?&]*&)*(archives|keys)=/);
  if (mark === -1) return { url: given };
  const left: string[] = [];
  const own = new Map<string, string>();
  for (const part of given.slice(mark + 1).split("&")) {
    const [key = "", value = ""] = part.split("=", 2);
    if (OWN.has(key) && value !== "") own.set(key, decoded(value, given));
    else left.push(part);
  }
  const archives = own.get("archives");
  const rest = left.length === 0 ? "" : `?${left.join("&")}`;
  const keys = own.get("keys");
  return {
    url: given.slice(0, mark) + rest,
    ...(archives !== undefined && { archives }),
    ...(keys !== undefined && { codec: keyFolder(keys) }),
  };
}

function decoded(text: string, url: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(url, 'a "%" in it begins no character');
  }
}

function fileIn(url: string, path: string): string {
  if (path === "" || path === ":memory:") throw invalid(url, "it names no file");
  if (path.startsWith("//")) throw invalid(url, "a path follows the colon at once");
  return path;
}

function invalid(url: string, why: string): TroupeError {
  const shown = withoutSecrets(url);
  return new TroupeError("LOG_URL_INVALID", `"${shown}" is not the url of a log: ${why}`, {
    hint: 'Write "sqlite:PATH", "nats://HOST:PORT/NAME", "jsonl:PATH" or "memory:".',
    data: { url: shown },
  });
}

/** The url without user, password, token and query: fit for messages. */
export function withoutSecrets(url: string): string {
  return url.replace(/\/\/.*@/, "//").replace(/[?#].*$/, "");
}
