/** Bugs of replays: what steps through a run sees another one. */
import type { Mutant } from "./mutant.ts";

export const REPLAY: readonly Mutant[] = [
  {
    name: "copy-of-a-fold-that-shares-its-outbox",
    file: "src/actors/fold-copy.ts",
    find: "outbox: new Map(fold.outbox)",
    replace: "outbox: fold.outbox",
    law: "A15",
  },
  {
    name: "copy-of-a-fold-without-timers",
    file: "src/actors/fold-copy.ts",
    find: "timers.set(name, timer);",
    replace: "void [name, timer];",
    law: "A7",
  },
  {
    name: "step-from-behind-the-record",
    file: "src/replay/track.ts",
    find: "one.seq < seq",
    replace: "one.seq <= seq",
    law: "A15",
  },
  {
    name: "going-on-behind-a-skip-compares-all",
    file: "src/actors/load.ts",
    find: "const lenientTo = Math.max(0, ...passed.map(([, until]) => until));",
    replace: "const lenientTo = 0 * passed.length;",
    law: "A5",
  },
  {
    name: "search-that-passes-over-the-next",
    file: "src/replay/find.ts",
    find: "(from ?? 0) + 1",
    replace: "(from ?? 0) + 2",
    law: "A15",
  },
  {
    name: "command-that-looks-like-an-effect",
    file: "src/actors/causes.ts",
    find: "/^(?!cmd:)(.+)#",
    replace: "/^(.+)#",
    law: "A9",
  },
];
