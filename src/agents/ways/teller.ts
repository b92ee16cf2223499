/** Tells watchers of an answer that grows. */

/** How often they hear of it, ms. */
const TOLD_EVERY_MS = 100;

/** Tells what has been said so far, but not with every word. */
export function teller(
  progress: (value: { readonly text: string }) => void,
  heartbeat: () => void,
): (piece: string) => void {
  let text = "";
  let told = 0;
  return (piece) => {
    text += piece;
    heartbeat();
    const now = performance.now();
    if (now - told < TOLD_EVERY_MS) return;
    told = now;
    progress({ text });
  };
}
