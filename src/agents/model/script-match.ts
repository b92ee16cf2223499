/** Which entry of a script answers a conversation: a function of the conversation alone. */
import type { ChatMessage } from "../../events/chat/message.ts";
import type { ChatRequest } from "./model.ts";
import type { ScriptEntry, When } from "./script.ts";

/** The first entry that fits. */
export function entryFor(
  entries: readonly ScriptEntry[],
  request: ChatRequest,
): ScriptEntry | undefined {
  return entries.find(({ when }) => unmet(when, request).length === 0);
}

/** How many entries are told of where none fits. */
const SHOWN = 3;

/** The entries that nearly fit, each with what it lacks: `demo.yaml:3:5 answers[0] wants call 2`. */
export function nearMisses(entries: readonly ScriptEntry[], request: ChatRequest): readonly string[] {
  return entries
    .map(({ when, place }) => ({ place, lacks: unmet(when, request) }))
    .toSorted((a, b) => a.lacks.length - b.lacks.length)
    .slice(0, SHOWN)
    .map(({ place, lacks }) => `${place} wants ${lacks.join(" and ")}`);
}

/** How often the model has been asked in a conversation, this time included. */
export function callOf({ messages }: ChatRequest): number {
  return 1 + messages.filter(({ role }) => role === "assistant").length;
}

/** The last message of the user; empty where there is none. */
export function lastOfUser({ messages }: ChatRequest): string {
  return messages.findLast(({ role }) => role === "user")?.text ?? "";
}

/** What a conversation lacks of what an entry wants, in words. */
function unmet(when: When = {}, request: ChatRequest): readonly string[] {
  const { messages, output } = request;
  const last = messages.at(-1);
  const exact: readonly (readonly [name: string, wanted: unknown, found: unknown])[] = [
    ["tool", when.tool, last?.role === "tool" ? last.name : undefined],
    ["messages", when.messages, messages.length],
    ["call", when.call, callOf(request)],
    ["output", when.output, output?.name],
  ];
  return [
    ...missing("system", when.system, systemOf(messages)),
    ...missing("user", when.user, lastOfUser(request)),
    ...missing("last", when.last, last?.text ?? ""),
    ...exact.flatMap(([name, wanted, found]) =>
      wanted === undefined || wanted === found
        ? []
        : [`${name} ${JSON.stringify(wanted)} (it is ${JSON.stringify(found) ?? "none"})`],
    ),
  ];
}

function missing(name: string, wanted: When["user"], text: string): readonly string[] {
  const texts = wanted === undefined ? [] : [wanted].flat();
  return texts.filter((one) => !text.includes(one)).map((one) => `${name} ${JSON.stringify(one)}`);
}

function systemOf(messages: readonly ChatMessage[]): string {
  return messages.flatMap(({ role, text }) => (role === "system" ? [text] : [])).join("\n");
}
