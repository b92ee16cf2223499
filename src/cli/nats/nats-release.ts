/**
 * Obtains `nats-server` from its GitHub release.
 *
 * - 1. Nothing is unpacked before its SHA-256 is the pinned one.
 * - 2. The table has only sums that were found, equal, in several places: NATS' own container
 *      images (for Linux) and the pins of projects that do not know of each other. A platform
 *      without an entry is not downloaded. Raise `VERSION` and all sums together, from the
 *      release's SHA256SUMS.
 */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./binary.ts";

const VERSION = "2.15.0";

const SHA256: Readonly<Record<string, string>> = {
  "linux-amd64": "5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92",
  "linux-arm64": "cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112",
  "darwin-amd64": "5bd8b59ca5bf93fab3da2c5843cf564cd6e2e291e22ae3b861746e7ebe259b95",
  "darwin-arm64": "e1c4e22d70bd44abfa0bcb3c16f7cf0c66f648c2e728c58924e8a1ce88913cc8",
};

/** How long to wait for the first byte: a place that cannot be reached must not cost much. */
const CONNECT_MS = 5_000;
const DOWNLOAD_MS = 120_000;

/** Downloads, checks and unpacks the release into a folder; answers the folder of the binary. */
export async function fromRelease(folder: string): Promise<string> {
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const expected = SHA256[platform];
  if (expected === undefined) throw new Error(`no checksum is pinned for ${platform}`);
  const name = `nats-server-v${VERSION}-${platform}`;
  const archive = await download(
    `https://github.com/nats-io/nats-server/releases/download/v${VERSION}/${name}.tar.gz`,
  );
  assertSum(archive, expected, name);
  const file = join(folder, "release.tar.gz");
  await writeFile(file, archive);
  await run("tar", ["-xzf", file, "-C", folder], { timeoutMs: 60_000 });
  return join(folder, name);
}

/** Throws unless the bytes are what was pinned. */
export function assertSum(bytes: Uint8Array, expected: string, name: string): void {
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== expected)
    throw new Error(`${name} has SHA-256 ${actual}, pinned is ${expected}: not used`);
}

async function download(url: string): Promise<Uint8Array> {
  const connecting = new AbortController();
  const timer = setTimeout(
    () => connecting.abort(new Error(`no answer within ${CONNECT_MS} ms`)),
    CONNECT_MS,
  );
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([connecting.signal, AbortSignal.timeout(DOWNLOAD_MS)]),
    });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } finally {
    clearTimeout(timer);
  }
}
