/** A run as a file: the same records in the same order, whatever the log does with them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { afterAll, describe, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { rootOf } from "../../src/events/address.ts";
import { keyFolder } from "../../src/events/log/key-folder.ts";
import { exportText } from "../../src/events/log/export.ts";
import type { Codec, EventLog, Recorded } from "../../src/events/log/log.ts";
import { scanRuns } from "../../src/events/log/scan-runs.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { openLog } from "../../src/events/log/open.ts";
import { positionIn, readRun } from "../../src/events/log/run-records.ts";

const folder = mkdtempSync(join(tmpdir(), "troupe-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

const missing = (run: string): TroupeError => new TroupeError("RUN_NOT_FOUND", run);

async function exported(log: EventLog, runs?: readonly string[]): Promise<string> {
  const path = join(folder, `${files++}.jsonl`);
  const text = await Array.fromAsync(exportText(log, { ...(runs && { runs }), missing, at: 5 }));
  writeFileSync(path, text.join(""));
  return path;
}

async function recordsIn(log: EventLog): Promise<readonly Recorded[]> {
  return Array.fromAsync(scanRuns(log, [], missing));
}

/** Who writes next, and how much: bodies over the limit are stored apart. */
const writes = fc.array(
  fc.record({
    stream: fc.constantFrom("task/r1", "task/r1:a", "task/r2", "job/r3:b", "task/r1~2"),
    text: fc.string({ unit: "grapheme", maxLength: 90 }),
  }),
  { minLength: 1, maxLength: 30 },
);

async function fill(
  log: EventLog,
  all: readonly { readonly stream: string; readonly text: string }[],
): Promise<void> {
  for (const [at, { stream, text }] of all.entries()) {
    const expected = await log.tip(stream);
    const record = {
      id: `i${at}`,
      type: "made",
      at,
      correlation: "c",
      cause: `cmd:${at}`,
      body: { text },
    };
    await log.append(stream, [record], { expected });
  }
}

const flipped = (payload: Uint8Array): Uint8Array => payload.map((byte) => byte ^ 0x5a);
const codec: Codec = { encode: flipped, decode: flipped };

describe("for every log", () => {
  test.prop({ all: writes, partitions: fc.constantFrom(1, 7), sealed: fc.boolean() }, { numRuns: 60 })(
    "each run that is exported alone is the same run in the same places, and the whole is the whole",
    async ({ all, partitions, sealed }) => {
      await using log = memoryLog({ partitions, payloadLimit: 50, ...(sealed && { codec }) });
      await fill(log, all);
      const whole = await recordsIn(log);
      await using copy = await openLog(`jsonl:${await exported(log)}`);
      expect(await recordsIn(copy)).toEqual(whole);
      for (const run of new Set(whole.map(({ stream }) => rootOf(stream)))) {
        await using file = await openLog(`jsonl:${await exported(log, [run])}`);
        const [there, here] = [await readRun(log, run), await readRun(file, run)];
        expect(here).toEqual(there);
        expect(await recordsIn(file)).toEqual(there.records);
        for (const [at, { stream, seq }] of here.records.entries())
          expect(positionIn(here, `${stream}#${seq}`)).toBe(at + 1);
      }
    },
  );
});

describe("an export", () => {
  it("holds several runs, each once, in the order of the log", async () => {
    await using log = memoryLog({ partitions: 7 });
    const streams = ["task/r1", "task/r2", "task/r1:a", "task/r3", "task/r2"];
    await fill(
      log,
      streams.map((stream) => ({ stream, text: "" })),
    );
    await using file = await openLog(`jsonl:${await exported(log, ["r2", "r1", "r2"])}`);
    expect((await recordsIn(file)).map(({ stream }) => stream)).toEqual(
      (await recordsIn(log)).map(({ stream }) => stream).filter((stream) => !stream.includes("r3")),
    );
  });

  it("answers for a run that is not there, and for one that was erased, and then there is no whole file", async () => {
    const keys = keyFolder(join(folder, "keys"));
    await using log = memoryLog({ codec: keys });
    await fill(log, [
      { stream: "task/r1", text: "a" },
      { stream: "task/r2", text: "b" },
    ]);
    await expect(exported(log, ["r1", "gone"])).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    keys.erase?.("r1");
    await expect(exported(log, ["r1"])).rejects.toMatchObject({ code: "RUN_ERASED" });
    await using file = await openLog(`jsonl:${await exported(log, ["r2"])}`);
    expect(await recordsIn(file)).toMatchObject([{ stream: "task/r2", body: { text: "b" } }]);
    await using whole = await openLog(`jsonl:${await exported(log)}`);
    expect((await recordsIn(whole)).map(({ body }) => body)).toEqual([
      { v: 1, erased: true },
      { text: "b" },
    ]);
  });
});
