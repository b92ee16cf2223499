/** Ids that runs give to what they add, so that no author's task may have them. */
const RESERVED =
  /_(branch|cycle)_\d+$|_compensation$|^(synthesis|generate)_\d+$|^(aggregate|integrate)$|^_/;

export function isReservedId(id: string): boolean {
  return RESERVED.test(id);
}
