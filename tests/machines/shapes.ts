/** Plans of every pattern, and what happens to their runs, as arbitraries. */
import { fc } from "@fast-check/vitest";
import type { Pattern, Plan } from "../../src/events/plan/plan.ts";
import { planOf } from "./fixture.ts";
import type { Fate, Move } from "./play.ts";

/** Ways of a task; the first are the plainest, so shrinking comes to them. */
const WAYS: readonly object[] = [
  { run: "x" },
  { agent: "someone" },
  { run: "x", maxRetries: 1 },
  { run: "x", acceptance: [{ cmd: "t" }], failureRouting: {} },
  { run: "x", outputs: ["out-ID.md"], acceptance: [{ cmd: "t" }], maxRetries: 1 },
  { agent: "someone", gate: { agent: "judge", maxReworks: 1 } },
  { agent: "someone", outputs: ["out-ID.md"], gate: { agent: "judge" }, approval: ["after"] },
  { run: "x", approval: ["before"] },
  { run: "x", approval: ["before", "after"], failureRouting: { implementation_bug: "mender" } },
  { run: "x", priority: "URGENT" },
];

/** Ways that ask for no branch todo. */
export const UNROUTED = WAYS.filter((way) => !("failureRouting" in way));
/** Ways in which no human is asked. */
export const ALONE = UNROUTED.filter((way) => !("approval" in way || "gate" in way));

const WHENS = ["true", "false", "tasks.ID.status == 'COMPLETED'", "tasks.ID.status != 'COMPLETED'"];

/** Patterns whose tasks depend on each other. */
const GRAPHS: ReadonlySet<Pattern> = new Set(["graph", "conditional", "saga"]);

const draft = fc.record({
  way: fc.nat(99),
  edges: fc.array(fc.nat(8), { maxLength: 2 }),
  when: fc.option(fc.nat(WHENS.length - 1), { nil: undefined, freq: 2 }),
  undo: fc.boolean(),
});
type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never;

export function plans(
  patterns: readonly Pattern[],
  joins: readonly string[] = ["all", "settle"],
  ways: readonly object[] = WAYS,
): fc.Arbitrary<Plan> {
  return fc
    .record({
      pattern: fc.constantFrom(...patterns),
      join: fc.constantFrom(...joins),
      concurrency: fc.integer({ min: 1, max: 3 }),
      depth: fc.nat(2),
      drafts: fc.array(draft, { minLength: 1, maxLength: 6 }),
    })
    .map(({ pattern, join, concurrency, depth, drafts }) =>
      planOf(
        drafts.map((one, at) =>
          taskOf(pattern, { ...one, given: ways[one.way % ways.length] ?? {} }, at),
        ),
        {
          pattern,
          join,
          concurrency,
          limits: { depth, branches: 1_000 },
          ...(pattern === "hub" && { hub: { agent: "hub" } }),
          ...(pattern === "dynamic" && { generate: { agent: "planner" } }),
        },
      ),
    );
}

function taskOf(
  pattern: Pattern,
  { given: way, edges, when, undo }: Draft & { readonly given: object },
  at: number,
): object {
  const id = `t${at}`;
  const dependsOn = GRAPHS.has(pattern)
    ? [...new Set(edges.flatMap((edge) => (edge < at ? [`t${edge}`] : [])))]
    : [];
  const [first] = dependsOn;
  const asks = first !== undefined && when !== undefined && pattern !== "saga";
  const given: object = JSON.parse(JSON.stringify(way).replaceAll("ID", id));
  return {
    id,
    ...given,
    dependsOn,
    ...(asks && { when: WHENS[when]?.replace("ID", first) }),
    ...(pattern === "saga" && undo && { compensate: { run: "undo" } }),
  };
}

export const fates: fc.Arbitrary<Fate> = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 9 })).map(
  ([seed, luck]) =>
    (name) =>
      Math.max(0, Math.min(9, hash(`${seed} ${name}`) + luck - 3)),
);

/** 0 to 9. */
function hash(text: string): number {
  let found = 0x811c9dc5;
  for (const char of text) found = Math.imul(found ^ (char.codePointAt(0) ?? 0), 0x01000193);
  found ^= found >>> 15;
  return (found >>> 0) % 10;
}

const pick = fc.nat(11);

/** Work ends, humans answer, time passes. */
const goesOn: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("end" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("answer" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("time" as const) }) },
);

const pauses: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ type: fc.constant("pause" as const), hard: fc.boolean() }),
  fc.record({ type: fc.constant("resume" as const) }),
);

const commands: fc.Arbitrary<Move> = fc.oneof(
  pauses,
  fc.record({ type: fc.constant("cancelTask" as const), pick }),
  fc.record({ type: fc.constant("restart" as const), pick }),
  fc.record({ type: fc.constant("checkpoint" as const) }),
  fc.record({ type: fc.constant("stray" as const), pick }),
);

const moves = (...more: readonly fc.MaybeWeightedArbitrary<Move>[]): fc.Arbitrary<readonly Move[]> =>
  fc.array(fc.oneof({ weight: 4, arbitrary: goesOn }, ...more), { maxLength: 24 });

export const ordinary = moves();
export const paused = moves({ weight: 2, arbitrary: pauses });
export const anything = moves(
  { weight: 3, arbitrary: commands },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("cancel" as const) }) },
);
/** With what nobody asked for. */
export const strays = moves({
  weight: 2,
  arbitrary: fc.record({ type: fc.constant("stray" as const), pick }),
});
