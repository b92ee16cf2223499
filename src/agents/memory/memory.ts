/**
 * What agents remember beyond a conversation, and beyond a run; see `memoryKind`. Works on a
 * host, and from any process through a client.
 *
 *     const memory = await openMemory(host, "project");
 *     await memory.put("style", "No shell built of strings.", { tags: ["rule"] });
 *     const [found] = await memory.search("shell rules", { tags: ["rule"] });
 */
import type { Actors } from "../../actors/face.ts";
import { systemClock, type Clock } from "../../actors/clock.ts";
import type { Json } from "../../events/json.ts";
import { expired, type MemoryState } from "../../machines/memory/state.ts";
import { entries, get } from "../../machines/sorted.ts";
import { startedOnce } from "../team/started-once.ts";
import type { MemoryKind } from "./memory-kind.ts";
import { searchIn, type Found, type Remembered, type SearchOptions } from "./search.ts";

/** What a host and a client offer, whatever other kinds they have. */
export type MemoryActors = Pick<Actors<readonly [MemoryKind]>, "~kinds" | "start" | "actor">;

export interface MemoryOptions {
  /** Whether to start it where it is not there. Default true. */
  readonly start?: boolean;
  /** By which entries are over, while no host lives to forget them. Default: the machine's time. */
  readonly clock?: Clock;
}

export interface PutOptions {
  /** To search by. */
  readonly tags?: readonly string[];
  /** Forgotten after so long, ms. Default: never. */
  readonly ttlMs?: number;
  /** Who says it. */
  readonly by?: string;
  /** The same id counts once (A9). */
  readonly id?: string;
}

export interface Memory {
  readonly address: `memory/${string}`;
  /**
   * Remembers a value; what stood under the key is forgotten.
   *
   * @throws {@link TroupeError} `MEMORY_FULL`, `PAYLOAD_TOO_LARGE`, `EVENT_INVALID`.
   */
  put(key: string, value: Json, options?: PutOptions): Promise<void>;
  /** Undefined where nothing is remembered, or not any more. */
  get(key: string): Promise<Remembered | undefined>;
  /** Entries in which the words are found, those with most of them first; without words: the last stored. */
  search(words: string, options?: SearchOptions): Promise<readonly Found[]>;
  /** @throws {@link TroupeError} `MEMORY_KEY_UNKNOWN`. */
  delete(key: string, options?: Pick<PutOptions, "by" | "id">): Promise<void>;
}

/**
 * A memory by its name.
 *
 * @param actors a host or a client with `memoryKind` among its kinds.
 */
export async function openMemory(
  actors: MemoryActors,
  name: string,
  { start = true, clock = systemClock }: MemoryOptions = {},
): Promise<Memory> {
  const address = `memory/${name}` as const;
  if (start) await startedOnce(actors.start(address, { input: { name } }));
  const actor = actors.actor(address);
  const state = async (): Promise<MemoryState> => {
    const { context } = await actor.snapshot();
    return expired(context as unknown as MemoryState, clock.now()).state; // as the machine has it
  };
  return {
    address,
    async put(key, value, { id, tags = [], ...rest } = {}) {
      await actor.send({ type: "PUT", key, value, tags: [...tags], ...rest }, sentAs(id));
    },
    async get(key) {
      const entry = get((await state()).entries, key);
      return entry === undefined ? undefined : { key, ...entry };
    },
    search: async (words, options) => searchIn(entries((await state()).entries), words, options),
    async delete(key, { id, ...rest } = {}) {
      await actor.send({ type: "DELETE", key, ...rest }, sentAs(id));
    },
  };
}

function sentAs(id: string | undefined): { readonly id?: string } {
  return id === undefined ? {} : { id };
}
