/**
 * A machine that changes its context in place: in strict mode contexts are frozen, so the change
 * throws, and the actor ends by that.
 */
import type { Evidence } from "./evidence.ts";
import { FROZEN } from "./laws/mutation.ts";

export function checkInPlace({ actors, fault }: Evidence): void {
  for (const { address, steps } of actors.values()) {
    const last = steps.at(-1)?.body;
    const said = last?.status === "error" ? JSON.stringify(last.error) : "";
    if (said.includes("TypeError") && FROZEN.test(said))
      fault(
        `${address} ended by changing its context in place: ${said} (Return a new value from assign instead.)`,
      );
  }
}
