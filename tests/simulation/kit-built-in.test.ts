/** Troupe's own kinds, tested with the public kit as users test theirs. */
import { describe, expect, it } from "vitest";
import {
  crashAnywhere,
  ignoresStaleCompletions,
  replayEqualsLive,
  simulate,
} from "../../src/testing/index.ts";
import { BUILT_IN } from "./kit-built-in.ts";

const seed = 11;

describe.each(Object.entries(BUILT_IN))("%s", (_, { subject, roots = 2 }) => {
  const asked = { seed, roots };

  it("keeps every law, whatever befalls its hosts", async () => {
    const { answered, endless } = await simulate(subject, { ...asked, runs: 4 });
    expect(answered["taken"]).toBeGreaterThan(3);
    expect(endless).toBe(0);
  });

  it("may die anywhere", async () => {
    const { histories } = await crashAnywhere(subject, { ...asked, runs: 12 });
    expect(histories).toBeGreaterThan(8);
  });

  it("replays as it lived", async () => {
    const { records } = await replayEqualsLive(subject, { ...asked, runs: 3 });
    expect(records).toBeGreaterThan(6);
  });
});

it("workflow: what comes too late changes nothing", async () => {
  const { subject, roots } = BUILT_IN["workflow"] ?? {};
  if (subject === undefined) throw new Error("there is no workflow");
  const { late } = await ignoresStaleCompletions(subject, { seed, runs: 6, ...(roots && { roots }) });
  expect(late).toBeGreaterThan(0);
});
