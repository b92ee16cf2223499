/** What no schedule is, and what is said then. */
import { describe, expect, it } from "vitest";
import { Schedule } from "../../src/events/queue/schedule.ts";

describe("the schema of schedules", () => {
  it("reads a cron line in UTC where no zone is named", () => {
    expect(Schedule.parse({ cron: "0 0 * * *" })).toEqual({ cron: "0 0 * * *", timeZone: "UTC" });
  });

  const lines = "write five fields, from minutes to weekdays, or six with seconds before";
  it.each<[value: unknown, path: string, says: string]>([
    [
      { cron: "61 * * * *" },
      "cron",
      `"61 * * * *" is no cron line: Invalid value for minute: 61 (${lines}`,
    ],
    [{ cron: "* * * *" }, "cron", `"* * * *" is no cron line: invalid configuration format`],
    [{ cron: "" }, "cron", `"" is no cron line`],
    [{ cron: "0 0 1 1 * 7 2030" }, "cron", "has 7 parts"],
    [{ cron: "2027-01-01T00:00:00" }, "cron", `"2027-01-01T00:00:00" is no cron line`],
    [{ cron: "0 0 30 2 *" }, "cron", `"0 0 30 2 *" is no cron line: no day is like that`],
    [{ cron: "@reboot" }, "cron", "@reboot is not supported"],
    [{ cron: 5 }, "", "cron: Invalid input: expected string, received number"],
    [{ cron: "* * * * *", timeZone: "Europe/Berln" }, "timeZone", 'did you mean "Europe/Berlin"?'],
    [{ cron: "* * * * *", timeZone: "" }, "timeZone", '"" is no time zone'],
    [{ everyMs: 99 }, "everyMs", ">=100"],
    [{ everyMs: "1s" }, "", "everyMs: Invalid input: expected number, received string"],
    [{ at: "tomorrow" }, "at", '"tomorrow" is no time (write date, time and zone'],
    [{ at: "2026-11-21T10:00:00" }, "at", '"2026-11-21T10:00:00" is no time'],
    [{ at: "2026-02-29T10:00:00Z" }, "at", "is no time"],
    [{ at: 1.5 }, "", "at: 1.5 is no time"],
    [{ at: 0, everyMs: 100 }, "", "exactly one of { at }, { everyMs, from? }, { cron, timeZone? }"],
    [{ at: 0, timeZone: "UTC" }, "", 'Unrecognized key: "timeZone"'],
    [{}, "", "exactly one of"],
    [null, "", "exactly one of"],
  ])("refuses %j", (value, path, says) => {
    const [issue] = Schedule.safeParse(value).error?.issues ?? [];
    expect(issue?.path.join(".")).toBe(path);
    expect(issue?.message).toContain(says);
  });
});
