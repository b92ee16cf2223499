/** Bugs of the agents' border. */
import type { Mutant } from "./mutant.ts";

export const AGENTS: readonly Mutant[] = [
  {
    name: "whole-environment-passed",
    file: "src/agents/environment.ts",
    find: "(ALLOWED.test(name) || passed.has(name))",
    replace: "true",
    law: "S2",
  },
  {
    name: "secret-at-the-end-of-a-piece-let-out",
    file: "src/agents/redact.ts",
    find: "held.length - longest + 1",
    replace: "held.length - longest + 2",
    law: "S2",
  },
];
