/** Scenarios of the command line that run on both logs: a SQLite file, and NATS. */
import { describe } from "vitest";
import { cliBench, WITHOUT_LOG, type CliBench, type CliOptions, type Said } from "./cli.ts";
import { freshName } from "./nats-log.ts";
import { sharedNats } from "./shared-nats.ts";

/** A bench on some log. */
export function onEachLog(name: string, scenarios: (open: () => CliBench) => void): void {
  describe(`${name}, on a SQLite log`, () => {
    scenarios(cliBench);
  });
  describe(`${name}, on NATS`, () => {
    scenarios(() => onLog(cliBench(), sharedNats.logUrl(freshName())));
  });
}

function onLog(bench: CliBench, log: string): CliBench {
  const troupe = (argv: readonly string[], options?: CliOptions): Promise<Said> =>
    bench.troupe(isWhole(argv) ? argv : [...argv, "--log", log], options);
  return {
    ...bench,
    log,
    troupe,
    async json(argv, options) {
      const { code, out } = await troupe([...argv, "--json"], options);
      const value: unknown = JSON.parse(out);
      return { code, value };
    },
    [Symbol.dispose]: () => bench[Symbol.dispose](),
  };
}

function isWhole(argv: readonly string[]): boolean {
  return argv.includes("--log") || WITHOUT_LOG.has(argv[0] ?? "");
}

/** A listener to talk, and a promise of the first line that matches. */
export function hearing(wanted: RegExp) {
  const { promise, resolve } = Promise.withResolvers<string>();
  const heard = (line: string): void => {
    if (wanted.test(line)) resolve(line);
  };
  return { heard, line: promise };
}
