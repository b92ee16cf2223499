/** Chains and trees of causes as lines of text. Pure. */
import type { Cause, RecordName } from "../replay/causes.ts";
import type { Attempts, Chain, Consequence, Link } from "../replay/why.ts";
import { stateText } from "./chart-labels.ts";
import { count } from "./paper.ts";
import { tameLine } from "./terminal.ts";

/** The record that was asked for first, each cause below what it caused. */
export function chainLines({ links, elsewhere }: Chain): readonly string[] {
  const runs = new Set(links.map(({ run }) => run));
  const lines = links.flatMap((link, depth) => {
    const indent = indentOf(depth);
    const run = runs.size > 1 ? `${link.run} ` : "";
    const lines = [reasonOf(link), ...troubleOf(link)].map((line) => `${indent}  ${line}`);
    return [`${indent}${run}${headOf(link)}`, ...lines];
  });
  if (elsewhere === undefined) return lines.map(tameLineKeepingIndent);
  const beyond = `${indentOf(links.length)}${elsewhere.address}#${elsewhere.seq}, which this log does not have`;
  return [...lines, beyond].map(tameLineKeepingIndent);
}

/** What came of a record, each consequence below what caused it. */
export function treeLines(tree: Consequence, depth = 0): readonly string[] {
  const indent = indentOf(depth);
  const below = tree.consequences.flatMap((one) => treeLines(one, depth + 1));
  const more =
    tree.unlisted === undefined
      ? []
      : [`${indentOf(depth + 1)}… ${count(tree.unlisted, "record")} more (--depth)`];
  const how = depth === 0 ? "" : ` (${reasonOf(tree)})`;
  const trouble = troubleOf(tree).map((line) => `${indent}    ${line}`);
  const own = [`${indent}${headOf(tree)}${how}`, ...trouble].map(tameLineKeepingIndent);
  return [...own, ...below, ...more];
}

/** Deep ones stay within a screen. */
function indentOf(depth: number): string {
  return "  ".repeat(Math.min(depth, 16));
}

function tameLineKeepingIndent(line: string): string {
  const text = line.trimStart();
  return line.slice(0, line.length - text.length) + tameLine(text);
}

function headOf(link: Link): string {
  const { position, address, seq, type, before, after, unheard } = link;
  const to = link.unreadable === undefined ? stateText(after) : "?";
  const states = before === undefined ? to : moved(stateText(before), to);
  const heard = unheard === undefined ? "" : `, ${unheard}`;
  return `${position}  ${address}#${seq}  ${type}  ${states}${heard}`;
}

/** Most characters of an error's text that are shown; `--json` has all. */
const SHOWN = 1_000;

/** What went wrong there, and what of the record cannot be read. */
function troubleOf({ failure, unreadable }: Link): readonly string[] {
  const said = failure?.code === undefined ? failure?.message : `${failure.code}: ${failure.message}`;
  const text = said !== undefined && said.length > SHOWN ? `${said.slice(0, SHOWN)}…` : said;
  return [
    ...(text === undefined ? [] : [`! ${text}`]),
    ...(unreadable === undefined ? [] : [`cannot be read here: ${unreadable}`]),
  ];
}

function moved(from: string, to: string): string {
  return from === to ? to : `${from} → ${to}`;
}

function reasonOf({ cause, input, unreadable, attempts, at }: Link): string {
  const how =
    unreadable === undefined
      ? said(cause, input ?? "")
      : cause.by === "host"
        ? "it does not say who caused it"
        : said(cause, "something");
  return `${how}${attempts === undefined ? "" : triesOf(attempts)}, at ${instant(at)}`;
}

function said(cause: Cause, input: string): string {
  switch (cause.by) {
    case "command":
      return `command ${cause.id}: ${input}`;
    case "outside":
      return input === ""
        ? `started from outside (correlation ${cause.correlation})`
        : `${input}, sent from outside`;
    case "start":
      return `started by ${effect(cause)}`;
    case "send":
      return `${input}, sent by ${effect(cause)}`;
    case "stop":
      return `stopped by ${effect(cause)}`;
    case "end":
      return `${input}, told by ${effect(cause)} at its end`;
    case "action":
      return `${input}, of the custom action of ${effect(cause)}`;
    case "timer":
      return `timer armed in ${effect(cause)}${cause.dueAt === undefined ? "" : `, due ${instant(cause.dueAt)}`}`;
    case "activity":
      return `${input}, of activity ${cause.activity}${cause.of ? ` started in ${place(cause.of)}` : ""}`;
    case "later":
      return `${input}, sent by ${cause.from} outside of its steps${cause.follows ? `, behind ${place(cause.follows)}` : ""}`;
    case "host":
      return `${input}, by the host itself${cause.follows ? `, behind ${place(cause.follows)}` : ""}`;
  }
}

/** A machine may have asked for a time that no calendar has. */
function instant(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? `${at} ms` : date.toISOString();
}

function effect({ of, effect: index }: { readonly of: RecordName; readonly effect: number }): string {
  return `${place(of)}.${index}`;
}

function place({ address, seq }: RecordName): string {
  return `${address}#${seq}`;
}

function triesOf({ attempt, failures, recoveries }: Attempts): string {
  const parts = [
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(failures.length > 0
      ? [`failed before in ${failures.map(({ seq }) => `#${seq}`).join(", ")}`]
      : []),
    ...(recoveries > 0 ? [`${count(recoveries, "take-over")} on the way`] : []),
  ];
  return parts.length === 0 ? "" : ` (${parts.join("; ")})`;
}
