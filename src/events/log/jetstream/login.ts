/**
 * How a user enters a server: what a URL says, and what lies in the files that it names.
 *
 * - 1. A secret key is read from a file, never from a URL, and leaves this module only towards
 *      the connection: no message has one.
 * - 2. A key that everybody on the machine may read or write is refused.
 * - 3. Where a server's users have permissions, each reads answers only below `_INBOX.` and his
 *      own name: so nobody reads those of another.
 */
import { readFile, stat } from "node:fs/promises";
import { createUser, fromSeed } from "@nats-io/nkeys";
import { credsAuthenticator, nkeyAuthenticator, type ConnectionOptions } from "@nats-io/transport-node";
import { TroupeError } from "../../../errors.ts";
import type { NatsServer } from "./server-url.ts";

/** Files that a URL names: paths, from the folder in which the process runs. */
export interface LoginFiles {
  /** The seed of a user's nkey: `SU…`. */
  readonly nkey?: string;
  /** A user's JWT and seed, as `nsc` writes them. */
  readonly creds?: string;
  /** Certificates of those who sign the server's, in PEM; without it the system's are taken. */
  readonly ca?: string;
}

/** What a connection is made with. */
export type Login = Pick<
  ConnectionOptions,
  "authenticator" | "user" | "pass" | "token" | "tls" | "inboxPrefix"
>;

/** @throws {@link TroupeError} `FILE_NOT_READ`, `KEY_INVALID`. */
export async function loginOf({
  credentials,
  tls,
  files = {},
}: Pick<NatsServer, "credentials" | "tls"> & { readonly files?: LoginFiles }): Promise<Login> {
  const secure = tls && { tls: files.ca === undefined ? {} : { ca: await text("ca", files.ca) } };
  return { ...(await userOf(credentials, files)), ...secure };
}

async function userOf(
  credentials: NatsServer["credentials"],
  { nkey, creds }: LoginFiles,
): Promise<Login> {
  if (nkey !== undefined) {
    const seed = (await secret("nkey", nkey)).trim();
    const inboxPrefix = inboxOf(publicKeyOf(nkey, seed));
    return { authenticator: nkeyAuthenticator(Buffer.from(seed)), inboxPrefix };
  }
  if (creds !== undefined) {
    const content = await secret("creds", creds);
    const seed = /^SU[A-Z2-7]{56}$/m.exec(content.replaceAll("\r", ""))?.[0] ?? "";
    const inboxPrefix = inboxOf(publicKeyOf(creds, seed));
    return { authenticator: credsAuthenticator(Buffer.from(content)), inboxPrefix };
  }
  const { user } = credentials;
  const named = user !== undefined && /^[A-Za-z0-9_-]+$/.test(user);
  return { ...credentials, ...(named && { inboxPrefix: inboxOf(user) }) };
}

/** Where a user's answers go. */
function inboxOf(user: string): string {
  return `_INBOX.${user}`;
}

/** The seed of a fresh nkey of a user: a secret. */
export function newSeed(): string {
  return new TextDecoder().decode(createUser().getSeed());
}

/** The public key of the seed in a file. @throws {@link TroupeError} `FILE_NOT_READ`, `KEY_INVALID`. */
export async function publicKeyIn(path: string): Promise<string> {
  return publicKeyOf(path, (await secret("nkey", path)).trim());
}

function publicKeyOf(path: string, seed: string): string {
  try {
    const key = fromSeed(Buffer.from(seed)).getPublicKey();
    if (key.startsWith("U")) return key;
  } catch {
    // the library's words may hold the seed
  }
  throw invalid(path, "holds no seed of a user's nkey (SU…)");
}

/** A file that holds a secret. @throws {@link TroupeError} `FILE_NOT_READ`, `KEY_INVALID`. */
async function secret(what: string, path: string): Promise<string> {
  const content = await text(what, path);
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o007) !== 0)
    throw invalid(
      path,
      "may be read or written by everybody on this machine",
      "Run `chmod 600` on it.",
    );
  return content;
}

async function text(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "it is no text";
    throw new TroupeError("FILE_NOT_READ", `the file "${path}" of ?${what}= cannot be read: ${code}`, {
      hint: "Mind the path: it counts from the folder in which the process runs. `troupe nats keys` makes keys.",
      data: { path, code },
      cause,
    });
  }
}

function invalid(path: string, why: string, hint?: string): TroupeError {
  return new TroupeError("KEY_INVALID", `the key file "${path}" ${why}`, {
    hint: hint ?? "Name a file that `troupe nats keys` made.",
    data: { path },
  });
}
