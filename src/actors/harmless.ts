/** Calls into the user's own code, whose faults are nobody else's. */

/** A call whose faults are reported, since nobody could catch them. */
export function harmless<TArgs extends unknown[]>(
  call: (...args: TArgs) => void,
  report: (error: unknown) => void,
): (...args: TArgs) => void {
  return (...args) => {
    try {
      call(...args);
    } catch (error) {
      report(error);
    }
  };
}
