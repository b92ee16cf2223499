/** The operator's hand on queues: with a program that does the jobs, and where nobody runs. */
import { expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { queueKinds } from "../../src/agents/queue/kinds.ts";
import { openQueue } from "../../src/agents/queue/queue.ts";
import { startWorker } from "../../src/agents/queue/worker.ts";
import type { CliBench } from "../support/cli.ts";
import { onEachLog } from "../support/cli-logs.ts";

const OLDER = `
- {job_id: a, name: letter, handler: send, args: [ada], priority: high, max_retries: 0, workflow_id: r1}
- {name: send}
`;

/** A program that owns the log and does jobs. */
async function program({ log }: CliBench) {
  await using stack = new AsyncDisposableStack();
  const host = stack.use(await createHost({ log, kinds: queueKinds() }));
  const queue = await openQueue(host, "mail");
  const handlers = {
    send: ({ args }: { readonly args: readonly unknown[] }) => {
      if (args[0] === "bad") throw new Error("no such box");
      return "sent";
    },
  };
  stack.use(await startWorker(host, "mail", { handlers, name: "w" }));
  const kept = stack.move();
  return { queue, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

onEachLog("troupe queue", (open) => {
  it("S4-046: adds jobs that a program does, shows how they stand, and lets a failed one run again", async () => {
    using bench = open();
    await using running = await program(bench);
    const one = ["queue", "add", "mail", "send", "--args", '["bad"]', "--max-retries", "0"];
    expect(await bench.troupe(one)).toMatchObject({ code: 0, out: "mail: job 1, send", err: "" });
    const file = bench.write("jobs.yaml", OLDER);
    expect(await bench.json(["queue", "add", "mail", "--file", file])).toMatchObject({
      code: 0,
      value: { queue: "mail", jobs: [{ id: "2", address: "job/mail:2" }, { id: "3" }] },
    });
    for (const id of ["1", "2", "3"]) await running.queue.waitForJob(id);
    const { out } = await bench.troupe(["queue", "ls", "mail"]);
    expect(out.split("\n")).toEqual([
      expect.stringMatching(/^JOB +STATE +PRIORITY +TRIES +ADDED +TOOK +NAME +WHAT$/),
      expect.stringMatching(/^3 +COMPLETED +NORMAL +1 .* ms +send$/),
      expect.stringMatching(/^2 +COMPLETED +HIGH +1 .* ms +letter$/),
      expect.stringMatching(/^1 +FAILED +NORMAL +1 .* ms +send +JOB_FAILED: no such box$/),
    ]);
    expect(
      await bench.json(["queue", "ls", "mail", "--workflow", "r1", "--status", "completed"]),
    ).toMatchObject({ value: [{ id: "2", key: "a", workflow: "r1", handler: "send", retries: 0 }] });
    expect((await bench.troupe(["queue", "ls", "mail", "--limit", "2"])).err).toBe(
      "older ones: troupe queue ls mail --before 2",
    );
    expect(await bench.troupe(["queue", "retry", "mail", "--all"])).toMatchObject({
      code: 0,
      out: "mail: 1 job in line again",
    });
    expect((await bench.troupe(["queue", "stats", "mail"])).out).toMatch(
      /^mail: 3 jobs added, 2 over\n0 queued, .*\nWORKER .*\nw-[0-9a-f]+ +\d\/5 +20/,
    );
    expect(await bench.json(["queue", "ls"])).toMatchObject({
      value: [{ queue: "mail", added: 3, paused: false, workers: [{ slots: 5 }] }],
    });
  });

  it("S4-043: adds, schedules and cancels also where nobody runs, and says that nobody does the work", async () => {
    using bench = open();
    const add = ["queue", "add", "mail", "send"];
    expect(await bench.troupe([...add, "--create", "--key", "k"])).toMatchObject({
      code: 0,
      out: "mail: job 1, send",
      err: 'no worker of "mail" does send now: it waits for one',
    });
    expect((await bench.troupe([...add, "--key", "k"])).out).toBe("mail: job 1 has the key k already");
    const at = ["--at", "2127-01-31T09:00:00+01:00"];
    expect((await bench.troupe([...add, ...at])).out).toBe("mail: job 2, send");
    const cron = ["--cron", "30 2 1 1 *", "--tz", "Europe/Berlin", "--id", "yearly"];
    expect((await bench.troupe([...add, ...cron])).out).toMatch(
      /^mail: schedule yearly adds send, next at \d+-01-01 01:30:00Z$/,
    );
    expect((await bench.troupe(["queue", "ls", "mail"])).out).toMatch(
      /\n2 +PENDING .* at 2127-01-31 08:00:00Z\n1 +QUEUED /,
    );
    expect((await bench.troupe(["queue", "ls", "mail", "--schedules"])).out).toMatch(
      /\nyearly +\S+ 01:30:00Z +send +{"cron":"30 2 1 1 \*","timeZone":"Europe\/Berlin"}$/,
    );
    expect((await bench.troupe(["queue", "cancel", "mail", "1"])).out).toBe("mail: job 1 is cancelled");
    expect(await bench.troupe(["queue", "cancel", "mail", "1"])).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^JOB_NOT_OPEN: job 1 of "mail" is over already: CANCELLED\n/,
      ) as string,
    });
    expect((await bench.troupe(["queue", "cancel", "mail", "--schedule", "yearly"])).out).toBe(
      "mail: the schedule yearly is ended",
    );
    expect(await bench.troupe(["queue", "ls"])).toMatchObject({
      out: expect.stringMatching(/\nmail +OPEN +2 +0 +0 +1 +0 +0$/) as string,
    });
  });
});

/** What is wrong, and the first line that says so. */
const MISTAKES: readonly (readonly [words: string, code: number, said: RegExp])[] = [
  [
    "ls male",
    1,
    /^ACTOR_NOT_FOUND: there is no queue "male" in .*\n {2}→ Mind its name: there is mail\.$/,
  ],
  ["add male send", 1, /^ACTOR_NOT_FOUND: there is no queue "male"/],
  [
    "cancel mail 9",
    1,
    /^ACTOR_NOT_FOUND: queue "mail" has never had a job "9"\n.*troupe queue ls mail/,
  ],
  ["retry mail 1", 1, /^JOB_NOT_OPEN: .*job 1 is not one that has failed/],
  ["retry mail", 2, /^USAGE: queue retry takes one of job and --all/],
  ["cancel mail --schedule often", 1, /^SCHEDULE_UNKNOWN: .*"often"/],
  ["ls mail --status odd", 2, /^USAGE: --status: "odd" is no state of a job\n.*PENDING, QUEUED/],
  ["ls mail --limit few", 2, /^USAGE: --limit is "few"/],
  ["ls mail --before first", 2, /^USAGE: before: "first" does not do/],
  ["add mail", 2, /^USAGE: queue add takes a handler or --file/],
  ["add mail send --file x.yaml", 2, /^USAGE: queue add takes a handler or --file/],
  ["add mail --file x.yaml", 2, /^USAGE: --file cannot be read: ENOENT/],
  ["add mail send --args [ada", 2, /^USAGE: --args: \[ada is no JSON\n.*single quotes/],
  ["add mail send --args 7", 2, /^INPUT_INVALID: this is no job: args: .*expected array.*\(it is 7\)/],
  ["add mail send --priority soon", 2, /^INPUT_INVALID: .*"soon" is none of LOW/],
  ["add mail send --at tomorrow", 2, /^INPUT_INVALID: .*"tomorrow" is no time/],
  ["add mail send --at 2001-01-01T00:00:00Z", 2, /^TIME_PAST: .*2001-01-01/],
  ["add mail send --every often", 2, /^USAGE: --every: "often" is no duration\n.*30s, 5m/],
  ["add mail send --cron @never", 2, /^EVENT_INVALID: .*"@never" is no cron line/],
  ["add mail send --tz UTC", 2, /^USAGE: --tz goes with --cron/],
  ["add mail send --every 1h --at 5", 2, /^USAGE: --at, --every and --cron do not go together/],
];

onEachLog("a mistake with troupe queue", (open) => {
  it("is one clear message, with what to do", async () => {
    using bench = open();
    await bench.troupe(["queue", "add", "mail", "send", "--create"]);
    for (const [words, code, said] of MISTAKES) {
      const { err, ...rest } = await bench.troupe(["queue", ...words.split(" ")]);
      expect({ words, err, code: rest.code }).toMatchObject({
        words,
        code,
        err: expect.stringMatching(said) as string,
      });
    }
    expect(await bench.json(["queue", "stats", "mail"])).toMatchObject({ value: { added: 1 } });
  });
});
