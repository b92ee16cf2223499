/** What is asked for at once shares a command, and nothing else. */
import { describe, expect, it } from "vitest";
import { together } from "../../src/agents/together.ts";
import { unanswered } from "../../src/agents/unanswered.ts";
import { TroupeError } from "../../src/errors.ts";

/** Numbers doubled; a command with a number below zero in it is refused. */
function doubling(code: "EVENT_INVALID" | "LOG_OUTCOME_UNKNOWN" = "EVENT_INVALID") {
  const sent: number[][] = [];
  const { ask: double, flush } = together(async (numbers: readonly number[]) => {
    sent.push([...numbers]);
    if (numbers.some((number) => number < 0)) throw new TroupeError(code, "no", { hint: "Do not." });
    return numbers.map((number) => ({ twice: number * 2 }));
  });
  return { sent, double, flush };
}

describe("what is asked for in one turn", () => {
  it("is one command, and each gets its own answer", async () => {
    const { sent, double } = doubling();
    expect(await Promise.all([1, 2, 3].map(double))).toEqual([
      { twice: 2 },
      { twice: 4 },
      { twice: 6 },
    ]);
    expect(await double(4)).toEqual({ twice: 8 });
    expect(sent).toEqual([[1, 2, 3], [4]]);
  });

  it("is sent before what must come behind it", async () => {
    const { sent, double, flush } = doubling();
    const one = double(1);
    flush();
    expect(sent).toEqual([[1]]);
    expect(await one).toEqual({ twice: 2 });
    await double(2);
    expect(sent).toEqual([[1], [2]]);
  });

  it("is never more than 256 in one command", async () => {
    const { sent, double } = doubling();
    await Promise.all(Array.from({ length: 600 }, (_, i) => double(i)));
    expect(sent.map(({ length }) => length)).toEqual([256, 256, 88]);
  });

  it("is refused one by one: the others are taken", async () => {
    const { sent, double } = doubling();
    const [a, b, c] = await Promise.allSettled([1, -2, 3].map(double));
    expect(a).toMatchObject({ value: { twice: 2 } });
    expect(b).toMatchObject({ reason: { code: "EVENT_INVALID" } });
    expect(c).toMatchObject({ value: { twice: 6 } });
    expect(sent).toEqual([[1, -2, 3], [1], [-2], [3]]);
  });

  it("is sent one by one where all at once are too much", async () => {
    const sent: number[][] = [];
    const { ask: echo } = together(async (numbers: readonly number[]) => {
      sent.push([...numbers]);
      if (numbers.length > 1) throw new TroupeError("PAYLOAD_TOO_LARGE", "no");
      return numbers.map((number) => ({ number }));
    });
    expect(await Promise.all([1, 2].map(echo))).toEqual([{ number: 1 }, { number: 2 }]);
    expect(sent).toEqual([[1, 2], [1], [2]]);
  });

  it("is not sent again where it was recorded, and its answer makes no sense", async () => {
    const sent: number[][] = [];
    const { ask } = together(async (numbers: readonly number[]): Promise<readonly number[]> => {
      sent.push([...numbers]);
      throw unanswered("queue/q");
    });
    const ends = await Promise.allSettled([1, 2].map(ask));
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(sent).toEqual([[1, 2]]);
  });

  it("is not sent again where nobody knows whether it was written", async () => {
    const { sent, double } = doubling("LOG_OUTCOME_UNKNOWN");
    const ends = await Promise.allSettled([1, -2].map(double));
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(sent).toEqual([[1, -2]]);
  });
});
