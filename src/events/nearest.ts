/** Did-you-mean: guesses what a misspelt word stands for. */

/** The known word that a misspelt one most likely stands for. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const flat = (text: string): string => text.toLowerCase().replaceAll(/[_-]/g, "");
  const ranked = known
    .filter((item) => Math.abs(item.length - word.length) <= limit + 2)
    .map((item) => ({ item, distance: editDistance(flat(word), flat(item)) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= limit ? best.item : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
