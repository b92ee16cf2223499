/**
 * Appends to a SQLite log.
 *
 * - L1, L2. The tip is read inside the transaction that writes, and a conflict is noticed
 *           before anything of its append is written.
 * - L4. Behind `expected`, the ids that stand there are compared.
 * - L8. A body that is stored apart is written in the same transaction as its record.
 */
import type { DatabaseSync } from "node:sqlite";
import { WrongSequenceError } from "../../errors.ts";
import { assertAppendable } from "./admit.ts";
import { ARCHIVED, runArchived } from "./archived.ts";
import type { EventLog, NewRecord } from "./log.ts";
import type { Sealed, Sealer } from "./payload.ts";
import type { Commits } from "./sqlite-commit.ts";
import { integer, text } from "./sqlite-row.ts";

/** Makes `append`. */
export function appender(
  db: DatabaseSync,
  commits: Commits,
  { seals, now }: { readonly seals: Sealer; readonly now: () => number },
): EventLog["append"] {
  const last = db.prepare("SELECT seq, type FROM records WHERE stream = ? ORDER BY seq DESC LIMIT 1");
  const ids = db.prepare("SELECT id FROM records WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?");
  const insertPayload = db.prepare(
    "INSERT INTO payloads (hash, data, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at",
  );
  const insert = db.prepare(
    `INSERT INTO records (stream, seq, id, type, at, correlation, cause, trace, body, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  const stands = (stream: string, records: readonly NewRecord[], expected: number): boolean => {
    const there = ids.all(stream, expected, records.length).map((row) => text(row, "id"));
    return records.every(({ id }, i) => id === there[i]);
  };
  const write = (stream: string, seq: number, record: NewRecord, { data, ref }: Sealed): void => {
    const { id, type, at, correlation, cause = null, trace = null } = record;
    if (ref !== undefined) insertPayload.run(ref, data, now());
    const body = ref === undefined ? data : null;
    insert.run(stream, seq, id, type, at, correlation, cause, trace, body, ref ?? null);
  };

  return async (stream, records, { expected }) => {
    if (records.length === 0) return expected;
    assertAppendable(stream, records);
    const sealed = records.map((record) => ({
      record: { ...record },
      body: seals.seal(record.body, { stream }),
    }));
    return commits.run(() => {
      const tip = last.get(stream);
      const actual = tip === undefined ? 0 : integer(tip, "seq");
      if (tip?.["type"] === ARCHIVED && !stands(stream, records, expected)) throw runArchived(stream);
      if (actual === expected)
        for (const [i, { record, body }] of sealed.entries())
          write(stream, expected + i + 1, record, body);
      else if (!stands(stream, records, expected))
        throw new WrongSequenceError(stream, expected, actual);
      return expected + sealed.length;
    });
  };
}
