/** All benches, in the order in which they run. */
import type { Bench } from "./bench.ts";
import { w1 } from "./w1.ts";

export const BENCHES: readonly Bench[] = [w1];
