/** The command line in this process, on a folder of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../src/cli/program.ts";
import type { Terminal } from "../../src/cli/terminal.ts";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What was painted for a live view. */
  readonly painted: string;
  /** What was printed as bytes, if anything was. */
  readonly bytes?: Buffer;
}

export interface CliOptions {
  readonly stop?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  readonly live?: boolean;
  /** How wide the terminal is that data goes to; absent: to none. */
  readonly outColumns?: number;
  /** The words as they are, without `--log`. */
  readonly bare?: boolean;
  /** Called with each line of talk. */
  readonly heard?: (line: string) => void;
  /** Called with each line of data. */
  readonly read?: (line: string) => void;
}

/** Commands that touch no log. */
export const WITHOUT_LOG: ReadonlySet<string> = new Set([
  "asyncapi",
  "chart",
  "copy",
  "critic",
  "new",
  "schema",
  "validate",
]);

export interface CliBench extends Disposable {
  readonly folder: string;
  /** `--log` of this bench. */
  readonly log: string;
  write(name: string, text: string): string;
  /** Runs a command with `--log` added. */
  troupe(argv: readonly string[], options?: CliOptions): Promise<Said>;
  /** The same as JSON. */
  json(
    argv: readonly string[],
    options?: CliOptions,
  ): Promise<{ readonly code: number; readonly value: unknown }>;
}

export function cliBench(): CliBench {
  const folder = mkdtempSync(join(tmpdir(), "troupe-cli-"));
  const log = `sqlite:${join(folder, "log.db")}`;
  const troupe: CliBench["troupe"] = async (argv, options = {}) => {
    const out: string[] = [];
    const err: string[] = [];
    const painted: string[] = [];
    const bytes: Uint8Array[] = [];
    const { live = false, heard, read, env = {}, stop = new AbortController().signal } = options;
    const terminal: Terminal = {
      out: (line) => {
        out.push(line);
        read?.(line);
      },
      err: (line) => {
        err.push(line);
        heard?.(line);
      },
      bytes: (data) => void bytes.push(data),
      paint: (text) => void painted.push(text),
      live,
      colour: false,
      outColour: false,
      columns: 80,
      outColumns: widthOf(options),
      rows: 24,
    };
    const plain = options.bare === true || argv.includes("--log") || WITHOUT_LOG.has(argv[0] ?? "");
    const withLog = plain ? argv : [...argv, "--log", log];
    const host = { PATH: process.env["PATH"], ...env };
    const code = await runCli(withLog, { terminal, stop, env: host, folder });
    return {
      code,
      out: out.join("\n"),
      err: err.join("\n"),
      painted: painted.join(""),
      ...(bytes.length > 0 && { bytes: Buffer.concat(bytes) }),
    };
  };
  return {
    folder,
    log,
    write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    troupe,
    async json(argv, options) {
      const { code, out } = await troupe([...argv, "--json"], options);
      const value: unknown = JSON.parse(out);
      return { code, value };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function widthOf({ outColumns = Number.POSITIVE_INFINITY }: CliOptions): number {
  return outColumns;
}
