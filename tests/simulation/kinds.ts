/** The machines of a simulated history, for `troupe replay FILE.jsonl ADDRESS --kinds tests/simulation/kinds.ts`. */
import { drillKinds, NO_OUTSIDE } from "../support/drill-machines.ts";

export const kinds = drillKinds(NO_OUTSIDE);
