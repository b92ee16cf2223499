/** Which host is to own which partition: the same plan for all who see the same, even, and with few moves. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { plan, type Standing } from "../../src/actors/placement/plan.ts";

const partitions = 8;
const hostIds = ["a", "b", "c", "d"];
const standing: fc.Arbitrary<Standing> = fc.record({
  hosts: fc.uniqueArray(fc.constantFrom(...hostIds), { maxLength: 4 }).chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.record({
          id: fc.constant(id),
          refuses: fc.oneof(
            { weight: 3, arbitrary: fc.constant([]) },
            fc.uniqueArray(fc.nat({ max: partitions - 1 })),
          ),
        }),
      ),
    ),
  ),
  owners: fc.array(fc.option(fc.constantFrom(...hostIds, "stranger"), { nil: undefined }), {
    minLength: partitions,
    maxLength: partitions,
  }),
});

const loadsIn = (planned: readonly (string | undefined)[], id: string): number =>
  planned.filter((owner) => owner === id).length;

describe("a plan", () => {
  test.prop([standing])(
    "gives every partition that is free, or whose owner refuses it, to a host that can run it",
    ({ hosts, owners }) => {
      const planned = plan({ hosts, owners });
      for (const [p, owner] of planned.entries()) {
        const able = hosts.filter(({ refuses }) => !refuses.includes(p)).map(({ id }) => id);
        const before = owners[p];
        if (before !== undefined && !hosts.some(({ id }) => id === before)) expect(owner).toBe(before);
        else if (able.length === 0) expect(owner).toBeUndefined();
        else expect(able).toContain(owner);
      }
    },
  );

  test.prop([standing])(
    "leaves no host with two more than one that could take one of them",
    ({ hosts, owners }) => {
      const planned = plan({ hosts, owners });
      for (const [p, owner] of planned.entries()) {
        if (owner === undefined || !hosts.some(({ id }) => id === owner)) continue;
        for (const { id, refuses } of hosts)
          if (!refuses.includes(p))
            expect(loadsIn(planned, owner)).toBeLessThanOrEqual(loadsIn(planned, id) + 1);
      }
    },
  );

  test.prop([standing])(
    "is the same in whatever order hosts are seen, and is kept once it is done",
    ({ hosts, owners }) => {
      const planned = plan({ hosts, owners });
      expect(plan({ hosts: hosts.toReversed(), owners })).toEqual(planned);
      expect(plan({ hosts, owners: planned })).toEqual(planned);
    },
  );

  it("moves no more than balance asks for", () => {
    const hosts = hostIds.slice(0, 3).map((id) => ({ id, refuses: [] }));
    const owners = ["a", "a", "a", "a", "b", "b", "b", "b"];
    const planned = plan({ hosts, owners });
    expect(hostIds.map((id) => loadsIn(planned, id))).toEqual([3, 3, 2, 0]);
    expect(planned.filter((owner, p) => owner !== owners[p])).toEqual(["c", "c"]);
  });
});
