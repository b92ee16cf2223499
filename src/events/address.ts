/**
 * Addresses: `kind/root` or `kind/root:path:path`, the name of an actor and of its stream.
 *
 * - Every actor of one root lies in one partition, so one position cuts a whole run.
 * - A child id is made fit for an address by {@link addressPart}; a later start of the same
 *   id carries `~2`, `~3`, … so an address is never used twice.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { TroupeError } from "../errors.ts";
import { fnv1a } from "./fnv.ts";

/** The parts of an address. */
export interface Address {
  readonly kind: string;
  /** The run's id. */
  readonly root: string;
  /** From the root down to the actor; empty for the root itself. */
  readonly path: readonly string[];
}

const NAME = /^[A-Za-z0-9_-]+$/;
const PART = /^[A-Za-z0-9_-]+(~[1-9][0-9]*)?$/;
const WHOLE =
  /^([A-Za-z0-9_-]+)\/([A-Za-z0-9_-]+(?:~[1-9][0-9]*)?)((?::[A-Za-z0-9_-]+(?:~[1-9][0-9]*)?)*)$/;
const MAX_LENGTH = 512;

/** An address in what somebody says: what is none could not be sent to. */
export const AddressText = z.string().max(MAX_LENGTH).regex(WHOLE, "Expected an address");

const LONGEST_ID = 256;

/** The id of a run, or another name that is to be the root of addresses, in what somebody says. */
export const IdText = z
  .string()
  .max(LONGEST_ID)
  .regex(PART, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not an id: use letters, digits, "_" and "-"; "~2" may stand behind it`,
  });

/**
 * Reads an address.
 *
 * @throws {@link TroupeError} `ADDRESS_INVALID` naming the part that is wrong.
 */
export function parseAddress(text: string): Address {
  if (text === last.text && text !== "") return last.address;
  const whole = text.length > MAX_LENGTH ? null : WHOLE.exec(text);
  if (whole === null) throw faultIn(text);
  const [, kind = "", root = "", below = ""] = whole;
  const address = { kind, root, path: below === "" ? [] : below.slice(1).split(":") };
  last = { text, address };
  return address;
}

/** Whoever looks at a record asks for its address again: ten projections in a row do. */
let last: { readonly text: string; readonly address: Address } = {
  text: "",
  address: { kind: "", root: "", path: [] },
};

/** The root of an address that is known to be one. */
export function rootOf(address: string): string {
  const start = address.indexOf("/") + 1;
  const end = address.indexOf(":", start);
  return end === -1 ? address.slice(start) : address.slice(start, end);
}

/** What is wrong with a text that is no address. */
function faultIn(text: string): TroupeError {
  const slash = text.indexOf("/");
  const kind = text.slice(0, Math.max(slash, 0));
  const [root = "", ...path] = text.slice(slash + 1).split(":");
  if (slash < 1 || !NAME.test(kind)) return invalid(text, "it has no kind");
  if (text.length > MAX_LENGTH)
    return invalid(`${text.slice(0, 40)}…`, `it is longer than ${MAX_LENGTH} characters`);
  if (!PART.test(root)) return invalid(text, `"${root}" is not an id`);
  const wrong = path.find((part) => !PART.test(part));
  return invalid(text, `"${wrong}" is not an id`);
}

/** The partition of a root: FNV-1a (32 bit) of its UTF-8 bytes, modulo the number of partitions. */
export function partitionOf(root: string, partitions: number): number {
  if (partitions === 1) return 0;
  return fnv1a(root) % partitions;
}

/** An address of no actor that lies in a partition: for what concerns the partition as such. */
export function addressIn(partition: number, partitions: number): string {
  for (let n = 1; ; n++) {
    const root = n === 1 ? "any" : `any~${n}`;
    if (partitionOf(root, partitions) === partition) return `host/${root}`;
  }
}

/** A child id as part of an address: itself where it fits, else its fitting characters and a short hash. */
export function addressPart(id: string): string {
  if (NAME.test(id) && id.length <= 64 && id !== "__proto__") return id;
  const known = parts.get(id);
  if (known !== undefined) return known;
  if (parts.size === PARTS) parts.clear();
  const part = fitted(id);
  parts.set(id, part);
  return part;
}

/** The parts last made: inline invokes have ids such as `0.order.paying`, the same for every actor. */
const parts = new Map<string, string>();
const PARTS = 1_000;

function fitted(id: string): string {
  const hash = createHash("sha256").update(id).digest("hex").slice(0, 8);
  const fit = id.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 40);
  return `${fit}_${hash}`;
}

/** The address part of the nth start of a child id: bare for the first, `~n` after it. */
export function incarnation(part: string, n: number): string {
  return n === 1 ? part : `${part}~${n}`;
}

function invalid(text: string, why: string): TroupeError {
  return new TroupeError("ADDRESS_INVALID", `"${text}" is not an address: ${why}`, {
    hint: 'Write "kind/root" or "kind/root:child", with ids of letters, digits, "_" and "-".',
    data: { address: text },
  });
}
