/**
 * A host of the second version on a SQLite file, which dies by SIGKILL at the nth append of a
 * migration: `migrate-child.ts PATH NTH before|in|after`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createHost } from "../../src/actors/host.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { sqliteLog } from "../../src/events/log/sqlite.ts";
import { secondTeam } from "./laws-team.ts";

const [path = "", nth = "0", where = ""] = process.argv.slice(2);
let left = Number(nth);

function die(at: string): void {
  if (at === where && left <= 0) process.kill(process.pid, "SIGKILL");
}

function watched(log: EventLog): EventLog {
  return {
    ...log,
    async append(stream, records, options) {
      if (records.some(({ type }) => type === "troupe.migrated")) left -= 1;
      die("before");
      const appending = log.append(stream, records, options);
      die("in");
      const to = await appending;
      die("after");
      return to;
    },
  };
}

const kinds = secondTeam({ begun: [], noted: [] });
await using _host = await createHost({ log: watched(sqliteLog({ path })), kinds });
await sleep(8_000); // it is killed before
process.exit(3);
