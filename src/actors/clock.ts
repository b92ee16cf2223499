/** Time as the host sees it, so that tests can own it. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Calls back once after `ms`; returns what cancels it. */
  after(ms: number, call: () => void): () => void;
  /** Resolves in a later turn of the event loop, behind the timers and I/O that wait. Default: `setImmediate`. */
  turn?(): Promise<void>;
  /** Its time is made up: it is not compared with the time of others. Default false. */
  readonly made?: boolean;
}

/** Longest delay that a Node timer takes; a longer one is waited for in parts. */
const LONGEST_MS = 2_147_483_647;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      const part = Math.min(Math.max(left, 0), LONGEST_MS);
      timer = setTimeout(() => (left > part ? wait(left - part) : call()), part);
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
};
