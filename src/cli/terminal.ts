/**
 * The terminal as the commands see it: data goes to `out`, talk to `err`.
 */
import { stripVTControlCharacters } from "node:util";

export interface Terminal {
  /** One line of data. */
  out(line: string): void;
  /** Data as it is, byte for byte. */
  bytes(data: Uint8Array): void;
  /** One line of talk. */
  err(line: string): void;
  /** Raw text to where talk goes: for a view that repaints itself. */
  paint(text: string): void;
  /** Whether talk goes to a terminal that can be repainted. */
  readonly live: boolean;
  /** Whether talk may be coloured. */
  readonly colour: boolean;
  /** Whether data may be coloured. */
  readonly outColour: boolean;
  readonly columns: number;
  readonly rows: number;
  /** How wide a line of data may be: as wide as it likes where no person reads along. */
  readonly outColumns: number;
}

/** What a stream must have to be written to. */
type Stream = Pick<NodeJS.WriteStream, "isTTY" | "columns" | "rows"> & {
  write(text: string | Uint8Array): boolean;
};

export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

/** The terminal of this process. NO_COLOR and TERM=dumb are honoured. */
export function systemTerminal(
  { stdout, stderr }: Streams = process,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Terminal {
  const live = stderr.isTTY && env["TERM"] !== "dumb" && env["CI"] === undefined;
  const colours = env["TERM"] !== "dumb" && (env["NO_COLOR"] ?? "") === "";
  return {
    out: (line) => void stdout.write(`${line}\n`),
    bytes: (data) => void stdout.write(data),
    err: (line) => void stderr.write(`${line}\n`),
    paint: (text) => void stderr.write(text),
    live,
    colour: live && colours,
    outColour: stdout.isTTY && colours,
    get columns() {
      return stderr.columns || 80;
    },
    get rows() {
      return stderr.rows || 24;
    },
    get outColumns() {
      return stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY;
    },
  };
}

/** A text that moves no cursor and turns no other text around, whoever wrote it: several lines stay several. */
export function tame(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[^\P{Cc}\n]/gu, " ")
    .replaceAll(/\p{Bidi_Control}/gu, "");
}

/** The same on one line. */
export function tameLine(text: string): string {
  return tame(text)
    .replaceAll(/\s*\n\s*/g, " ⏎ ")
    .trim();
}
