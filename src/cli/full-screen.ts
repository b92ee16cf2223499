/**
 * A terminal that a command takes whole, with its keyboard, and gives back as it was.
 *
 * - However the process ends, but for SIGKILL, the terminal is given back: shown again as it was
 *   before, with its cursor, and with a keyboard that echoes.
 */
import { emitKeypressEvents } from "node:readline";

/** A key that was pressed. */
export interface Key {
  /** As node:readline calls it: `right`, `pagedown`, `a`; empty of keys without a name. */
  readonly name: string;
  /** What it types; empty of keys that type nothing. */
  readonly text: string;
  readonly ctrl: boolean;
  readonly shift: boolean;
}

export interface FullScreen {
  readonly colour: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Takes the terminal, until it is disposed of. */
  open(hears: { readonly key: (key: Key) => void; readonly resized: () => void }): OpenScreen;
}

export interface OpenScreen extends Disposable {
  /** Shows these lines, from the top; what is below them is empty. */
  paint(lines: readonly string[]): void;
}

type Input = Pick<
  NodeJS.ReadStream,
  "isTTY" | "setRawMode" | "resume" | "pause" | "on" | "removeListener"
>;
type Output = Pick<
  NodeJS.WriteStream,
  "isTTY" | "columns" | "rows" | "write" | "on" | "removeListener"
>;

export interface ScreenStreams {
  readonly stdin: Input;
  readonly stdout: Output;
}

/** Undefined where stdin or stdout is no terminal that can be painted. */
export function systemScreen(
  { stdin, stdout }: ScreenStreams = process,
  env: Readonly<Record<string, string | undefined>> = process.env,
): FullScreen | undefined {
  if (!stdin.isTTY || !stdout.isTTY || env["TERM"] === "dumb") return undefined;
  return {
    colour: (env["NO_COLOR"] ?? "") === "",
    get columns() {
      return stdout.columns || 80;
    },
    get rows() {
      return stdout.rows || 24;
    },
    open: (hears) => openScreen({ stdin, stdout }, hears),
  };
}

/** The alternate screen, without a cursor; and back. */
const [ENTER, LEAVE] = ["\u001b[?1049h\u001b[?25l", "\u001b[?25h\u001b[?1049l"];

function openScreen(
  { stdin, stdout }: ScreenStreams,
  { key, resized }: Parameters<FullScreen["open"]>[0],
): OpenScreen {
  const pressed = (text: string | undefined, raw: Partial<Key> = {}): void => {
    const { name = "", ctrl = false, shift = false } = raw;
    key({ name, ctrl, shift, text: text !== undefined && isTyped(text) ? text : "" });
  };
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    process.removeListener("exit", close);
    stdin.removeListener("keypress", pressed);
    stdout.removeListener("resize", resized);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(LEAVE);
  };
  process.on("exit", close);
  emitKeypressEvents(stdin as NodeJS.ReadStream); // it asks for no more than what is here
  stdin.on("keypress", pressed);
  stdout.on("resize", resized);
  stdin.setRawMode(true);
  stdin.resume();
  stdout.write(ENTER);
  return {
    paint: (lines) =>
      void stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join("\r\n")}\u001b[J`),
    [Symbol.dispose]: close,
  };
}

/** Whether it is text, not a key's code. */
function isTyped(text: string): boolean {
  return !/\p{Cc}/u.test(text);
}
