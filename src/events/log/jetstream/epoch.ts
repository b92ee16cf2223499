/**
 * The counter of owners: a number that only grows, kept apart from the lease, which vanishes.
 *
 * - 1. One a partition. Once there was one for the whole log, `all`: theirs go on from it.
 * - 2. It is written only in place of the number that was read, so no number is given out twice.
 */
import { z } from "zod";
import { TroupeError } from "../../../errors.ts";
import type { Link } from "./link.ts";
import { lastState, notWritten, putState, type Stood } from "./state.ts";

/**
 * Raises the counter of a partition: by one, or by more where others do so at the same time.
 *
 * @param to raise it so far at least, and leave it where it is there already.
 * @returns where it stands then. Without `to`, a number that was given to nobody else.
 */
export async function raiseEpoch(link: Link, partition: number, to?: number): Promise<number> {
  const subject = `troupe.${link.name}.own.epoch.${partition}`;
  for (;;) {
    const stood = await lastState(link, subject);
    const before = numberIn(
      link,
      stood ?? (await lastState(link, `troupe.${link.name}.own.epoch.all`)),
    );
    if (to !== undefined && before >= to) return before;
    const epoch = to ?? before + 1;
    const data = Buffer.from(JSON.stringify(epoch));
    const outcome = await putState(link, subject, { data, last: stood?.at ?? 0 });
    if (outcome.kind === "written") return epoch;
    if (outcome.kind !== "refused") throw notWritten(link, outcome);
  }
}

function numberIn(link: Link, stood: Stood | undefined): number {
  if (stood === undefined) return 0;
  const number = z
    .int()
    .min(0)
    .safeParse(Number(new TextDecoder().decode(stood.data)));
  if (number.success) return number.data;
  throw new TroupeError("LOG_CORRUPT", `the counter of owners of ${link.url} is no number`, {
    hint: "Find out who else publishes to the log's subjects, and take that permission away.",
    data: { url: link.url },
  });
}
