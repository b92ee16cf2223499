/**
 * The error of a law that cannot be tried as it was asked for. Its hint stands in the message, too:
 * runners of tests print no more of an error than that.
 */
import { TroupeError, type ErrorDetails } from "../errors.ts";
import { nearest } from "../events/nearest.ts";

export function usage(
  message: string,
  { hint, data }: Pick<ErrorDetails, "data"> & { readonly hint: string },
): TroupeError {
  return new TroupeError("USAGE", `${message}\n  hint:   ${hint}`, { hint, ...(data && { data }) });
}

/** The hint to a name that there is not: the one that was likely meant, or what else to do. */
export function meantBy(given: string, known: readonly string[], otherwise: string): string {
  const meant = nearest(given, known);
  return meant === undefined ? otherwise : `Write "${meant}".`;
}
