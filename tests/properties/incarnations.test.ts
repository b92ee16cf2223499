/** How often names were used for children, counted in two layers. */
import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import {
  counting,
  countUp,
  flat,
  incarnationsOf,
  NO_INCARNATIONS,
  type Incarnations,
} from "../../src/actors/xstate/incarnations.ts";

const part = fc.oneof(
  fc.integer({ min: 0, max: 400 }).map((n) => `t${n}`),
  fc.constantFrom("constructor", "__proto__", "toString"),
);

test.prop({ steps: fc.array(fc.array(part, { maxLength: 40 }), { maxLength: 60 }) })(
  "for every history of steps, each name is counted as in one plain list, and no earlier state changes",
  ({ steps }) => {
    const plain = new Map<string, number>();
    let now: Incarnations = NO_INCARNATIONS;
    for (const step of steps) {
      const before = JSON.stringify(flat(now));
      const own = counting(now);
      for (const name of step) {
        plain.set(name, (plain.get(name) ?? 0) + 1);
        expect(countUp(own, name)).toBe(plain.get(name));
      }
      expect(JSON.stringify(flat(now))).toBe(before);
      now = own;
    }
    const kept = incarnationsOf(JSON.parse(JSON.stringify(flat(now))));
    for (const one of [now, kept]) expect(new Map(Object.entries(flat(one)))).toEqual(plain);
  },
);

it("A13: of ten thousand names, a step copies a few hundred, and all of them only now and then", () => {
  let now: Incarnations = NO_INCARNATIONS;
  let copied = 0;
  for (let n = 0; n < 10_000; n++) {
    const own = counting(now);
    copied += own.old === now.old ? Object.keys(own.recent).length : own.size;
    countUp(own, `t${n}`);
    now = own;
  }
  expect(copied / 10_000).toBeLessThan(150);
});
