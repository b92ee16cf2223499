/**
 * Obtains a program from a Debian package, where only apt reaches a network.
 *
 * - 1. Nothing is installed and apt's own state is not touched: all of it lies in a private folder.
 * - 2. The mirror and the keyring are those of the machine's own configuration, so apt checks
 *      the signatures and the package's sum as always.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./binary.ts";

/** A place that this machine has Debian packages from. */
export interface DebianSource {
  readonly uri: string;
  readonly keyring?: string;
}

export interface DebianPackage {
  readonly name: string;
  /** Where it comes from: `sid`, `bookworm`. */
  readonly suite: string;
  /** The folder in the package that holds the program. */
  readonly holds: string;
}

/** Downloads and unpacks a package into a folder; answers the folder of the program. */
export async function fromDebian(
  folder: string,
  { name, suite, holds }: DebianPackage,
): Promise<string> {
  const source = await debianSource();
  if (source === undefined) throw new Error("this machine's apt has no Debian source");
  const options = await privateApt(folder, source, suite);
  await run("apt-get", [...options, "update"], { timeoutMs: 120_000 });
  await run("apt-get", [...options, "download", name], { cwd: folder, timeoutMs: 120_000 });
  const deb = (await readdir(folder)).find((file) => file.endsWith(".deb"));
  if (deb === undefined) throw new Error("apt-get download left no package");
  const unpacked = join(folder, "unpacked");
  await run("dpkg-deb", ["-x", join(folder, deb), unpacked], { timeoutMs: 60_000 });
  return join(unpacked, holds);
}

/** The suite that this machine is of: a program from another may want newer libraries. */
export async function ownSuite(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] ?? "stable";
}

/** The Debian mirror in a sources file: deb822 (`Types: deb`) or one-line (`deb …`). */
export function parseSource(text: string): DebianSource | undefined {
  const stanzas = text.split(/\n\s*\n/).map(parseStanza);
  const lines = text.split("\n").map(parseLine);
  return [...stanzas, ...lines].find((source) => source !== undefined);
}

async function debianSource(): Promise<DebianSource | undefined> {
  const shell = await run("apt-config", [
    "shell",
    "LIST",
    "Dir::Etc::sourcelist/f",
    "PARTS",
    "Dir::Etc::sourceparts/d",
  ]);
  const list = /LIST='(.*)'/.exec(shell)?.[1] ?? "";
  const parts = /PARTS='(.*)'/.exec(shell)?.[1] ?? "";
  const names = (await readdir(parts).catch(() => [])).toSorted((a, b) => a.localeCompare(b));
  for (const file of [list, ...names.map((name) => join(parts, name))]) {
    const source = parseSource(await readFile(file, "utf8").catch(() => ""));
    if (source !== undefined) return source;
  }
  return undefined;
}

async function privateApt(
  folder: string,
  source: DebianSource,
  suite: string,
): Promise<readonly string[]> {
  await mkdir(join(folder, "lists", "partial"), { recursive: true });
  await mkdir(join(folder, "cache", "archives", "partial"), { recursive: true });
  const signed = source.keyring === undefined ? "" : `[signed-by=${source.keyring}] `;
  await writeFile(join(folder, "sources.list"), `deb ${signed}${source.uri} ${suite} main\n`);
  const settings = {
    "Dir::Etc::sourcelist": join(folder, "sources.list"),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::State::lists": join(folder, "lists"),
    "Dir::Cache": join(folder, "cache"),
  };
  return Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
}

function parseStanza(stanza: string): DebianSource | undefined {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:[ \\t]*(\\S+)`, "im").exec(stanza)?.[1];
  if (field("Types") !== "deb") return undefined;
  return sourceOf(field("URIs"), field("Signed-By"));
}

function parseLine(line: string): DebianSource | undefined {
  const parts = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s/.exec(line);
  if (parts === null) return undefined;
  return sourceOf(parts[2], /signed-by=(\S+)/.exec(parts[1] ?? "")?.[1]);
}

function sourceOf(uri: string | undefined, keyring: string | undefined): DebianSource | undefined {
  if (uri === undefined || !/\/debian\/?$/.test(uri)) return undefined;
  return keyring?.startsWith("/") === true ? { uri, keyring } : { uri };
}
