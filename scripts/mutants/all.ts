/** All planted bugs. */
import { AGENTS } from "./agents.ts";
import { ENGINES } from "./engines.ts";
import { HOST } from "./host.ts";
import { KIT } from "./kit.ts";
import type { Mutant } from "./mutant.ts";
import { PLACEMENT } from "./placement.ts";
import { PROJECTIONS } from "./projections.ts";
import { TEAMS } from "./teams.ts";
import { WORKFLOWS } from "./workflows.ts";

export const MUTANTS: readonly Mutant[] = [
  ...HOST,
  ...ENGINES,
  ...PLACEMENT,
  ...PROJECTIONS,
  ...AGENTS,
  ...WORKFLOWS,
  ...TEAMS,
  ...KIT,
];
