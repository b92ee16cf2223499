/**
 * The messages of a partition for who may make no consumer: by direct reads, a page at a time.
 *
 * - 1. Any copy of the stream may answer, and lag; what it lacks the leader is asked for, so a
 *      reader comes to the end that the leader knows.
 * - 2. What the stream publishes only wakes a live reader; where that is lost, or the log is from
 *      before streams did so, he looks by himself.
 */
import type { StoredMsg } from "@nats-io/jetstream";
import { partitionFilter, publicFilter } from "../../subjects.ts";
import { bell } from "../bell.ts";
import { direct } from "./find.ts";
import { partitionStream, reach, type Link } from "./link.ts";
import type { TailMessage, TailOptions } from "./tail.ts";

/** Most messages fetched at once. */
const PAGE = 256;
/** How often a live reader looks that was not woken. */
const LOOK_MS = 1_000;

/** @param seen where the reader is; it moves along. */
export async function* directTail(
  link: Link,
  { partition, last = Number.POSITIVE_INFINITY, signal }: TailOptions,
  seen: { at: number },
): AsyncGenerator<TailMessage, void, undefined> {
  using news = newsOf(link, partition, last === Number.POSITIVE_INFINITY);
  while (seen.at < last && !signal.aborted) {
    news.forget();
    const page = await pageOf(link, partition, seen.at);
    for (const { seq, subject, header: headers, data } of page) {
      if (signal.aborted) return;
      seen.at = seq;
      if (seq > last) return;
      yield { seq, subject, headers, data };
    }
    if (page.length > 0) continue;
    if (last === Number.POSITIVE_INFINITY) await news.wait(signal);
    else seen.at = last; // the rest is gone from the server
  }
}

interface News extends Disposable {
  /** What is published from now on counts. */
  forget(): void;
  /** Resolves at once where something was published, else when it is, or after a while. */
  wait(signal: AbortSignal): Promise<void>;
}

function newsOf(link: Link, partition: number, live: boolean): News {
  const stored = bell();
  let rung = false;
  const callback = (): void => {
    rung = true;
    stored.ring();
  };
  const subject = publicFilter(link.name, partition);
  const heard = live ? link.nc.subscribe(subject, { callback }) : undefined;
  return {
    forget() {
      rung = false;
    },
    async wait(signal) {
      if (!rung) await stored.wait({ signal, timeoutMs: LOOK_MS });
    },
    [Symbol.dispose]() {
      if (!link.nc.isClosed()) heard?.unsubscribe();
    },
  };
}

async function pageOf(link: Link, partition: number, after: number): Promise<readonly StoredMsg[]> {
  const stream = partitionStream(link.name, partition);
  const next = { seq: after + 1, next_by_subj: partitionFilter(link.name, partition) };
  const page = await reach(link, () => direct(link, stream, { ...next, batch: PAGE }));
  if (page.length > 0) return page;
  const message = await reach(link, () => link.jsm.streams.getMessage(stream, next));
  return message === null ? [] : [message];
}
