/** Commands on a memory log: the requester calls the owner's handler, by way of the store. */
import { assertJson } from "../json.ts";
import { partitionOfAddress } from "../subjects.ts";
import { answerOf, isUnowned, resultOf, UNOWNED, type Answer } from "./answer.ts";
import { closed, unanswered, unowned } from "./faults.ts";
import type { Command, CommandChannel } from "./log.ts";
import type { MemoryOwner, MemoryStore } from "./memory-store.ts";

/** How often one that nobody takes is offered again, where nothing rings. */
const AGAIN_MS = 1_000;

/** What the channel must know of the handle it belongs to. */
export interface MemoryHandle {
  readonly url: string;
  readonly store: MemoryStore;
  readonly isOpen: boolean;
  /** Whether an owner is this handle's. */
  readonly owns: (owner: MemoryOwner) => boolean;
}

/** Makes the channel of one handle. */
export function memoryCommands(handle: MemoryHandle): CommandChannel {
  const { url, store } = handle;
  return {
    async serve(work, { partition } = {}) {
      const asked = partition === undefined ? store.owners : [store.owners[partition]];
      const owners = new Set(asked.filter((owner) => owner !== undefined && handle.owns(owner)));
      if (owners.size === 0) throw unowned(url, "this handle does not own");
      const serve = (command: Command) => answerOf(() => work(command));
      for (const owner of owners) if (owner !== undefined) owner.serve = serve;
      store.changed.ring();
      return {
        async [Symbol.asyncDispose]() {
          for (const owner of owners) if (owner?.serve === serve) owner.serve = undefined;
        },
      };
    },
    async request(command, { timeoutMs = 30_000 } = {}) {
      if (!handle.isOpen) throw closed(url);
      assertJson(command.data, "data");
      const copy: Command = { ...command, data: JSON.parse(JSON.stringify(command.data)) };
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(`none came within ${timeoutMs} ms`), timeoutMs);
      try {
        return resultOf(await ask(handle, copy, late.signal));
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function ask(handle: MemoryHandle, command: Command, late: AbortSignal): Promise<Answer> {
  for (;;) {
    const answer = await askOwner(handle, command, late);
    if (answer !== undefined && !isUnowned(answer)) return answer;
    if (handle.store.hosts.size === 0)
      throw answer === undefined
        ? unanswered(command.id, "its owner stopped while working on it")
        : unowned(handle.url);
    if (late.aborted) throw unanswered(command.id, String(late.reason));
    await handle.store.changed.wait({ signal: late, timeoutMs: AGAIN_MS });
  }
}

/** The answer of who owns the actor now; undefined where that one went away with the command. */
async function askOwner(
  handle: MemoryHandle,
  command: Command,
  late: AbortSignal,
): Promise<Answer | undefined> {
  const { store, url } = handle;
  const partition = partitionOfAddress(command.address, store.partitions);
  const owner = store.owners[partition];
  if (owner === undefined) return UNOWNED;
  let answer: Answer | undefined;
  let taken = false;
  for (;;) {
    if (answer !== undefined) return answer;
    if (store.owners[partition] !== owner) return taken ? undefined : UNOWNED;
    if (late.aborted) throw unanswered(command.id, String(late.reason));
    if (!handle.isOpen) throw unanswered(command.id, `the log ${url} was closed`);
    if (!taken && owner.serve !== undefined) {
      taken = true;
      void owner.serve(command).then((given) => {
        answer = structuredClone(given);
        store.changed.ring();
      });
    }
    await store.changed.wait({ signal: late });
  }
}
