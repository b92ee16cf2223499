/** Bugs of the testing kit: it sees less than it says. */
import type { Mutant } from "./mutant.ts";

export const KIT: readonly Mutant[] = [
  {
    name: "other-time-is-this-time",
    file: "src/testing/other-time.ts",
    find: "const now = (): number => real.now() + byMs;",
    replace: "const now = (): number => real.now() + 0 * byMs;",
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
];
