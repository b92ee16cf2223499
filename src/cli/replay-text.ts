/** A moment of a run in words: what `troupe replay --at` prints, and the panels of its view. Pure. */
import type { Json } from "../events/json.ts";
import type { RecordedEvent } from "../events/record.ts";
import { brief } from "../replay/brief.ts";
import type { Cause } from "../replay/cause.ts";
import type { ChangedPath } from "../replay/context-diff.ts";
import type {
  ActorWhole,
  EffectSeen,
  Fault,
  OpenSeen,
  RecordSeen,
  StateSeen,
} from "../replay/moment.ts";
import { inked, moment, span, type Ink } from "./paper.ts";
import { tame, tameLine } from "./terminal.ts";

/** How texts of one run are written. */
export interface Manner extends Ink {
  /** When the run began, epoch ms: times count from there. */
  readonly start: number;
}

/** A state value in a few words: `RUNNING`, `pay.open ship.waiting`, `done (done)`. */
export function stateText({ state, status }: StateSeen): string {
  const words = pathsIn(state).join(" ");
  if (status === null) return words === "" ? "?" : words;
  if (status !== "active") return words === "" ? status : `${words} (${status})`;
  return words === "" ? "-" : words;
}

function pathsIn(state: Json): readonly string[] {
  if (typeof state === "string") return [state];
  if (typeof state !== "object" || state === null) return [];
  return Object.entries(state).flatMap(([key, below]) => {
    const paths = pathsIn(below);
    return paths.length === 0 ? [key] : paths.map((path) => `${key}.${path}`);
  });
}

/** Where a record comes from, in a few words. */
export function causeText({ type, id, address, seq }: Omit<Cause, "position">): string {
  if (type === "command")
    return id?.startsWith("cmd:") === true ? `command ${id.slice("cmd:".length)}` : "sent from outside";
  if (type === "start") return "started from outside";
  if (type === "host") return "the host";
  return seq === undefined
    ? `${type} of ${address}, outside of its steps`
    : `${type} of ${address}#${seq}`;
}

/** JSON on one line, cut where it is large. */
function jsonText(value: unknown): string {
  return tameLine(JSON.stringify(brief(value)));
}

/** When something was, counted from the start of the run. */
export function timeText(at: number, { start }: Manner): string {
  return `${at < start ? "-" : "+"}${span(Math.abs(at - start))}`;
}

/** A record and what its step did, a line each. */
export function recordLines(record: RecordSeen, manner: Manner): readonly string[] {
  const { address, seq, type, at } = record;
  const title = inked(manner, "bold", tameLine(`${address}#${seq} ${type}`));
  return [
    `${title}${inked(manner, "yellow", marksOf(record))}`,
    named("time", `${moment(at)}, ${timeText(at, manner)}`, manner),
    named("cause", causeLine(record.cause), manner),
    named("input", inputText(record), manner),
    named("state", stateChange(record), manner),
    ...record.transitions.map((one) => named("taken", one, manner)),
    ...record.facts.map((fact) => named("fact", eventText(fact), manner)),
    ...endLines(record, manner),
    ...contextLines(record, manner),
    ...effectLines(record, manner),
    ...(record.settled.length === 0 ? [] : [named("arrived", record.settled.join(" "), manner)]),
    ...(record.fault === null ? [] : faultLines(record.fault, manner)),
  ];
}

function named(name: string, text: string, ink: Ink): string {
  return `${inked(ink, "dim", name.padEnd(8))}  ${tameLine(text)}`;
}

function marksOf({ handled, stale, skippedBy }: RecordSeen): string {
  const marks = [
    ...(stale ? ["came too late"] : []),
    ...(handled || stale ? [] : ["not handled"]),
    ...(skippedBy === null ? [] : [`taken out by #${skippedBy}`]),
  ];
  return marks.length === 0 ? "" : `  ${marks.join(", ")}`;
}

function causeLine(cause: Cause): string {
  return cause.position === undefined
    ? causeText(cause)
    : `${causeText(cause)}, position ${cause.position}`;
}

function inputText({ event, born }: RecordSeen): string {
  if (event !== null) return eventText(event);
  if (born === null) return "-";
  const { input, parent } = born;
  const whose = parent === undefined ? "" : `child of ${parent}, `;
  return `born, ${whose}${input === undefined ? "no input" : `input ${jsonText(input)}`}`;
}

function eventText({ type, ...rest }: RecordedEvent): string {
  return Object.keys(rest).length === 0 ? type : `${type} ${jsonText(rest)}`;
}

function stateChange({ before, after }: RecordSeen): string {
  const is = stateText(after);
  if (before === null) return is;
  const was = stateText(before);
  return was === is ? `${is}, as before` : `${was} → ${is}`;
}

function endLines({ output, error }: RecordSeen, ink: Ink): readonly string[] {
  return [
    ...(output === null ? [] : [named("output", jsonText(output), ink)]),
    ...(error === null ? [] : [named("error", jsonText(error), ink)]),
  ];
}

function contextLines({ context }: RecordSeen, ink: Ink): readonly string[] {
  if (context === null) return [];
  const { changes, more } = context;
  const lines = changes.map((change) => `  ${changeText(change, ink)}`);
  if (more > 0) lines.push(`  … and ${more} more changes`);
  return lines.length === 0 ? [] : [inked(ink, "dim", "context"), ...lines];
}

function changeText({ path, type, was, is }: ChangedPath, ink: Ink): string {
  const place = tameLine(path === "" ? "(all)" : path);
  switch (type) {
    case "added":
      return inked(ink, "green", `+ ${place}: ${jsonText(is)}`);
    case "removed":
      return inked(ink, "red", `- ${place}: ${jsonText(was)}`);
    case "changed":
      return `~ ${place}: ${inked(ink, "red", jsonText(was))} → ${inked(ink, "green", jsonText(is))}`;
  }
}

function effectLines({ effects }: RecordSeen, manner: Manner): readonly string[] {
  const asked = effects?.filter(({ type }) => type !== "emit") ?? []; // those are the facts
  if (asked.length === 0) return [];
  return [
    inked(manner, "dim", "asks for"),
    ...asked.map((effect) => `  ${tameLine(effectText(effect, manner))}`),
  ];
}

function effectText(effect: EffectSeen, manner: Manner): string {
  const { id } = effect;
  switch (effect.type) {
    case "action":
      return `${id} action ${effect.name}${effect.params === null ? "" : ` ${jsonText(effect.params)}`}`;
    case "send":
      return `${id} send to ${effect.to}: ${eventText(effect.event)}`;
    case "start":
      return `${id} start ${effect.address} (${effect.src})${effect.input === null ? "" : ` ${jsonText(effect.input)}`}`;
    case "stop":
      return `${id} stop ${effect.address}`;
    case "timer":
      return `${id} timer ${effect.name}, due ${timeText(effect.dueAt, manner)}: ${eventText(effect.event)} to ${effect.to}`;
    case "cancel":
      return `${id} cancel timer ${effect.name}`;
    case "emit":
      return `${id} emit ${eventText(effect.event)}`;
  }
}

/** What is wrong with an actor's records, and what to do. */
export function faultLines({ code, message, hint }: Fault, ink: Ink): readonly string[] {
  return [
    inked(ink, "red", tameLine(`${code}: ${message}`)),
    ...(hint === null ? [] : [`  → ${tameLine(hint)}`]),
  ];
}

/** What of an actor is open, a line each. */
export function openLines(open: OpenSeen, manner: Manner): readonly string[] {
  const { timers, activities, outbox, actions } = open;
  const lines = [
    ...activities.map(
      ({ address, src, startedAt, attempt }) =>
        `activity ${address} (${src}), attempt ${attempt}, since ${timeText(startedAt, manner)}`,
    ),
    ...timers.map(
      ({ name, to, event, dueAt }) =>
        `timer ${name}, due ${timeText(dueAt, manner)}: ${event.type} to ${to}`,
    ),
    ...outbox.map(
      ({ id, type, to, event }) => `owes ${id}: ${type} ${to}${event === null ? "" : `, ${event}`}`,
    ),
    ...actions.map(({ id, name }) => `action ${id}: ${name}`),
  ];
  return lines.map((line) => tameLine(line));
}

/** An actor as it is, with all of its context. */
export function actorLines(actor: ActorWhole, manner: Manner): readonly string[] {
  const { address, seq, context, open, fault } = actor;
  return [
    inked(manner, "bold", tameLine(`${address}#${seq} ${stateText(actor)}`)),
    ...(open === null ? [] : openLines(open, manner).map((line) => `  ${line}`)),
    ...(context === null ? [] : [inked(manner, "dim", "context"), ...prettyLines(context)]),
    ...(fault === null ? [] : faultLines(fault, manner)),
  ];
}

function prettyLines(value: Json): readonly string[] {
  return JSON.stringify(value, undefined, 2)
    .split("\n")
    .map((line) => `  ${tame(line)}`);
}
