/**
 * Names of a run's actors, as their fork calls them.
 *
 * - What can only be an address is renamed wherever it stands: refs, senders, causes, lookups.
 * - A text in data is renamed only if all of it is the address of an actor of the run, or the id of
 *   one of its effects; and the folders of the run are renamed inside of texts, too, so that nobody
 *   who reads there where to write writes into the original's.
 */
import { rootOf } from "../../events/address.ts";
import type { Json, JsonObject } from "../../events/json.ts";
import { put, REF } from "../xstate/encode.ts";

/** A folder of the original, and the one that stands for it in the fork. */
export type Moved = readonly [from: string, to: string];

export class Names {
  readonly #from: string;
  readonly #to: string;
  /** Addresses of the original that data may hold. */
  readonly #known: Set<string>;
  readonly #folders: { readonly pattern: RegExp; readonly to: string }[] = [];

  /** @param actors addresses of the original. */
  constructor(run: { readonly from: string; readonly to: string }, actors: Iterable<string>) {
    this.#from = run.from;
    this.#to = run.to;
    this.#known = new Set(actors);
  }

  /** An address; one of another run stays as it is. */
  address(address: string): string {
    return rootOf(address) === this.#from ? this.#swapped(address, this.#to) : address;
  }

  /** What a record says it came from. */
  cause(cause: string): string {
    if (cause.startsWith("cmd:")) return cause;
    const end = cause.search(/[#@]/);
    if (end === -1 || !cause.includes("/")) return cause;
    return this.address(cause.slice(0, end)) + cause.slice(end);
  }

  /** From now on data may hold the address of this actor of the fork, as the original calls it. */
  learn(address: string): void {
    this.#known.add(this.#swapped(address, this.#from));
  }

  move([from, to]: Moved): void {
    if (from === "" || from === to) return;
    const path = from.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    // neither the end of a longer path, nor the beginning of a longer name
    const pattern = new RegExp(
      String.raw`(?<![A-Za-z0-9_.-])${path}(?![A-Za-z0-9_~-]|\.[A-Za-z0-9])`,
      "g",
    );
    this.#folders.push({ pattern, to });
  }

  data(value: Json): Json {
    if (typeof value === "string") return this.#text(value);
    if (typeof value !== "object" || value === null) return value;
    return Array.isArray(value)
      ? value.map((item: Json) => this.data(item))
      : this.object(value as JsonObject);
  }

  object<T extends JsonObject>(value: T): T {
    const out: Record<string, Json> = {};
    const isRef = value[REF] === 1;
    for (const [key, item] of Object.entries(value))
      put(
        out,
        key,
        isRef && key === "addr" && typeof item === "string" ? this.address(item) : this.data(item),
      );
    return out as T; // the same fields, with texts in place of texts
  }

  #text(text: string): string {
    const end = text.indexOf("#");
    const [address, tail] = end === -1 ? [text, ""] : [text.slice(0, end), text.slice(end)];
    if (this.#known.has(address) && (tail === "" || /^#[0-9]+\.[0-9]+(\/[0-9]+)?$/.test(tail)))
      return this.address(address) + tail;
    return this.#folders.reduce((told, { pattern, to }) => told.replace(pattern, () => to), text);
  }

  #swapped(address: string, root: string): string {
    const start = address.indexOf("/") + 1;
    const end = address.indexOf(":", start);
    return address.slice(0, start) + root + (end === -1 ? "" : address.slice(end));
  }
}
