/** The command line of a script: misuse is said in one line, and the exit code is 2. */
import { parseArgs, type ParseArgsConfig } from "node:util";

/** As `parseArgs`; it does not return from what the options do not allow. */
export function argumentsOf<const TConfig extends ParseArgsConfig>(
  config: TConfig,
): ReturnType<typeof parseArgs<TConfig>> {
  try {
    return parseArgs(config);
  } catch (error) {
    return misuse(error instanceof Error ? error.message : String(error));
  }
}

export function misuse(what: string): never {
  console.error(`${what}; see --help`);
  process.exit(2);
}
