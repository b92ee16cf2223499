/** Reads far into an actor's history on JetStream: by way of its checkpoints, without what lies before. */
import { expect, it } from "vitest";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import { record } from "../support/log-fixture.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";
import { startProxy } from "../support/tcp-proxy.ts";

it("A14: a checkpoint, what follows it, and the last record are read without the records before them", async () => {
  const url = sharedNats.logUrl(freshName());
  await using writer = await jetstreamLog({ url });
  for (let seq = 0; seq < 900; seq += 50) {
    const some = Array.from({ length: 50 }, (_, i) => {
      const type = [400, 800].includes(seq + i + 1) ? "troupe.checkpoint" : "X";
      const text = seq + i + 1 < 400 ? "long-ago" : "lately";
      return { ...record(`r${seq + i + 1}`, { text, v: 1 }), type };
    });
    await writer.append("far/f", some, { expected: seq });
  }
  await using proxy = await startProxy(sharedNats.port);
  await using log = await jetstreamLog({ url: url.replace(`:${sharedNats.port}`, `:${proxy.port}`) });
  let early = false;
  void proxy.loseReply("long-ago").then(() => (early = true));
  const read = async (after: number, to?: number): Promise<readonly number[]> => {
    const range = { after, ...(to !== undefined && { to }) };
    return (await Array.fromAsync(log.read("far/f", range))).map(({ seq }) => seq);
  };
  expect(await read(899, 900)).toEqual([900]);
  expect(await read(799, 800)).toEqual([800]);
  expect(await read(399, 400)).toEqual([400]);
  expect(await read(800)).toEqual(Array.from({ length: 100 }, (_, i) => 801 + i));
  expect(await read(500, 502)).toEqual([501, 502]);
  expect(early).toBe(false);
  await using direct = await jetstreamLog({ url });
  expect(await Array.fromAsync(direct.read("far/f", { after: 300, to: 302 }))).toMatchObject([
    { seq: 301, body: { text: "long-ago" } },
    { seq: 302 },
  ]);
});
