/** Bugs of forks: what is done twice, what is lost at the cut, who runs what too early. */
import type { Mutant } from "./mutant.ts";

export const FORKS: readonly Mutant[] = [
  {
    name: "fork-sends-to-outside-again",
    file: "src/actors/fork/forked.ts",
    find: "rootOf(owed.to) !== own && markOf",
    replace: 'rootOf(owed.to) === "" && markOf',
    law: "A11",
  },
  {
    name: "fork-loses-what-actions-sent",
    file: "src/actors/fork/in-flight.ts",
    find: "return [{ sender: sent.address, seq: sent.seq, to: stream, event }];",
    replace: "return [];",
    law: "A11",
  },
  {
    name: "fork-of-a-fork-loses-what-actions-sent",
    file: "src/actors/fork/in-flight.ts",
    find: "if (anew.length > 0) return",
    replace: "if (anew.length < 0) return",
    law: "A11",
  },
  {
    name: "fork-runs-before-it-is-whole",
    file: "src/actors/fork/forked.ts",
    find: "forked !== undefined;",
    replace: "forked !== -1;",
    law: "A3",
  },
  {
    name: "fork-of-a-fork-runs-before-it-is-whole",
    file: "src/actors/fork/forked.ts",
    find: "if (body.copied !== true) fold.forked",
    replace: "if (seq > 0) fold.forked",
    law: "A3",
  },
  {
    name: "fork-shifts-anew-when-it-goes-on",
    file: "src/actors/fork/fork.ts",
    find: "begun?.origin?.shiftMs ??",
    replace: "undefined ??",
    law: "L4",
  },
  {
    name: "fork-sleeps",
    file: "src/actors/fork/retell.ts",
    find: "address !== waker && owesOf(fold) > 0",
    replace: "address !== waker && owesOf(fold) < 0",
    law: "A11",
  },
  {
    name: "fork-timers-are-overdue",
    file: "src/actors/fork/inputs.ts",
    find: "(due) => due + shiftMs",
    replace: "(due) => due",
    law: "A7",
  },
  {
    name: "fork-counts-attempts-of-its-original",
    file: "src/actors/fork/forked.ts",
    find: "startedAt, failures: 0, recoveries: 0 });",
    replace: "startedAt, failures: 1, recoveries: 0 });",
    law: "A3",
  },
  {
    name: "fork-forgets-system-ids",
    file: "src/actors/fork/fork.ts",
    find: "for (const delta of system) directory.apply(delta);",
    replace: "void [system, directory];",
    law: "A15",
  },
  {
    name: "fork-of-what-does-not-replay",
    file: "src/actors/fork/retell.ts",
    find: "else if (step !== undefined) assertSame",
    replace: "else if (step === undefined) assertSame",
    law: "A5",
  },
];
