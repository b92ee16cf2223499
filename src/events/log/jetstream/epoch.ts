/**
 * The counter of owners: a number that only grows, kept apart from the lease, which vanishes.
 *
 * - 1. It is written only in place of the number that was read, so no number is given out twice.
 */
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import { unreachable, type Link } from "./link.ts";
import { lastState, putState } from "./state.ts";

/**
 * Raises the counter of a scope by one, or by more where others do so at the same time.
 *
 * @returns a number that was given to nobody else, greater than all before it.
 */
export async function raiseEpoch(link: Link, scope: string): Promise<number> {
  const subject = `troupe.${link.name}.own.epoch.${scope}`;
  for (;;) {
    const stood = await lastState(link, subject);
    const epoch = 1 + (stood === undefined ? 0 : numberIn(link, stood.data));
    const data = Buffer.from(JSON.stringify(epoch));
    const outcome = await putState(link, subject, { data, last: stood?.at ?? 0 });
    if (outcome.kind === "written") return epoch;
    if (outcome.kind !== "refused") throw unreachable(link.url, outcome.why);
  }
}

function numberIn(link: Link, data: Uint8Array): number {
  const number = z
    .int()
    .min(0)
    .safeParse(Number(new TextDecoder().decode(data)));
  if (number.success) return number.data;
  throw new TroupeError("LOG_CORRUPT", `the counter of owners of ${link.url} is no number`, {
    hint: "Find out who else publishes to the log's subjects, and take that permission away.",
    data: { url: link.url },
  });
}
