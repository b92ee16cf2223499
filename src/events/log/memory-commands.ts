/** Commands on a memory log: the requester calls the owner's handler, by way of the store. */
import { assertJson } from "../json.ts";
import { answerOf, resultOf, type Answer } from "./answer.ts";
import { closed, unanswered, unowned } from "./faults.ts";
import type { Command, CommandChannel } from "./log.ts";
import type { MemoryOwner, MemoryStore } from "./memory-store.ts";

/** What the channel must know of the handle it belongs to. */
export interface MemoryHandle {
  readonly url: string;
  readonly store: MemoryStore;
  readonly isOpen: boolean;
  /** What this handle owns with, while it does. */
  readonly owner: MemoryOwner | undefined;
}

/** Makes the channel of one handle. */
export function memoryCommands(handle: MemoryHandle): CommandChannel {
  const { url, store } = handle;
  return {
    async serve(work) {
      const { owner } = handle;
      if (owner === undefined) throw unowned(url, "this handle does not own");
      const serve = (command: Command) => answerOf(() => work(command));
      owner.serve = serve;
      store.changed.ring();
      return {
        async [Symbol.asyncDispose]() {
          if (owner.serve === serve) owner.serve = undefined;
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
  const { store, url } = handle;
  const { owner } = store;
  let answer: Answer | undefined;
  let taken = false;
  for (;;) {
    if (answer !== undefined) return answer;
    if (owner === undefined || store.owner !== owner) {
      if (taken) throw unanswered(command.id, "its owner stopped while working on it");
      throw unowned(url);
    }
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
