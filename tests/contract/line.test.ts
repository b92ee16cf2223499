/** A line between two processes: what is said is heard once and in order, whatever gets lost on the way. */
import { setTimeout as sleep } from "node:timers/promises";
import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { createLine, type Frame, type OwnLine } from "../../src/events/log/line.ts";

const BEAT_MS = 4;

/** Two ends over a wire that loses, doubles or passes on each frame, as it is told. */
function wired(fate: (frame: Frame) => number) {
  const heard: unknown[] = [];
  const ends: OwnLine[] = [];
  const end = (other: number): OwnLine =>
    createLine({
      beatMs: BEAT_MS,
      heard: (word) => void heard.push(word),
      post(frame) {
        for (let copies = fate(frame); copies > 0; copies--)
          queueMicrotask(() => ends[other]?.take(frame));
      },
    });
  ends.push(end(1), end(0));
  const [near, far] = ends;
  if (near === undefined || far === undefined) throw new Error("there are two");
  return { near, far, heard };
}

async function until(holds: () => boolean): Promise<void> {
  for (let left = 1_000; !holds(); left--) {
    if (left === 0) throw new Error("it does not come to hold");
    await sleep(1);
  }
}

test.prop({ fates: fc.array(fc.nat({ max: 2 }), { maxLength: 12 }) }, { numRuns: 15 })(
  "for every loss and doubling that ends, all words are heard once and in order",
  async ({ fates }) => {
    const left = [...fates];
    const { near, far, heard } = wired(({ n }) => (n === undefined ? 1 : (left.shift() ?? 1)));
    const said = [1, 2, 3, 4, 5];
    for (const word of said) near.say(word);
    await until(() => heard.length >= said.length);
    near.close();
    await until(() => far.gone.aborted);
    expect(heard).toEqual(said);
    expect(near.gone.aborted).toBe(false); // it has hung up itself
  },
);

it("a side that hears nothing takes the other for gone, and says nothing more", async () => {
  let posted = 0;
  let cut = false;
  const { near, far } = wired(() => {
    posted += 1;
    return cut ? 0 : 1;
  });
  await sleep(5 * BEAT_MS);
  expect([near.gone.aborted, far.gone.aborted]).toEqual([false, false]);
  cut = true;
  await until(() => near.gone.aborted && far.gone.aborted);
  await sleep(BEAT_MS);
  const last = posted;
  near.say("anybody?");
  await sleep(3 * BEAT_MS);
  expect(posted).toBe(last);
});

it("a side that was held up learns that it was given up, as soon as it listens again", async () => {
  const late: (() => void)[] = [];
  const heard: unknown[] = [];
  const far = createLine({ beatMs: 1_000, heard: (word) => void heard.push(word), post: () => {} });
  const near = createLine({
    beatMs: BEAT_MS,
    heard: () => {},
    post: (frame) => void late.push(() => far.take(frame)),
  });
  near.say("before");
  await until(() => near.gone.aborted);
  for (const arrive of late) arrive();
  expect(heard).toEqual(["before"]);
  expect(far.gone.aborted).toBe(true);
});

it("what cannot be posted is not said, and the line goes on", () => {
  const { near, heard } = wired((frame) => {
    if (frame.word === "too large") throw new Error("too large");
    return 1;
  });
  expect(() => near.say("too large")).toThrow("too large");
  near.say("fits");
  near.close();
  queueMicrotask(() => expect(heard).toEqual(["fits"]));
});
