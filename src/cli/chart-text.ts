/**
 * A chart as text: Mermaid's `stateDiagram-v2`. Pure.
 *
 * - 1. Every state stands once, within its parent; every pair of states has one arrow, whose
 *      label has a line for each transition.
 * - 2. Ids are made of letters, digits and "_", and no two states have the same; what a person
 *      called a state is its label. So no name can mean something to Mermaid.
 * - 3. An arrow that crosses a border stands at the end, outside: Mermaid takes a state for a
 *      child of the block that names it.
 */

/** A state, with the states in it. */
export interface ChartState {
  /** What arrows call it; no two states of a chart have the same. */
  readonly name: string;
  /** What a reader sees, line by line. */
  readonly lines: readonly string[];
  /** A bar where ways part or meet, instead of a box; it shows no lines. */
  readonly bar?: "fork" | "join";
  readonly final?: boolean;
  /** It stands for what was active last, and is itself never active. */
  readonly history?: boolean;
  readonly states?: readonly ChartState[];
  /** Names of those of its states that it begins with. */
  readonly initial?: readonly string[];
  /** Its states are active side by side. */
  readonly parallel?: boolean;
  /** How it is painted: as one that was visited, or never was. */
  readonly mark?: keyof typeof MARKS;
}

export interface ChartArrow {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
}

export interface Chart {
  readonly states: readonly ChartState[];
  readonly initial: readonly string[];
  readonly arrows: readonly ChartArrow[];
}

/** The text of a chart. */
export function mermaidOf({ states, initial, arrows }: Chart): string {
  const { ids, parents } = named(states);
  const idOf = (name: string): string => ids.get(name) ?? name;
  const drawn = (some: readonly ChartArrow[]): readonly string[] =>
    merged(some).map(({ from, to, label }) => arrow(idOf(from), idOf(to), label));
  const sides = new Set(inParallel(states));
  /** In which block an arrow stands; undefined: outside of all. */
  const blockOf = ({ from, to }: ChartArrow): string | undefined => {
    const parent = parents.get(from) ?? "";
    return parent === parents.get(to) && !sides.has(parent) ? parent : undefined;
  };
  const byBlock = Map.groupBy(arrows, blockOf);
  const block = (inside: readonly ChartState[], first: readonly string[]): readonly string[] => [
    ...first.map((name) => arrow("[*]", idOf(name))),
    ...inside.flatMap((state) => declared(state)),
    ...inside.flatMap(({ name, final }) => (final ? [arrow(idOf(name), "[*]")] : [])),
  ];
  const declared = (state: ChartState): readonly string[] => {
    const { name, lines, bar, states: inside = [], initial: first = [], parallel = false } = state;
    if (bar !== undefined) return [`state ${idOf(name)} <<${bar}>>`];
    const head = `state "${lines.map(escaped).join("<br>")}" as ${idOf(name)}`;
    if (inside.length === 0) return [head];
    const regions = parallel ? sidesOf(inside).map((side) => block(side, [])) : [block(inside, first)];
    const body = regions.flatMap((region, at) => (at === 0 ? region : ["--", ...region]));
    const beside = drawn(byBlock.get(name) ?? []);
    return [`${head} {`, ...[...body, ...beside].map((line) => `  ${line}`), "}"];
  };
  const all = [
    ...block(states, initial),
    ...drawn(byBlock.get("") ?? []),
    ...drawn(byBlock.get(undefined) ?? []),
    ...marksOf(states, idOf),
  ];
  return ["stateDiagram-v2", ...all.map((line) => `  ${line}`), ""].join("\n");
}

/** How marked states look; also to whom colours look alike. */
const MARKS = {
  visited: "fill:#d7f5dd,stroke:#1a7f37,color:#0b3d1a",
  never: "fill:#fff,stroke:#c93c37,color:#8b1a16,stroke-dasharray:4 4",
} as const;

function marksOf(states: readonly ChartState[], idOf: (name: string) => string): readonly string[] {
  const marked = Map.groupBy(statesIn(states), ({ mark }) => mark);
  return Object.entries(MARKS).flatMap(([mark, look]) => {
    const some = marked.get(mark as keyof typeof MARKS) ?? []; // a key of it
    if (some.length === 0) return [];
    return [
      `classDef ${mark} ${look}`,
      `class ${some.map(({ name }) => idOf(name)).join(",")} ${mark}`,
    ];
  });
}

function statesIn(states: readonly ChartState[]): readonly ChartState[] {
  return states.flatMap((state) => [state, ...statesIn(state.states ?? [])]);
}

/** A text as a label can show it: what is neither letter, digit nor harmless becomes a code. */
function escaped(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return (line === "" ? '""' : line)
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|[^\p{L}\p{M}\p{N}_ .,/()[\]=!?'+|@–…≥-]/gu, code)
    .replaceAll("](", `]${code("(")}`)
    .replaceAll(/(direction) (?=TB|BT|RL|LR)/gi, `$1${code(" ")}`);
}

const code = (character: string): string => `#${character.codePointAt(0)};`;

function arrow(from: string, to: string, label = ""): string {
  return label === "" ? `${from} --> ${to}` : `${from} --> ${to}: ${label}`;
}

/** One arrow for all that lead from one state to the same other, a line of label for each. */
function merged(arrows: readonly ChartArrow[]): readonly ChartArrow[] {
  const byEnds = new Map<string, ChartArrow>();
  for (const { from, to, label = "" } of arrows) {
    const ends = JSON.stringify([from, to]);
    const before = byEnds.get(ends)?.label ?? "";
    const line = label === "" ? "" : escaped(label);
    byEnds.set(ends, { from, to, label: before === "" ? line : `${before}<br>${line}` });
  }
  return [...byEnds.values()];
}

/** For every state its id, and whose state it is; "" is the chart itself. */
function named(states: readonly ChartState[]) {
  const ids = new Map<string, string>();
  const parents = new Map<string, string>();
  const used = new Set<string>();
  const visit = (inside: readonly ChartState[], parent: string): void => {
    for (const state of inside) {
      const base = safeId(state.name);
      let id = base;
      for (let n = 2; used.has(id); n++) id = `${base}__${n}`;
      used.add(id);
      ids.set(state.name, id);
      parents.set(state.name, parent);
      visit(state.states ?? [], state.name);
    }
  };
  visit(states, "");
  return { ids, parents };
}

/** Words that begin a statement of Mermaid, in any case. */
const RESERVED =
  /^(accdescr|acctitle|as|choice|class|classdef|click|default|direction|end|fork|hide|href|join|left|note|over|right|root|scale|state|style)$/i;

/** Mermaid calls the start and the end of a block by its name with `_start` and `_end`. */
function safeId(name: string): string {
  const id = name.replace(/^[#.]/, "").replaceAll(/[^A-Za-z0-9_]+/g, "_");
  const taken = RESERVED.test(id) || /_(start|end)$/i.test(id) || id in {} || !/[A-Za-z0-9]/.test(id);
  return taken ? `${id}_s` : id;
}

/** What is active side by side; history is no side of its own. */
function sidesOf(states: readonly ChartState[]): readonly (readonly ChartState[])[] {
  const [first = [], ...rest] = states.filter(({ history }) => !history).map((state) => [state]);
  return [[...first, ...states.filter(({ history }) => history)], ...rest];
}

function inParallel(states: readonly ChartState[]): readonly string[] {
  return states.flatMap(({ name, parallel, states: inside = [] }) => [
    ...(parallel ? [name] : []),
    ...inParallel(inside),
  ]);
}
