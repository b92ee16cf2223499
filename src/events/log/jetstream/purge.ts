/**
 * Removing what is archived (L9).
 *
 * - 1. Only what lies before the message that says so: that one keeps the actor's place, and
 *      with it the expectation of every append.
 */
import { JetStreamApiError } from "@nats-io/jetstream";
import { TroupeError } from "../../../errors.ts";
import { actorFilter, partitionOfAddress, snapshotSubject } from "../../subjects.ts";
import { ARCHIVE_FILES, ARCHIVED, notArchived } from "../archived.ts";
import { lastOf } from "./find.ts";
import { partitionStream, reach, stateStream, type Link } from "./link.ts";

/** The server's word for a stream that was made before logs had archives. */
const NOT_PERMITTED = 10110;

/** @throws {@link TroupeError} `USAGE`, `LOG_FORBIDDEN`, `LOG_INCOMPATIBLE`, `LOG_UNREACHABLE`. */
export async function purge(link: Link, stream: string): Promise<void> {
  const filter = actorFilter(link, stream);
  if (stream === ARCHIVE_FILES) {
    for (let p = 0; p < link.partitions; p++) await purgeBefore(link, p, { filter, seq: 1 });
    return;
  }
  const last = await lastOf(link, stream);
  if (last?.envelope.type !== ARCHIVED) throw notArchived(stream);
  const partition = partitionOfAddress(stream, link.partitions);
  await purgeBefore(link, partition, { filter, seq: last.at });
  const snapshot = { filter: snapshotSubject(link, stream) };
  await reach(link, () => link.jsm.streams.purge(stateStream(link.name), snapshot));
}

async function purgeBefore(
  link: Link,
  partition: number,
  what: { readonly filter: string; readonly seq: number },
): Promise<void> {
  const stream = partitionStream(link.name, partition);
  const permitted = await reach(link, async () => {
    try {
      await link.jsm.streams.purge(stream, what);
      return true;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === NOT_PERMITTED) return false;
      throw error;
    }
  });
  if (!permitted) throw denied(link.url, stream);
}

function denied(url: string, stream: string): TroupeError {
  return new TroupeError("LOG_INCOMPATIBLE", `stream ${stream} of ${url} never lets go of a message`, {
    hint: "It was made before logs had archives: copy the log to a new name with `troupe copy`, and use that.",
    data: { url, stream },
  });
}
