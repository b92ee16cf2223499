/** What can be simulated, by the name that `npm run simulate -- --cast NAME` takes. */
import type { Drama } from "../../src/testing/simulation.ts";
import { bankDrama } from "./bank.ts";
import { drillDrama } from "./drills.ts";

export const DRAMAS = {
  /** One host after the other. */
  drills: drillDrama,
  /** Hosts that share a log: accounts of all partitions pay each other. */
  bank: bankDrama,
  /** Hosts that share a log: the drills. */
  "shared-drills": (): Drama => ({ ...drillDrama(), name: "shared-drills", shared: true }),
} as const satisfies Readonly<Record<string, () => Drama>>;

export type CastName = keyof typeof DRAMAS;

export function isCastName(name: string): name is CastName {
  return Object.hasOwn(DRAMAS, name);
}
