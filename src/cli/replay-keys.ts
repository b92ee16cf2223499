/**
 * What keys do in the view of a run. Pure: a key and what is shown give what is shown next, and
 * what has to be looked up for it.
 */
import type { Moment } from "../replay/moment.ts";
import type { Key } from "./full-screen.ts";

/** What the view shows, beside the moment. */
export interface Looking {
  /** Steps stay with the records of this actor. */
  readonly only?: string | undefined;
  /** Whose context is shown in place of the record. */
  readonly chosen?: string | undefined;
  /** Lines of the panel that have gone out at its top. */
  readonly scroll: number;
  /** What is being typed. */
  readonly typing?: { readonly sign: Sign; readonly text: string } | undefined;
  /** The last word to the user. */
  readonly said?: string | undefined;
  readonly help: boolean;
  /** What was last searched for. */
  readonly last: string;
}

/** `:` go to a position, `/` search on, `?` search back. */
export type Sign = ":" | "/" | "?";

export type Wish =
  | { readonly type: "step"; readonly by: number }
  | { readonly type: "go"; readonly to: string }
  | { readonly type: "find"; readonly condition: string; readonly back: boolean }
  | { readonly type: "quit" };

export interface Pressed {
  readonly looking: Looking;
  readonly wish?: Wish;
}

export const AT_FIRST: Looking = { scroll: 0, help: false, last: "" };

export const HELP: readonly (readonly [keys: string, what: string])[] = [
  ["→ n space", "next record"],
  ["← p", "record before"],
  ["PgDn PgUp", "20 records on, 20 back"],
  ["g G", "first record, last record"],
  [":", "go to a position, or to ADDRESS#SEQ"],
  ["/ ?", "on, or back, to a condition: task.failed, task.*, context.attempt > 2"],
  [".", "the same search again"],
  ["a", "steps stay with this record's actor, or no longer"],
  ["c", "go to the cause of this record"],
  ["↓ ↑ tab", "choose an actor, and see its context; esc: the record again"],
  ["j k", "the lower part down, up"],
  ["h", "these keys"],
  ["q", "quit"],
];

/** Records that a page is. */
const PAGE = 20;

/** What a key comes to. */
export function press(key: Key, looking: Looking, moment: Moment): Pressed {
  if (key.ctrl && (key.name === "c" || key.name === "d")) return { looking, wish: { type: "quit" } };
  const quiet = { ...looking, said: undefined };
  if (looking.typing !== undefined) return typed(key, quiet, looking.typing);
  const does = ACTS[actOf(key)];
  if (looking.help && does !== ACTS["q"]) return { looking: { ...quiet, help: false } };
  return does?.(quiet, moment) ?? { looking: quiet };
}

function actOf({ name, text, shift }: Key): string {
  if (name === "tab") return shift ? "up" : "down";
  return text === "" ? name : text;
}

type Act = (looking: Looking, moment: Moment) => Pressed;

const step =
  (by: number): Act =>
  (looking) => ({ looking: { ...looking, scroll: 0 }, wish: { type: "step", by } });
const type =
  (sign: Sign): Act =>
  (looking) => ({ looking: { ...looking, typing: { sign, text: "" } } });
const scroll =
  (by: number): Act =>
  (looking) => ({ looking: { ...looking, scroll: Math.max(0, looking.scroll + by) } });
const choose =
  (by: number): Act =>
  (looking, { actors, record }) => {
    const now = looking.chosen ?? record.address;
    const at =
      actors.findIndex(({ address }) => address === now) + (looking.chosen === undefined ? 0 : by);
    const { address } = actors[(at + actors.length) % actors.length] ?? record;
    return { looking: { ...looking, chosen: address, scroll: 0 } };
  };

const ACTS: Readonly<Record<string, Act>> = {
  right: step(1),
  n: step(1),
  " ": step(1),
  left: step(-1),
  p: step(-1),
  pagedown: step(PAGE),
  pageup: step(-PAGE),
  g: step(Number.NEGATIVE_INFINITY),
  home: step(Number.NEGATIVE_INFINITY),
  G: step(Number.POSITIVE_INFINITY),
  end: step(Number.POSITIVE_INFINITY),
  ":": type(":"),
  "/": type("/"),
  "?": type("?"),
  ".": (looking) => search(looking, "/", ""),
  a: toggleOnly,
  c: toCause,
  down: choose(1),
  up: choose(-1),
  escape: (looking) => ({ looking: { ...looking, chosen: undefined, scroll: 0 } }),
  j: scroll(1),
  k: scroll(-1),
  h: (looking) => ({ looking: { ...looking, help: true } }),
  q: (looking) => ({ looking, wish: { type: "quit" } }),
};

function toggleOnly(looking: Looking, { record: { address } }: Moment): Pressed {
  if (looking.only === undefined) return { looking: { ...looking, only: address } };
  return { looking: { ...looking, only: undefined } };
}

function toCause(looking: Looking, { record: { cause } }: Moment): Pressed {
  if (cause.position !== undefined)
    return { looking: { ...looking, scroll: 0 }, wish: { type: "go", to: String(cause.position) } };
  if (cause.address !== undefined && cause.seq === undefined)
    return { looking: { ...looking, said: `which record of ${cause.address} it came of, none says` } };
  const where =
    cause.address === undefined ? "outside of the log" : `in ${cause.address}, of another run`;
  return { looking: { ...looking, said: `its cause lies ${where}` } };
}

function typed(key: Key, looking: Looking, { sign, text }: { sign: Sign; text: string }): Pressed {
  if (key.name === "escape") return { looking: { ...looking, typing: undefined } };
  if (key.name === "return" || key.name === "enter") return entered(looking, sign, text.trim());
  if (key.name === "backspace") {
    const typing = text === "" ? undefined : { sign, text: text.replace(/.$/su, "") };
    return { looking: { ...looking, typing } };
  }
  return { looking: { ...looking, typing: { sign, text: text + (key.ctrl ? "" : key.text) } } };
}

function entered(given: Looking, sign: Sign, text: string): Pressed {
  const looking = { ...given, typing: undefined };
  if (sign !== ":") return search(looking, sign, text);
  return text === ""
    ? { looking }
    : { looking: { ...looking, scroll: 0 }, wish: { type: "go", to: text } };
}

/** Nothing typed: the last one again. */
function search(looking: Looking, sign: Sign, text: string): Pressed {
  const condition = text === "" ? looking.last : text;
  if (condition === "") return { looking: { ...looking, said: "nothing was searched for yet" } };
  return {
    looking: { ...looking, last: condition, scroll: 0 },
    wish: { type: "find", condition, back: sign === "?" },
  };
}
