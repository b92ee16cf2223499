/**
 * A codec with a key for each run, in a folder: whoever drops a run's key has erased the run.
 *
 * - 1. AES-256-GCM. What is encoded says which key it takes: version, name of the key, nonce, tag, text.
 * - 2. A key is on the disk before anything is encoded with it.
 * - 3. An erased run leaves a file that says so: it never gets another key. What is derived of
 *      many runs (rows of projections) has a key of its own that goes with each erasure. The run's
 *      own key goes last: while its file is there, the erasure was cut short, and the next one ends it.
 * - 4. Keys are files of hex, readable for the user alone. Keep the folder apart from backups of
 *      the log: a copy of a key brings back what was erased.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { rootOf } from "../address.ts";
import { runErased } from "./erased.ts";
import type { Codec } from "./log.ts";

const VERSION = 1;
const NONCE = 12;
const TAG = 16;
/** The key of what belongs to no single run: no root is called so. */
const SHARED = ".";
/** A folder's time may stand still for so long while it changes, ms. */
const TICK_MS = 100;

/** Opens a folder of keys; it is made with the first key. */
export function keyFolder(folder: string): Required<Codec> {
  const keys = keysIn(folder);
  const keyOf = (stream: string | undefined): string =>
    stream === undefined ? SHARED : rootOf(stream);
  return {
    encode(payload, of) {
      const name = Buffer.from(keyOf(of?.stream));
      const nonce = randomBytes(NONCE);
      const head = Buffer.concat([Buffer.from([VERSION]), lengthOf(name), name]);
      const cipher = createCipheriv("aes-256-gcm", keys.of(name.toString()), nonce).setAAD(head);
      const text = Buffer.concat([cipher.update(payload), cipher.final()]);
      return Buffer.concat([head, nonce, cipher.getAuthTag(), text]);
    },
    decode(payload) {
      const bytes = Buffer.from(payload);
      if (bytes[0] !== VERSION) throw new Error("it was not encoded with a folder of keys");
      const at = 3 + bytes.readUInt16BE(1);
      const key = keys.there(bytes.toString("utf8", 3, at));
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(at, at + NONCE));
      decipher.setAAD(bytes.subarray(0, at));
      decipher.setAuthTag(bytes.subarray(at + NONCE, at + NONCE + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(at + NONCE + TAG)), decipher.final()]);
    },
    nameOf: (payload, { stream }) =>
      `hmac:${createHmac("sha256", keys.of(rootOf(stream)))
        .update(payload)
        .digest("hex")}`,
    erase(root) {
      if (keys.isGone(root)) return;
      keys.forbid(root);
      keys.drop(SHARED);
      keys.drop(root);
    },
    isErased: (root) => keys.isDropped(root),
  };
}

function lengthOf(name: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length);
  return length;
}

interface Keys {
  /** Makes it where it is missing. @throws {@link TroupeError} `RUN_ERASED`. */
  of(name: string): Buffer;
  /** @throws {@link TroupeError} `RUN_ERASED`; an error where there is none. */
  there(name: string): Buffer;
  /** There is never one from now on. */
  forbid(name: string): void;
  /** Removes it. */
  drop(name: string): void;
  /** Whether there is never one again. */
  isDropped(name: string): boolean;
  /** The same, and nothing is left of the one that was. */
  isGone(name: string): boolean;
}

function keysIn(folder: string): Keys {
  const cache = new Map<string, Buffer>();
  let seen = 0;
  // by a hash: names may be long, and some file systems take "a" for "A"
  const pathOf = (name: string, end: "key" | "erased" | "dropped"): string =>
    join(folder, `${createHash("sha256").update(name).digest("hex").slice(0, 40)}.${end}`);
  const isDropped = (name: string): boolean => existsSync(pathOf(name, "erased"));
  /** What another process has dropped must not be in use here. */
  const refresh = (): void => {
    const now = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (now === seen && Date.now() - now > TICK_MS) return;
    cache.clear();
    seen = now;
  };
  const find = (name: string): Buffer | undefined => {
    refresh();
    const known = cache.get(name);
    if (known !== undefined) return known;
    if (isDropped(name)) throw runErased(name);
    const path = pathOf(name, "key");
    if (!existsSync(path)) return undefined;
    const key = Buffer.from(readFileSync(path, "utf8").trim(), "hex");
    if (key.length !== 32) throw new Error(`${path} holds no key`);
    cache.set(name, key);
    return key;
  };
  return {
    isDropped,
    of(name) {
      const found = find(name);
      if (found !== undefined) return found;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeOnce(folder, pathOf(name, "key"), `${randomBytes(32).toString("hex")}\n`);
      const made = find(name);
      if (made === undefined) throw new Error(`the key of "${name}" could not be made`);
      return made;
    },
    there(name) {
      const found = find(name);
      if (found === undefined) throw new Error(`there is no key for "${name}" in ${folder}`);
      return found;
    },
    isGone: (name) =>
      isDropped(name) && !existsSync(pathOf(name, "key")) && !existsSync(pathOf(name, "dropped")),
    forbid(name) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeOnce(folder, pathOf(name, "erased"), "erased\n");
    },
    drop(name) {
      const dropped = pathOf(name, "dropped"); // so that a key half overwritten is nobody's key
      ifThere(() => renameSync(pathOf(name, "key"), dropped));
      ifThere(() => overwrite(dropped));
      rmSync(dropped, { force: true });
      sync(folder);
      cache.clear();
    },
  };
}

/** A file that is there as a whole or not at all; of two writers one wins. */
function writeOnce(folder: string, path: string, text: string): void {
  const fresh = `${path}.${randomBytes(6).toString("hex")}`;
  const file = openSync(fresh, "wx", 0o600);
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  try {
    linkSync(fresh, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
  sync(folder);
}

/** Of two that drop a key at once, one finds nothing. */
function ifThere(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}

function overwrite(path: string): void {
  const file = openSync(path, "r+");
  writeSync(file, "0".repeat(65), 0);
  fsyncSync(file);
  closeSync(file);
}

function sync(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}
