/**
 * Reads of a SQLite log: in pages, so that no long transaction holds back checkpoints, and
 * with a pause between pages, so that a long read does not hold up its process.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { ARCHIVED, runArchived } from "./archived.ts";
import { sayEnds, type OwnScan, type OwnScanOptions } from "./archived-scan.ts";
import { assertPartition, formatCut, parseCut } from "./cut.ts";
import { closed } from "./faults.ts";
import type { EventLog, Recorded } from "./log.ts";
import type { Sealer } from "./payload.ts";
import { fault, readFault } from "./sqlite-fault.ts";
import { bytes, integer, optional, text, type Row } from "./sqlite-row.ts";
import type { Watch } from "./sqlite-watch.ts";

const PAGE = 256;
const COLUMNS = "position, stream, seq, id, type, at, correlation, cause, trace, body, payload";

/** What reads need of their handle. */
export interface Reading {
  readonly db: DatabaseSync;
  readonly url: string;
  readonly seals: Sealer;
  readonly watch: Watch;
  readonly isOpen: () => boolean;
}

/** Makes the reading half of a log. */
export function reader(
  handle: Reading,
): Pick<EventLog, "tip" | "read" | "end" | "idsAt"> & { readonly scan: OwnScan } {
  const { db, url, watch, isOpen } = handle;
  const last = db.prepare("SELECT seq, type FROM records WHERE stream = ? ORDER BY seq DESC LIMIT 1");
  const end = db.prepare("SELECT coalesce(max(position), 0) AS n FROM records");
  const at = db.prepare("SELECT id FROM records WHERE position = ?");
  const ofStream = db.prepare(
    `SELECT ${COLUMNS} FROM records WHERE stream = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ${PAGE}`,
  );
  const ofAll = db.prepare(
    `SELECT ${COLUMNS} FROM records WHERE position > ? AND position <= ? ORDER BY position LIMIT ${PAGE}`,
  );
  const unsealed = unsealer(handle);
  const ask = <T>(look: () => T): T => {
    if (!isOpen()) throw closed(url);
    try {
      return look();
    } catch (error) {
      throw readFault(url, error);
    }
  };
  const number = (statement: StatementSync) => ask(() => integer(statement.get() ?? {}, "n"));
  const tipOf = (stream: string): { readonly seq: number; readonly archived: boolean } =>
    ask(() => {
      const row = last.get(stream);
      if (row === undefined) return { seq: 0, archived: false };
      return { seq: integer(row, "seq"), archived: row["type"] === ARCHIVED };
    });
  /** Whether records are gone because they were archived while they were read. */
  const assertNotTaken = (stream: string, seq: number, until: number): void => {
    if (seq < until && tipOf(stream).archived) throw runArchived(stream);
  };
  /** After a page: lets others run, or waits where the end was reached. No await may stand between. */
  const turn = async (found: number, live: boolean, signal: AbortSignal): Promise<void> => {
    if (found > 0) await setImmediate();
    else if (live) await watch.wait({ signal });
  };

  return {
    tip: async (stream) => tipOf(stream).seq,
    end: async () => formatCut([number(end)]),

    async idsAt(position) {
      const row = ask(() => at.get(...parseCut(position, 1)));
      return [row === undefined ? null : text(row, "id")];
    },

    async *read(stream, { after = 0, to = Number.MAX_SAFE_INTEGER } = {}) {
      const tip = tipOf(stream);
      if (tip.archived) throw runArchived(stream);
      const until = Math.min(to, tip.seq);
      for (let seq = Math.max(after, 0); seq < until; await setImmediate()) {
        const page = ask(() => ofStream.all(stream, seq, until));
        for (const row of page) {
          yield ask(() => unsealed(row));
          seq = integer(row, "seq");
        }
        if (page.length < PAGE) return assertNotTaken(stream, seq, until);
      }
    },

    async *scan(options: OwnScanOptions = {}) {
      const { signal = new AbortController().signal } = options;
      const live = options.live === true;
      assertPartition(options.partition, 1);
      let [position = 0] = parseCut(options.after, 1);
      const last = live ? Number.MAX_SAFE_INTEGER : number(end);
      sayEnds(options, [last]);
      const goesOn = () => !signal.aborted && (!live || isOpen());
      for (let found = PAGE; goesOn() && (live || found === PAGE);) {
        const page = ask(() => ofAll.all(position, last));
        found = page.length;
        for (const row of page) {
          position = integer(row, "position");
          yield { ...ask(() => unsealed(row)), position: formatCut([position]) };
          if (!goesOn()) return;
        }
        await turn(found, live, signal);
      }
    },
  };
}

function unsealer({ db, url, seals }: Reading): (row: Row) => Recorded {
  const payload = db.prepare("SELECT data FROM payloads WHERE hash = ?");
  const payloadOf = (hash: string): Uint8Array => {
    const row = payload.get(hash);
    if (row !== undefined) return bytes(row, "data");
    throw fault("LOG_CORRUPT", url, `lacks the payload ${hash}`, {
      hint: "Run `troupe doctor` on this log, and restore it from a copy.",
    });
  };
  return (row) => {
    const ref = optional(row, "payload", text);
    const [cause, trace] = [optional(row, "cause", text), optional(row, "trace", text)];
    return {
      id: text(row, "id"),
      type: text(row, "type"),
      at: integer(row, "at"),
      correlation: text(row, "correlation"),
      ...(cause !== undefined && { cause }),
      ...(trace !== undefined && { trace }),
      body: seals.unseal(
        ref === undefined ? bytes(row, "body") : payloadOf(ref),
        { stream: text(row, "stream") },
        ref,
      ),
      stream: text(row, "stream"),
      seq: integer(row, "seq"),
    };
  };
}
