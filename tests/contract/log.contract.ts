/**
 * The log contract: what every engine must keep, named by law. An engine's test calls
 * `logContract(name, fixture)` and adds only what is its own (fsync, files, servers).
 */
import { describe } from "vitest";
import type { LogFixture } from "../support/log-fixture.ts";
import { archiveContract } from "./log/archives.ts";
import { archiveRacesContract } from "./log/archives-raced.ts";
import { appendContract } from "./log/append.ts";
import { bodyContract } from "./log/bodies.ts";
import { commandContract } from "./log/commands.ts";
import { interleavingContract } from "./log/interleavings.ts";
import { lifetimeContract } from "./log/lifetime.ts";
import { ownerContract } from "./log/owner.ts";
import { scanContract } from "./log/scan.ts";
import { sweepContract } from "./log/sweep.ts";

export type { LogFixture } from "../support/log-fixture.ts";

export function logContract(name: string, fixture: LogFixture): void {
  describe(`${name} keeps the log contract`, () => {
    appendContract(fixture);
    scanContract(fixture);
    bodyContract(fixture);
    lifetimeContract(fixture);
    ownerContract(fixture);
    commandContract(fixture);
    interleavingContract(fixture);
    sweepContract(fixture);
    archiveContract(fixture);
    archiveRacesContract(fixture);
  });
}
