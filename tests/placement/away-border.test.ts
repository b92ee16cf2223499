/** What is asked of hosts with labels and cannot be done: an answer that says why, and nothing else happens. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/events/json.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { hostOn, SHARED_ENGINES, until } from "../support/away-world.ts";
import { freshName, rawConnection } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

describe.each(SHARED_ENGINES)("work of labels, on %s", (_engine, storage) => {
  it("what is no activity of a known kind is refused with its reason, and nothing begins", async () => {
    const open = storage();
    await using host = await hostOn(await open(), { labels: ["gpu"] });
    await using log = await open();
    const good = {
      owner: "task/t",
      version: "1",
      lineage: [],
      src: "work",
      activity: "task/t:work",
      id: "work",
      syncSnapshot: false,
      input: { job: "x", on: "gpu" },
      idempotencyKey: "k",
      fence: { epoch: 1, attempt: 1 },
    };
    const refused: readonly (readonly [Json, string])[] = [
      [null, "INPUT_INVALID"],
      [{ ...good, fence: "none" }, "INPUT_INVALID"],
      [{ ...good, owner: "nobody/t" }, "KIND_UNKNOWN"],
      [{ ...good, version: "2" }, "KIND_UNKNOWN"],
      [{ ...good, owner: "//" }, "ADDRESS_INVALID"],
      [{ ...good, src: "other" }, "MACHINE_UNSUPPORTED"],
    ];
    for (const [work, code] of refused) {
      const asked = log.work?.request({ label: "gpu", address: "task/t", work }, () => {});
      await expect(asked).rejects.toMatchObject({ code });
    }
    expect(host.runs).toEqual([]);
    const line = await log.work?.request({ label: "gpu", address: "task/t", work: good }, () => {});
    await until(() => host.runs.length === 1);
    line?.close();
    await until(() => host.runs[0]?.context.signal.aborted === true);
  });
});

describe("on a server", () => {
  const url = (): string => sharedNats.logUrl(freshName(), "&partitions=1");

  it("what is no request for work is answered with its reason, and harms nobody", async () => {
    const at = url();
    const name = new URL(at).pathname.slice(1);
    await using host = await hostOn(await jetstreamLog({ url: at }), { labels: ["gpu"] });
    await using nc = await rawConnection(sharedNats.port);
    const subject = `troupe.${name}.work.gpu`;
    for (const text of ["", "no JSON", "7", '{"address":"task/t","line":"troupe.x","work":{}}']) {
      const answer = await nc.request(subject, text, { timeout: 5_000 });
      expect(answer.json()).toMatchObject({ error: { code: "INPUT_INVALID" } });
    }
    nc.publish(subject, '{"address":"task/t"}'); // nobody to answer
    nc.publish(subject, "{}", { reply: `troupe.${name}.work.gpu` });
    const line = "a".repeat(32);
    const request = { address: "task/t", line, work: { no: "activity" } };
    const answer = await nc.request(subject, JSON.stringify(request), { timeout: 5_000 });
    expect(answer.json()).toMatchObject({ error: { code: "INPUT_INVALID" } });
    expect(host.runs).toEqual([]);
  });

  it("a result that is over max_payload is an error of the activity, not a silence", async () => {
    const at = url();
    await using first = await hostOn(await jetstreamLog({ url: at }));
    await using second = await hostOn(await jetstreamLog({ url: at }), { labels: ["gpu"] });
    const task = await first.start("task/t");
    await task.send({ type: "GO", job: "x", on: "gpu" });
    await until(() => second.runs.length === 1);
    second.runs[0]?.succeed("x".repeat(2_000_000));
    const failed = await task.waitFor((state) => state.value === "failed");
    expect(failed.context.error).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
  });
});

it("where a log has one host, a label that it lacks is an error at once", async () => {
  await using host = await hostOn(memoryLog(), { labels: ["cpu"] });
  const task = await host.start("task/t");
  await task.send({ type: "GO", job: "x", on: "gpu" });
  const failed = await task.waitFor((state) => state.value === "failed");
  expect(failed.context.error).toMatchObject({ code: "LABEL_UNKNOWN", data: { label: "gpu" } });
  await host.start("task/own");
  await host.actor("task/own").send({ type: "GO", job: "x", on: "cpu" });
  await until(() => host.runs.length === 1);
  await host.start("task/bad");
  await host.actor("task/bad").send({ type: "GO", job: "x", on: "no label" });
  const bad = await host.actor("task/bad").waitFor((state) => state.value === "failed");
  expect(bad.context.error).toMatchObject({ code: "USAGE" });
});
