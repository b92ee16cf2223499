/**
 * The tools that a definition names, among those that there are.
 *
 * - A name that nobody knows is a fault.
 * - Files of other tools name what these have built in. Such an agent can be used without them,
 *   and somebody is told; whoever has something like it gives it under that name.
 */
import { entryOf } from "../../events/entry.ts";
import { nearest } from "../../events/nearest.ts";
import { faultAt, type Fault } from "../../events/plan/fault.ts";
import { namesIn, type AgentFields } from "./fields.ts";
import type { Tool, Tools } from "./tool.ts";

/** What Claude Code has built in. */
const BUILT_IN_ELSEWHERE: ReadonlySet<string> = new Set(
  [
    "Agent AskUserQuestion Bash BashOutput Edit EnterPlanMode ExitPlanMode Glob Grep KillBash",
    "KillShell LS LSP ListMcpResourcesTool MultiEdit NotebookEdit NotebookRead Read",
    "ReadMcpResourceTool Skill SlashCommand Task TaskOutput TaskStop TodoRead TodoWrite WebFetch",
    "WebSearch Write",
  ].flatMap((line) => line.split(" ")),
);

/** All tools that there are. */
const ALL = "*";

export interface NamedTools {
  readonly tools: Tools;
  /** What it has to do without. */
  readonly without: readonly string[];
  readonly faults: readonly Fault[];
}

/** @param tools all that there are. */
export function namedTools(field: AgentFields["tools"], tools: Tools): NamedTools {
  const names = namesIn(field);
  if (names.includes(ALL)) return { tools, without: [], faults: [] };
  const found: (readonly [string, Tool])[] = [];
  const without: string[] = [];
  const faults: Fault[] = [];
  for (const [at, name] of names.entries()) {
    const tool = entryOf(tools, name);
    if (tool !== undefined) found.push([name, tool]);
    else if (BUILT_IN_ELSEWHERE.has(name.replace(/\(.*\)$/, ""))) without.push(name);
    else faults.push(unknownTool(name, Array.isArray(field) ? ["tools", at] : ["tools"], tools));
  }
  return { tools: Object.fromEntries(found), without, faults };
}

function unknownTool(name: string, path: Fault["path"], tools: Tools): Fault {
  const known = Object.keys(tools);
  const near = nearest(name, known);
  const have = known.length === 0 ? "there are none" : `known: ${known.slice(0, 20).join(", ")}`;
  return faultAt(
    path,
    `unknown tool "${name}"`,
    near === undefined ? `Give a tool of that name (${have}).` : `Did you mean "${near}"?`,
  );
}
