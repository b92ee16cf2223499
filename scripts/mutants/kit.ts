/** Bugs of the testing kit: what it would let pass, and what it would do that no host does. */
import type { Mutant } from "./mutant.ts";

const LAWS = "src/testing/laws";
const WALK = "src/testing/walk";

export const KIT: readonly Mutant[] = [
  {
    name: "law-overlooks-a-guard-on-the-clock",
    file: `${LAWS}/is-pure.ts`,
    find: 'if (one.outcome !== two.outcome) return "whether it is taken";',
    replace: "",
    law: "A15",
  },
  {
    name: "law-looks-at-frozen-things-alone",
    file: `${LAWS}/is-pure.ts`,
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
    find: "residents: new Map(fold.residents),",
    replace: "residents: fold.residents,",
    law: "A1",
  },
];
