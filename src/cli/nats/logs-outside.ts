/** Logs from before a server had accounts: nobody reaches them once it has some. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

/**
 * The names of the logs that lie outside every account, in the store that a configuration names.
 *
 * @param folder where the server runs: a relative store starts from it.
 */
export function logsOutside(conf: string, folder: string): readonly string[] {
  const store = /^\s*store_dir\s*[:=]?\s*["']?([^"'\s]+)/m.exec(readFileSync(conf, "utf8"))?.[1];
  if (store === undefined) return [];
  const streams = resolve(folder, store, "jetstream", "$G", "streams"); // what the server calls no account
  return foldersIn(streams).flatMap((name) => /^TROUPE_(.+)_STATE$/.exec(name)?.[1] ?? []);
}

function foldersIn(path: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return []; // no server has run there, or as somebody else: then it is not for us to say
  }
}
