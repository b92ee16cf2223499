/**
 * Commands on a SQLite log: one row a command, taken and answered by the owner, fetched and
 * removed by who asked.
 *
 *     asked → taken (by an epoch) → answered → fetched
 *       └──────── withdrawn: surely not acted on, if it was not taken
 *
 * - The row is marked as taken before it is acted on: a row without the mark was not.
 * - A new owner takes again what an owner before it left unanswered: commands are idempotent.
 * - Rows that nobody fetches go when an owner meets them a minute after their deadline.
 */
import type { DatabaseSync } from "node:sqlite";
import { assertJson, type Json } from "../json.ts";
import { type Answer, answerOf, resultOf } from "./answer.ts";
import { closed, unanswered, unowned } from "./faults.ts";
import type { Command, CommandChannel } from "./log.ts";
import type { Sealer } from "./payload.ts";
import type { Commits } from "./sqlite-commit.ts";
import { isLocked } from "./sqlite-lock.ts";
import { bytes, integer, optional, type Row } from "./sqlite-row.ts";
import type { Watch } from "./sqlite-watch.ts";

/** How often who waits for an answer looks whether the owner still lives. */
const ALIVE_MS = 100;
const KEEP_MS = 60_000;
const BATCH = 64;

/** What the inbox needs of its handle. */
export interface Inbox {
  readonly db: DatabaseSync;
  readonly path: string;
  readonly url: string;
  readonly seals: Sealer;
  readonly commits: Commits;
  readonly watch: Watch;
  readonly isOpen: () => boolean;
  /** The epoch of this handle while it owns. */
  readonly epoch: () => number | undefined;
  readonly now: () => number;
}

export function inboxOf(inbox: Inbox): CommandChannel {
  return { serve: server(inbox), request: requester(inbox) };
}

/** A commit of this handle, told to whoever waits on it: others' are noticed by polling. */
function committing({ commits, watch }: Inbox): Commits["run"] {
  return async (work) => {
    const done = await commits.run(work);
    watch.ring();
    return done;
  };
}

function server(inbox: Inbox): CommandChannel["serve"] {
  const { db, url, seals, watch, isOpen, epoch, now } = inbox;
  const commit = committing(inbox);
  const pending = db.prepare(
    `SELECT number, command FROM inbox
     WHERE answer IS NULL AND coalesce(taken, 0) < ? AND deadline > ? ORDER BY number LIMIT ${BATCH}`,
  );
  const take = db.prepare("UPDATE inbox SET taken = ? WHERE number = ? RETURNING number");
  const answer = db.prepare("UPDATE inbox SET answer = ? WHERE number = ?");
  const sweep = db.prepare("DELETE FROM inbox WHERE deadline < ?");

  const work = async (handle: (command: Command) => Promise<Json>, row: Row): Promise<void> => {
    const given = await answerOf(() => handle(commandIn(seals.unsealInline(bytes(row, "command")))));
    const sealed = seals.sealInline(given, "answer");
    // who asked learns from the lock if this never gets there
    await commit(() => answer.run(sealed, integer(row, "number"))).catch(() => undefined);
  };

  return async (handle) => {
    const mine = epoch();
    if (mine === undefined) throw unowned(url, "this handle does not own");
    const stop = new AbortController();
    const serving = () => isOpen() && epoch() === mine && !stop.signal.aborted;
    const takeNext = (): Row[] => {
      sweep.run(now() - KEEP_MS);
      return pending
        .all(mine, now())
        .filter((row) => take.get(mine, integer(row, "number")) !== undefined);
    };
    const loop = async (): Promise<void> => {
      while (serving()) {
        const { signal } = stop;
        if (pending.get(mine, now()) === undefined) await watch.wait({ signal });
        else
          try {
            for (const row of await commit(takeNext)) void work(handle, row);
          } catch {
            // nothing was taken; the disk may have room again the next time
            await watch.wait({ signal, timeoutMs: ALIVE_MS });
          }
      }
    };
    void loop();
    return { [Symbol.asyncDispose]: async () => stop.abort() };
  };
}

function requester(inbox: Inbox): CommandChannel["request"] {
  const { db, path, url, seals, watch, isOpen, now } = inbox;
  const commit = committing(inbox);
  const put = db.prepare("INSERT INTO inbox (command, deadline) VALUES (?, ?)");
  const look = db.prepare("SELECT answer FROM inbox WHERE number = ?");
  const remove = db.prepare("DELETE FROM inbox WHERE number = ? RETURNING taken, answer");

  /** Removes the row; what became of it decides what is said. */
  const withdraw = async (number: number, id: string, why?: string): Promise<Json> => {
    const row = await commit(() => remove.get(number));
    const given = row && optional(row, "answer", bytes);
    if (given !== undefined) return resultOf(answerIn(seals.unsealInline(given)));
    if (why === undefined && row?.["taken"] === null) throw unowned(url);
    throw unanswered(id, why ?? "its owner stopped while working on it");
  };

  /** Waits until the row is answered or gone, `undefined`, or says why nobody should wait on. */
  const settled = async (number: number, timeoutMs: number): Promise<string | undefined> => {
    const deadline = now() + timeoutMs;
    for (let aliveAt = now(); ;) {
      if (!isOpen()) return `the log ${url} was closed`;
      if (look.get(number)?.["answer"] !== null) return undefined;
      if (now() - aliveAt >= ALIVE_MS) {
        if (!isLocked(path)) return undefined;
        aliveAt = now();
      }
      const left = deadline - now();
      if (left <= 0) return `none came within ${timeoutMs} ms`;
      await watch.wait({ timeoutMs: Math.min(left, ALIVE_MS) });
    }
  };

  return async ({ id, address, op, data }, { timeoutMs = 30_000 } = {}) => {
    if (!isOpen()) throw closed(url);
    assertJson(data, "data");
    const sealed = seals.sealInline({ id, address, op, data }, "command", { stream: address });
    if (!isLocked(path)) throw unowned(url);
    const row = await commit(() => put.run(sealed, now() + timeoutMs));
    const number = Number(row.lastInsertRowid);
    const why = await settled(number, timeoutMs);
    if (!isOpen()) throw unanswered(id, why ?? `the log ${url} was closed`);
    return withdraw(number, id, why);
  };
}

function commandIn(value: Json): Command {
  if (!isRecord(value)) throw new TypeError("a command is not an object");
  const { id, address, op, data = null } = value;
  if (typeof id !== "string" || typeof address !== "string" || typeof op !== "string")
    throw new TypeError("a command lacks its id, address or op");
  return { id, address, op, data };
}

function answerIn(value: Json): Answer {
  if (!isRecord(value)) throw new TypeError("an answer is not an object");
  const { value: given, error } = value;
  if (given !== undefined) return { value: given };
  if (error === undefined || !isRecord(error))
    throw new TypeError("an answer holds neither value nor error");
  const { code, message, hint, data = {} } = error;
  if (typeof code !== "string" || typeof message !== "string" || !isRecord(data))
    throw new TypeError("an answer's error lacks its code, message or data");
  return { error: { code, message, data, ...(typeof hint === "string" && { hint }) } };
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
