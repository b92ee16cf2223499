/**
 * NATS subjects of a log, so that any other tool can subscribe:
 *
 *     troupe.NAME.ev.<partition>.<kind>.<id>.<type>   appends; <id> is `root:path`
 *     troupe.NAME.pub.<partition>.<kind>.<id>.<type>  the same once it is stored: for other tools
 *     troupe.NAME.cmd.<partition>.<kind>.<id>         commands to the owner
 *     troupe.NAME.msg.<partition>.<kind>.<id>         what actors of other partitions send, host to host
 *     troupe.NAME.work.<label>                        activities for hosts with a label
 *     troupe.NAME.worker.<line>                       what is said while one of them works, both ways
 *
 * - 1. A type's dots are token separators: `troupe.*.pub.*.task.*.task.failed` is every failed task.
 * - 2. What NATS does not take in a token, or gives a meaning, is written `%XX` per UTF-8
 *      byte, an empty token as a single `%`: no two types share a subject, and each can be read back.
 * - 3. Nothing that a caller writes can leave its own actor's subjects.
 */
import { TroupeError } from "../errors.ts";
import { parseAddress, partitionOf } from "./address.ts";

/** What the subjects of a log are built from. */
export interface Subjects {
  /** The log's name: letters, digits, `_` and `-`. */
  readonly name: string;
  readonly partitions: number;
}

/** Longest subject in characters: far under the server's limit for a protocol line. */
const MAX_LENGTH = 1_600;

/**
 * The subject of a record.
 *
 * @throws {@link TroupeError} `RECORD_INVALID` where the type makes it too long.
 */
export function recordSubject(log: Subjects, address: string, type: string): string {
  const subject = `${actorSubject(log, "ev", address)}.${escapeType(type)}`;
  if (subject.length <= MAX_LENGTH) return subject;
  throw new TroupeError(
    "RECORD_INVALID",
    `the type "${type.slice(0, 40)}…" is too long for a subject`,
    {
      hint: "Keep a type under a thousand characters.",
      data: { field: "type", length: subject.length, limit: MAX_LENGTH },
    },
  );
}

/** The filter for all records of one actor, and of no other. */
export function actorFilter(log: Subjects, address: string): string {
  return `${actorSubject(log, "ev", address)}.>`;
}

/** The filter for all records of one partition. */
export function partitionFilter(name: string, partition: number): string {
  return `troupe.${name}.ev.${partition}.>`;
}

/** The filter under which the records of one partition are published once they are stored. */
export function publicFilter(name: string, partition: number): string {
  return `troupe.${name}.pub.${partition}.>`;
}

/** Commands from outside, or what actors of other partitions send: who may do one may not do the other. */
export type CommandSpace = "cmd" | "msg";

/** Where commands to an actor go. */
export function commandSubject(log: Subjects, address: string, space: CommandSpace = "cmd"): string {
  return actorSubject(log, space, address);
}

/** The filter for all commands to one log, or to one of its partitions. */
export function commandFilter(name: string, space: CommandSpace, partition?: number): string {
  return `troupe.${name}.${space}.${partition === undefined ? "" : `${partition}.`}>`;
}

/** Where hosts with a label are asked for work. */
export function workSubject(name: string, label: string): string {
  return `troupe.${name}.work.${label}`;
}

/** Where one side of a piece of work hears the other. */
export function workerSubject(name: string, line: string): string {
  return `troupe.${name}.worker.${line}`;
}

/** Where an actor's snapshot lies. */
export function snapshotSubject(log: Subjects, address: string): string {
  return actorSubject(log, "snap", address);
}

/** The partition of an address. */
export function partitionOfAddress(address: string, partitions: number): number {
  return partitionOf(parseAddress(address).root, partitions);
}

/** A type as the last tokens of a subject. */
export function escapeType(type: string): string {
  return type.split(".").map(escapeToken).join(".");
}

/** The type that {@link escapeType} was given. */
export function unescapeType(tokens: string): string {
  return tokens.split(".").map(unescapeToken).join(".");
}

function actorSubject(log: Subjects, space: "ev" | "snap" | CommandSpace, address: string): string {
  const partition = partitionOfAddress(address, log.partitions);
  const [kind, id] = address.split("/", 2);
  return `troupe.${log.name}.${space}.${partition}.${kind}.${id}`;
}

function escapeToken(token: string): string {
  if (token === "") return "%";
  return token.replace(/[^A-Za-z0-9_:~-]+/g, (text) =>
    Array.from(Buffer.from(text, "utf8"), (byte) => `%${hex(byte)}`).join(""),
  );
}

function unescapeToken(token: string): string {
  return token === "%" ? "" : decodeURIComponent(token);
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
