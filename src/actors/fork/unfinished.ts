/** What whoever meets a fork that was cut short gets to hear, wherever that is. */
import { TroupeError } from "../../errors.ts";

/** A fork whose history is not told up to its cut. */
export interface Unfinished {
  /** The fork's id. */
  readonly run: string;
  /** The run that it is a fork of. */
  readonly of: string;
  /** The position of the cut there. */
  readonly at: number;
}

/** @param seen where it was met, for programs. */
export function forkUnfinished(
  { run, of, at }: Unfinished,
  seen: Readonly<Record<string, unknown>> = {},
): TroupeError {
  return new TroupeError("FORK_UNFINISHED", `"${run}" is a fork that was cut short: nobody runs it`, {
    hint: `Complete it with \`troupe fork ${of} --at ${at} --id ${run}\` and the --set and --replace that it had, or leave it as it is.`,
    data: { ...seen, run, of, at },
  });
}
