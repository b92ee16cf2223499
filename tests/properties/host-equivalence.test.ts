/**
 * The durable actor ends where plain XState ends, for every feature: on a host that lives, on
 * hosts that are closed after every act, and on hosts that crash after every append.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runHosted, type Fate } from "../support/host-driver.ts";
import { features } from "../support/xstate-features.ts";
import { runPlain } from "../support/xstate-plain.ts";

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/**
 * Residents that speak on the way start again with a new host, and say it again: what they said
 * before the crash is recorded, so it counts twice. Documented; their equality holds on one host.
 */
const SPEAK_ON_THE_WAY = new Set([
  "promise sends to its parent on the way",
  "callback: sendBack, receive, clean-up",
  "callback sends to another actor of the system",
]);

describe.each<Fate>(["live", "closed", "crashed"])(
  "%s: the durable actor ends where XState ends",
  (fate) => {
    const same = features.filter(({ name }) => fate === "live" || !SPEAK_ON_THE_WAY.has(name));
    it.each(same.map((feature) => [feature.name, feature] as const))("%s", async (_, feature) => {
      expect(await runHosted(feature, fate)).toEqual(await runPlain(feature));
    });
  },
);
