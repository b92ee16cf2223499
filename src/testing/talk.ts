/** What a host may say although all is well. */
import { TroupeError } from "../errors.ts";

/** Of hosts that share the log much is tried again that was lost or failed. */
const EXPECTED = [
  "a snapshot could not be stored",
  "activity",
  "log",
  "a partition is lost",
  "a partition could not be taken over",
  "a partition could not be given away",
  "no checkpoint could be left of a partition",
  "the hosts of the log cannot be seen",
  "a message does not arrive yet",
];

/** @param error what the host says it was: a mistake is never expected. */
export function isExpectedTalk(message: string, error: unknown): boolean {
  if (!EXPECTED.some((known) => message.startsWith(known))) return false;
  const crashed = error instanceof Error && error.message.startsWith("crashed at ");
  return error === undefined || TroupeError.is(error) || crashed;
}
