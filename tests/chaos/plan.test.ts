/** Plans of storms are made from their seed alone. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { planOf, targetOf } from "./plan.ts";

const shape = fc.record({
  servers: fc.constantFrom(1, 3),
  hosts: fc.integer({ min: 1, max: 4 }),
  links: fc.integer({ min: 1, max: 6 }),
  leaseMs: fc.integer({ min: 1000, max: 5000 }),
});

describe("the plan of a storm", () => {
  test.prop([fc.integer(), fc.integer({ min: 1, max: 120 }), shape])(
    "for every seed, duration and shape is the same each time, and each target has one fault at a time",
    (seed, seconds, parts) => {
      const plan = planOf(seed, seconds, parts);
      expect(planOf(seed, seconds, parts)).toEqual(plan);
      const until = new Map<string, number>();
      for (const fault of plan.faults) {
        const target = targetOf(fault);
        expect(fault.atMs).toBeGreaterThanOrEqual(until.get(target) ?? 0);
        expect(fault.atMs).toBeLessThan(seconds * 1000);
        until.set(target, fault.atMs + fault.forMs);
      }
    },
  );
});
