/** Bugs of the testing kit: it sees less than it says. */
import type { Mutant } from "./mutant.ts";

const LAWS = "src/testing/laws";
const WALK = "src/testing/walk";

export const KIT: readonly Mutant[] = [
  {
    name: "other-time-is-this-time",
    file: "src/testing/other-time.ts",
    find: "now: Date.now() + byMs",
    replace: "now: Date.now() + 0 * byMs",
    law: "A2",
  },
  {
    name: "second-history-not-compared",
    file: "src/testing/trial.ts",
    find: "(text, index) => text !== b[index]",
    replace: "(text, index) => text === b[index + 1]",
    law: "A2",
  },
  {
    name: "change-in-place-is-an-end-like-others",
    file: "src/testing/check-in-place.ts",
    find: 'last?.status === "error"',
    replace: 'last?.status === "stopped"',
    law: "A2",
  },
  {
    name: "actions-not-noted",
    file: "src/testing/answering.ts",
    find: "if (!mute.includes(name)) run();",
    replace: "if (mute.includes(name)) run();",
    law: "A11",
  },
  {
    name: "crash-planned-behind-the-last",
    file: "src/testing/crash-anywhere.ts",
    find: "nth: n + 1,",
    replace: "nth: n + 1_000,",
    law: "A12",
  },
  {
    name: "law-overlooks-a-guard-on-the-clock",
    file: `${LAWS}/is-pure.ts`,
    find: 'if (one.outcome !== two.outcome) return "whether the event is taken or refused";',
    replace: "",
    law: "A15",
  },
  {
    name: "law-looks-at-frozen-things-alone",
    file: `${LAWS}/mutation.ts`,
    find: " ?? (image && changedSince(image, before))",
    replace: "",
    law: "A15",
  },
  {
    name: "law-trusts-what-a-snapshot-says-of-itself",
    file: `${LAWS}/snapshot-round-trip.ts`,
    find: "if (hash(lived) === hash(read)) return undefined;",
    replace: "return undefined;",
    law: "A2",
  },
  {
    name: "walk-fires-timers-in-any-order",
    file: `${WALK}/move.ts`,
    find: "filter(({ dueAt }) => dueAt === first)",
    replace: "filter(() => true)",
    law: "A7",
  },
  {
    name: "walk-lets-a-child-end-twice",
    file: `${WALK}/place.ts`,
    find: "    children.delete(input.from);",
    replace: "    children.get(input.from);",
    law: "A6",
  },
  {
    name: "walk-moves-the-place-that-it-came-from",
    file: `${WALK}/place.ts`,
    find: "...copyOf(fold),",
    replace: "...fold,",
    law: "A1",
  },
  {
    name: "upcast-asked-once",
    file: `${LAWS}/shown.ts`,
    find: "asked.size === 0 ? [SAME] : worldsFrom(START)",
    replace: "asked.size === 0 ? [] : worldsFrom(START)",
    law: "A2",
  },
  {
    name: "upcast-not-held-to-the-schema",
    file: `${LAWS}/each-shown.ts`,
    find: "wrongIn(present.kind, recording) ?? refusedOf(present, recording)",
    replace: "wrongIn(present.kind, recording)",
    law: "S1",
  },
  {
    name: "old-histories-tried-though-they-ended",
    file: `${LAWS}/old-histories.ts`,
    find: 'if (status === "active" || owes !== 0)',
    replace: 'if (status !== "stopped")',
    law: "A2",
  },
  {
    name: "law-holds-where-nothing-came-late",
    file: "src/testing/ignores-stale-completions.ts",
    find: "if (late === 0)",
    replace: "if (late < 0)",
    law: "A6",
  },
  {
    name: "law-holds-where-an-activity-only-fails",
    file: "src/testing/answers-of.ts",
    find: "if (!answers.has(src) && ",
    replace: "if (src === undefined && ",
    law: "A2",
  },
];
