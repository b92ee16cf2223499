/**
 * Finds a `bwrap` that is new enough for the sandbox, else obtains one into the project's cache:
 * `$TROUPE_BWRAP`, the PATH, `.cache/bubblewrap/`, Debian's package.
 *
 *     node scripts/bubblewrap.ts    prints its path
 *
 * Without one this fails; nothing that needs it may go on without it.
 */
import { join } from "node:path";
import { findBinary, type Wanted } from "../src/cli/nats/binary.ts";
import { fromDebian, ownSuite } from "../src/cli/nats/debian-package.ts";

/** 0.8 can forbid user namespaces inside. */
const BWRAP: Wanted = { file: "bwrap", oldest: "0.8.0" };

/**
 * The path of a `bwrap` that is new enough.
 *
 * @throws {Error} that says what was tried and what to install.
 */
export async function bubblewrap(
  options: { readonly env?: NodeJS.ProcessEnv; readonly cache?: string } = {},
): Promise<string> {
  const { env = process.env, cache = join(import.meta.dirname, "../.cache/bubblewrap") } = options;
  return findBinary(BWRAP, {
    env,
    cache,
    variable: "TROUPE_BWRAP",
    ways: [
      [
        "Debian package",
        async (folder) =>
          fromDebian(folder, { name: "bubblewrap", suite: await ownSuite(), holds: "usr/bin" }),
      ],
    ],
    hint: 'Install it ("apt-get install bubblewrap") or name it in TROUPE_BWRAP; it is for Linux.',
  });
}

if (import.meta.main)
  bubblewrap().then(
    (path) => process.stdout.write(`${path}\n`),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
