/** A5, A12: hosts of an older and of a newer code share a log while the one takes the other's place. */
import { describe, expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import type { AnyKind } from "../../src/actors/kind.ts";
import { sharedLogs } from "../support/hosts-logs.ts";
import { smallKind, type SmallSpec } from "../support/small-machines.ts";

const PARTITIONS = 2;
const ROOTS = Array.from("abcdef");
const SPEC: SmallSpec = [{ from: "a", type: "X", to: null, adds: 1 }];
const older = smallKind(SPEC);
const newer = smallKind(SPEC, { version: "2", previous: [older] });

const ENGINES = sharedLogs(PARTITIONS);

describe.each(ENGINES)("hosts of two versions, on %s", (_name, engine) => {
  it("A5: what the newer code has migrated goes to a host that has it, and not one event is lost", async () => {
    const open = engine();
    const hostOf = async (kind: AnyKind) => createHost({ log: await open(), kinds: [kind] });
    await using old = await hostOf(older);
    let sent = 0;
    const touch = async (host: Awaited<ReturnType<typeof hostOf>>): Promise<void> => {
      for (const root of ROOTS) await host.actor(`small/${root}`).send({ type: "X" } as never);
      sent += 1;
    };
    for (const root of ROOTS) await old.start(`small/${root}`);
    await touch(old);
    {
      await using next = await hostOf(newer);
      await expect.poll(() => next.placement().partitions).toHaveLength(1);
      await touch(next); // some migrate, and owe nothing
    }
    await expect.poll(() => old.placement().partitions).toHaveLength(PARTITIONS);
    const codes = ROOTS.map((root) =>
      old
        .actor(`small/${root}`)
        .send({ type: "Z" } as never)
        .catch((error: unknown) => (error as { code: string }).code),
    );
    // where nobody has the newer code, what it has moved is parked
    expect(new Set(await Promise.all(codes))).toEqual(new Set(["EVENT_REFUSED", "ACTOR_PARKED"]));
    await using again = await hostOf(newer);
    await touch(old);
    await touch(old);
    for (const root of ROOTS)
      expect(await again.read(`small/${root}`)).toMatchObject({ context: { n: sent } });
  });
});
