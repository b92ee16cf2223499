/** The machines of simulated histories, for `troupe replay FILE.jsonl ADDRESS --kinds tests/simulation/kinds.ts`. */
import { drillKinds, NO_OUTSIDE } from "../support/drill-machines.ts";
import { bankKinds } from "./bank.ts";
import { detachedKinds } from "./detached.ts";

export const kinds = [...drillKinds(NO_OUTSIDE), ...bankKinds(NO_OUTSIDE), ...detachedKinds];
