/**
 * Snapshots: the last message on an actor's snapshot subject. A cache, never the truth.
 *
 * - 1. One that is over the server's limit, or that cannot be stored, is dropped in silence.
 * - 2. With it goes the place of its record, so a reader need not look through what lies before.
 */
import { headers } from "@nats-io/transport-node";
import { snapshotSubject } from "../../subjects.ts";
import type { SnapshotStore } from "../log.ts";
import type { Sealer } from "../payload.ts";
import { assertOpen, type Link } from "./link.ts";
import { lastState } from "./state.ts";

export function snapshots(link: Link, seals: Sealer, writable: () => void): SnapshotStore {
  return {
    async get(stream) {
      const stood = await lastState(link, snapshotSubject(link, stream));
      if (stood === undefined) return undefined;
      const seq = Number(stood.header("troupe-seq"));
      const at = Number(stood.header("troupe-at"));
      if (at > 0) link.marks.pin(stream, { seq, at });
      const key = decodeURIComponent(stood.header("troupe-key"));
      return { seq, key, data: seals.unsealInline(stood.data) };
    },
    async put(stream, { seq, key, data }) {
      assertOpen(link);
      writable();
      const sealed = seals.sealInline(data, "snapshot", { stream });
      const head = headers();
      head.append("troupe-seq", String(seq));
      head.append("troupe-key", encodeURIComponent(key));
      const mark = link.marks.exact(stream, seq);
      if (mark !== undefined) {
        link.marks.pin(stream, mark);
        head.append("troupe-at", String(mark.at));
      }
      await link.nc
        .request(snapshotSubject(link, stream), sealed, { headers: head, timeout: link.answerMs })
        .catch(() => {}); // a cache: see 1
    },
  };
}
