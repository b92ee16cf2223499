/** Queues as commands open them: none is made of a misspelt name. */
import type { Client } from "../actors/client.ts";
import { connect } from "../actors/client.ts";
import { queueKinds } from "../agents/queue/kinds.ts";
import { openQueue, type Queue } from "../agents/queue/queue.ts";
import { boardAt } from "../agents/queue/views.ts";
import { TroupeError } from "../errors.ts";
import type { EventLog } from "../events/log/log.ts";
import { startedJobs } from "../projections/jobs.ts";
import { openActors } from "../projections/open-actors.ts";
import type { Terminal } from "./terminal.ts";
import { tameLine } from "./terminal.ts";

type Kinds = ReturnType<typeof queueKinds>;
export type QueueClient = Client<Kinds>;

export function queueClient(log: EventLog, { err }: Pick<Terminal, "err">): Promise<QueueClient> {
  return connect({ log, kinds: queueKinds(), warn: (message) => err(tameLine(message)) });
}

/** Names of the queues that have had jobs or have work to do, in order. */
export async function queueNames(client: QueueClient): Promise<readonly string[]> {
  const names = new Set((await client.rows(startedJobs)).map(({ key }) => key));
  for (const { key } of await client.rows(openActors))
    if (key.startsWith("queue/")) names.add(key.slice("queue/".length));
  return [...names].toSorted();
}

/**
 * A queue that is there.
 *
 * @throws {@link TroupeError} `ACTOR_NOT_FOUND` naming those that are.
 */
export async function knownQueue(client: QueueClient, name: string, log: EventLog): Promise<Queue> {
  try {
    await boardAt(client, name);
  } catch (error) {
    if (!TroupeError.is(error, "ACTOR_NOT_FOUND")) throw error;
    const names = await queueNames(client);
    throw new TroupeError("ACTOR_NOT_FOUND", `there is no queue "${name}" in ${log.url}`, {
      hint:
        names.length === 0
          ? "Make one with `troupe queue add --create`, and mind --log."
          : `Mind its name: there is ${names.join(", ")}.`,
      data: { queue: name, queues: names },
      cause: error,
    });
  }
  return openQueue(client, name);
}
