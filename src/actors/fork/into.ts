/** A fork into another log than the one that has the original: of a file, for instance. */
import { TroupeError } from "../../errors.ts";
import type { EventLog } from "../../events/log/log.ts";
import { kindsByName, type AnyKind } from "../kind.ts";
import { ownLog } from "../own.ts";
import { fork } from "./fork.ts";
import type { Forked, ForkRequest } from "./request.ts";

export interface ForkInto {
  /** The log that gets the fork. */
  readonly log: EventLog;
  /** The log that has the original. It is only read. */
  readonly source: EventLog;
  readonly kinds: readonly AnyKind[];
}

/**
 * Forks a run of one log into another, as its owner; no activity is started.
 *
 * @throws {@link TroupeError} `LOG_OWNED` while a host lives there, and what forking throws.
 */
export async function forkInto(
  { log, source, kinds }: ForkInto,
  to: string,
  request: ForkRequest,
): Promise<Forked> {
  const own = { log, kinds: kindsByName(kinds), recover: false, activities: false };
  await using owned = await ownLog(own).catch((error: unknown) => {
    throw TroupeError.is(error, "LOG_OWNED") ? occupied(error) : error;
  });
  const forked = await fork(owned.runner, source, to, request);
  await owned.runner.quiet();
  return forked;
}

function occupied({ message, data }: TroupeError): TroupeError {
  return new TroupeError("LOG_OWNED", message, {
    hint: "Stop that host first: a fork of a file is written by who owns the log.",
    data,
  });
}
