/**
 * Conditions that could take so long that nothing else of the host would move: a host works out
 * every condition itself, and nobody can stop it in the middle.
 *
 * - Walks over results within walks over results: their sizes multiply.
 * - Patterns that try many ways to match a text (the library's are those of JavaScript).
 */
import type { ASTNode } from "@marcbachmann/cel-js";

export interface Costly {
  readonly message: string;
  readonly hint: string;
}

const WALKS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "filter", "map"]);

/** What of an expression could take too long. */
export function costlyParts(ast: ASTNode): readonly Costly[] {
  const found: Costly[] = [];
  const open: { readonly part: unknown; readonly walks: number }[] = [{ part: ast, walks: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { part, walks } = next;
    if (Array.isArray(part)) for (const one of part) open.push({ part: one, walks });
    else if (isNode(part)) {
      const { name, holder, rest } = callOf(part);
      const more = WALKS.has(name) && isLong(holder) ? 1 : 0;
      if (walks + more > 1) found.push(NESTED);
      if (name === "matches" && !isQuick(patternIn(rest, holder))) found.push(PATTERN);
      open.push({ part: holder, walks }, { part: rest, walks: walks + more });
    }
  }
  return [...new Set(found)];
}

const NESTED: Costly = {
  message: "it walks over results within a walk over results, which may take too long",
  hint: "Walk within it over what belongs to the one at hand, such as x.tags; or let a task work it out.",
};

const PATTERN: Costly = {
  message: "it looks for a pattern that may take too long",
  hint: "Write the pattern as a text with at most one of * + ? { outside brackets, and none behind a group; or use contains, startsWith or endsWith.",
};

/** A call on something, such as `list.all(x, …)`; of any other part, all is `rest`. */
function callOf({ op, args }: ASTNode): {
  readonly name: string;
  readonly holder: unknown;
  readonly rest: unknown;
} {
  if (op === "rcall") return { name: args[0], holder: args[1], rest: args[2] };
  if (op === "call") return { name: args[0], holder: undefined, rest: args[1] };
  return { name: "", holder: undefined, rest: args };
}

/** Whether it takes its items from results; the tasks themselves are few. */
function isLong(holder: unknown): boolean {
  return !isTasks(holder) && asksTasks(holder);
}

function isTasks(part: unknown): boolean {
  return isNode(part) && part.op === "id" && part.args === "tasks";
}

function asksTasks(part: unknown): boolean {
  const open: unknown[] = [part];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) open.push(...next);
    else if (isNode(next)) {
      if (isTasks(next)) return true;
      open.push(next.args);
    }
  }
  return false;
}

/** The pattern of `text.matches(pattern)` or `matches(text, pattern)`, where it is a text. */
function patternIn(rest: unknown, holder: unknown): string | undefined {
  const all: readonly unknown[] = Array.isArray(rest) ? rest : [];
  const last = all[holder === undefined ? 1 : 0];
  if (!isNode(last) || last.op !== "value") return undefined;
  return typeof last.args === "string" ? last.args : undefined;
}

/** Whether there are few ways to match: no group that repeats, and one thing at most that does. */
function isQuick(pattern: string | undefined): boolean {
  if (pattern === undefined) return false;
  const bare = pattern.replaceAll(/\\[^]/g, "x").replaceAll(/\[[^\]]*\]/g, "x");
  return !/\)[*+?{]/.test(bare) && (bare.match(/[*+?{]/g) ?? []).length <= 1;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}
