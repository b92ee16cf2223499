/** What may be asked of a queue, on every engine whose log outlives a host: spellings, and mistakes. */
import { describe, expect, it } from "vitest";
import { startWorker } from "../../src/agents/queue/worker.ts";
import { openQueue, type Queue } from "../../src/agents/queue/queue.ts";
import type { LeasedJob } from "../../src/agents/queue/attempt.ts";
import type { JobOrder } from "../../src/events/queue/job.ts";
import { jobFrom, parseJobs } from "../../src/events/queue/job-from.ts";
import { queueBench } from "../support/queue-bench.ts";
import { DURABLE } from "../support/run-bench.ts";

const OLDER = {
  job_id: "letter-7",
  name: "letter",
  handler: "send",
  args: ["ada"],
  kwargs: { copies: 2 },
  priority: "high",
  max_retries: 1,
  timeout_seconds: 2.5,
  scheduled_at: "2127-01-31T09:00:00+01:00",
  workflow_id: "r1",
  metadata: { by: "bob" },
};

const OURS: JobOrder = {
  key: "letter-7",
  name: "letter",
  handler: "send",
  args: ["ada"],
  kwargs: { copies: 2 },
  priority: "HIGH",
  maxRetries: 1,
  timeoutMs: 2_500,
  scheduledAt: Date.UTC(2127, 0, 31, 8),
  workflow: "r1",
  metadata: { by: "bob" },
};

type Mistake = readonly [what: string, ask: (queue: Queue) => Promise<unknown>, error: object];

/** Each with its one message, and where it stands. */
const MISTAKES: readonly Mistake[] = [
  [
    "a cron line that does not parse",
    (queue) => queue.schedule("a", { cron: "61 * * * *" }, { name: "x" }),
    said("EVENT_INVALID", /"61 \* \* \* \*" is no cron line: .*61 .*write five fields.*\n.*when\.cron/),
  ],
  [
    "an unknown time zone",
    (queue) => queue.schedule("a", { cron: "@daily", timeZone: "Europe/Berln" }, { name: "x" }),
    said("EVENT_INVALID", /did you mean "Europe\/Berlin".*\n.*when\.timeZone/),
  ],
  [
    "a moment of the past",
    (queue) => queue.schedule("a", { at: "2001-01-01T00:00:00Z" }, { name: "x" }),
    said("TIME_PAST", /the schedule "a" has no moment after 20/, "Give one that is still to come."),
  ],
  [
    "a time without its zone",
    (queue) => queue.add({ name: "x", scheduledAt: "2127-01-01T00:00:00" }),
    said(
      "EVENT_INVALID",
      /"2127-01-01T00:00:00" is no time \(write date, time and zone.*\n.*jobs\[0\]\.sch/,
    ),
  ],
  [
    "a payload that is too large",
    (queue) => queue.add({ name: "x", args: ["x".repeat(262_144)] }),
    said("PAYLOAD_TOO_LARGE", /the job "x" has 262168 bytes of JSON, more than 262144/, /a file/),
  ],
  [
    "what is no JSON",
    (queue) => queue.add({ name: "x", args: [() => {}] as never }),
    said("EVENT_INVALID", /"0" is a function, which JSON cannot hold\n.*jobs\[0\]\.args\[0\]/),
  ],
  [
    "a date deep inside",
    (queue) => queue.add({ name: "x", kwargs: { mail: { at: new Date(0) } } as never }),
    said("EVENT_INVALID", /"mail\.at" is an instance of Date, .*\n.*jobs\[0\]\.kwargs\.mail/),
  ],
  [
    "a rate of next to nothing",
    (queue) => queue.configure({ rate: { jobs: 5e-324 } }),
    said("EVENT_INVALID", /less than a job a year.*\n.*settings\.rate/),
  ],
  [
    "a wait beyond all dates",
    (queue) => queue.add({ name: "x", backoff: { delayMs: Number.MAX_SAFE_INTEGER } }),
    said("EVENT_INVALID", /it is 9007199254740991\)\n.*jobs\[0\]\.backoff\.delayMs/),
  ],
  [
    "a moment beyond all dates",
    (queue) => queue.add({ name: "x", scheduledAt: Number.MAX_SAFE_INTEGER }),
    said("EVENT_INVALID", /jobs\[0\]\.scheduledAt/),
  ],
  [
    "a schedule whose moments no date can hold",
    (queue) => queue.schedule("a", { everyMs: 8_640_000_000_000_000, from: 5 }, { name: "x" }),
    said("TIME_PAST", /the schedule "a" has no moment after 20/),
  ],
  [
    "a key that would vanish",
    (queue) =>
      queue.add({ name: "x", kwargs: JSON.parse('{"__proto__":1}') as Record<string, number> }),
    said(
      "EVENT_INVALID",
      /"__proto__" cannot be kept: use another key.*\n.*jobs\[0\]\.kwargs\.__proto__/,
    ),
  ],
  [
    "a negative rate",
    (queue) => queue.configure({ rate: { jobs: -1 } }),
    said("EVENT_INVALID", />0 \(it is -1\)\n.*settings\.rate\.jobs/),
  ],
  [
    "an unknown priority",
    (queue) => queue.add({ name: "x", priority: "SOON" as never }),
    said("EVENT_INVALID", /"SOON" is none of LOW, NORMAL, HIGH, URGENT\n.*jobs\[0\]\.priority/),
  ],
  [
    "an unknown job",
    (queue) => queue.waitForJob("7"),
    said("ACTOR_NOT_FOUND", 'queue "mail" has never had a job "7"', /troupe queue ls mail/),
  ],
  [
    "a number that no job ever has",
    (queue) => queue.waitForJob("0"),
    said("ACTOR_NOT_FOUND", 'queue "mail" has never had a job "0"', /troupe queue ls mail/),
  ],
  [
    "an unknown job that is to be called off",
    (queue) => queue.cancel("7"),
    said("ACTOR_NOT_FOUND", 'queue "mail" has never had a job "7"', /troupe queue ls mail/),
  ],
  [
    "an id that is no number",
    (queue) => queue.retry("first"),
    said("EVENT_INVALID", /"first" is not the number of a job\n.*at job/),
  ],
  [
    "an unknown schedule",
    (queue) => queue.unschedule("often"),
    said("SCHEDULE_UNKNOWN", /there is no schedule "often"/, /troupe queue ls QUEUE --schedules/),
  ],
];

function said(code: string, message: RegExp | string, hint?: RegExp | string) {
  return {
    code,
    message: expect.stringMatching(message) as string,
    hint: expect.stringMatching(hint ?? /./) as string,
  };
}

describe.each(DURABLE)("who asks a queue, on $name", (engine) => {
  it("S4-046: gives a job in our spelling or the older one, and reads all its fields back", async () => {
    await using w = await queueBench(engine);
    const seen: LeasedJob[] = [];
    await w.work({ handlers: { send: (job) => void seen.push(job) } });
    const { id } = await w.queue.add(jobFrom(OLDER));
    expect(await w.queue.add(OURS)).toMatchObject({ id, duplicate: true });
    expect(await w.queue.job(id)).toMatchObject({ ...OURS, id, status: "PENDING" });
    await w.queue.add(jobFrom({ ...OLDER, job_id: null, scheduled_at: null }));
    await w.pass(1);
    const { key: _, scheduledAt: __, ...rest } = OURS;
    expect(seen).toMatchObject([{ ...rest, id: "2", queue: "mail", attempt: 1 }]);
  });

  it("hears of a mistake in one clear message, with the value, the place and a hint; nothing is written", async () => {
    await using w = await queueBench(engine);
    for (const [what, ask, error] of MISTAKES) {
      const heard = await ask(w.queue).catch((mistake: unknown) => mistake);
      expect({ what, heard }).toMatchObject({ what, heard: error });
    }
    expect(await w.bench.types("queue/mail")).toHaveLength(1);
  });

  it("a job whose handler nobody has waits, and the queue says so, until somebody comes who has it", async () => {
    await using w = await queueBench(engine);
    await w.work({ handlers: { send: () => {} } });
    const { id } = await w.queue.add({ name: "fold" });
    await w.pass(60_000);
    expect(await w.queue.stats()).toMatchObject({ queued: 1, unserved: ["fold"] });
    await w.work({ handlers: { fold: () => "folded" } });
    await w.pass(1);
    expect(await w.queue.waitForJob(id)).toMatchObject({ status: "COMPLETED" });
    expect(await w.queue.stats()).toMatchObject({ unserved: [] });
  });

  it("what a handler gives back may be too large: that job has failed, and its worker goes on", async () => {
    await using w = await queueBench(engine);
    await w.work({ handlers: { large: () => "x".repeat(262_144), small: () => "x" } });
    await w.queue.addAll([{ name: "large" }, { name: "small" }]);
    await w.pass(1);
    const failure = said("PAYLOAD_TOO_LARGE", "the job's result has 262146 bytes");
    expect(await w.queue.waitForJob("1")).toMatchObject({
      status: "FAILED",
      attempts: 1,
      failure: { code: failure.code, message: failure.message },
    });
    expect(await w.queue.waitForJob("2")).toMatchObject({ result: "x" });
  });

  it("there is no worker for a queue that is not there, and no queue of a bad name", async () => {
    await using w = await queueBench(engine);
    const { host } = w.process;
    await expect(startWorker(host, "male", { handlers: {} })).rejects.toMatchObject(
      said("ACTOR_NOT_FOUND", 'there is no queue "male"', /openQueue/),
    );
    await expect(openQueue(host, "my mail")).rejects.toMatchObject(
      said("ADDRESS_INVALID", /"my mail" is not an id/),
    );
  });
});

describe("a list of jobs as text", () => {
  it("is YAML or JSON, one job or several, each in its own spelling", () => {
    expect(parseJobs(JSON.stringify(OLDER), "jobs.json")).toEqual([OURS]);
    expect(parseJobs("- {name: a}\n- {name: b, workflow_id: r1}\n", "jobs.yaml")).toEqual([
      { name: "a" },
      { name: "b", workflow: "r1" },
    ]);
  });

  it.each([
    ["- name: a\n  priority: SOON\n", /jobs\.yaml:2:13 \[0\]\.priority: "SOON" is none of LOW/],
    ["- name: a\n  job_id: x\n  max_retries: -1\n", /:3:16 \[0\]\.max_retries: .*\(it is -1\)/],
    ["name: a\nmax_retries: 1\nmaxRetries: 2\n", /:3:1 maxRetries: unknown field "maxRetries"/],
    ["name: a\nscheduled_at: soon\n", /:2:15 scheduled_at: "soon" is no time/],
    ["name: [\n", /:2:1 /],
    ["[]", /:1:1 it holds no job/],
    ["just a word", /:1:1 /],
  ])("%j is refused at the place of its fault", (text, message) => {
    expect(() => parseJobs(text, "jobs.yaml")).toThrow(
      expect.objectContaining(said("INPUT_INVALID", message)),
    );
  });

  it("jobFrom names every fault of what is no job", () => {
    expect(() => jobFrom({ name: 7, colour: "red" })).toThrow(
      /this is no job: name: .*expected string.*\(it is 7\); colour: unknown field "colour"/,
    );
  });
});
