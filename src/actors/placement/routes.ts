/**
 * Routes: what the actors of one partition send to those of others, wherever they run. Children
 * live in the partition of their root, so only messages travel.
 *
 * - A8. One after another from each sender to each receiver, each again until it is recorded:
 *   the receiver keeps one watermark per sender, so what overtakes another would lose it.
 * - A11. It stays owed by its sender meanwhile: who dies, or gives its partition away, forgets the
 *   route, and the next owner sends it again.
 */
import { TroupeError } from "../../errors.ts";
import type { Delivered } from "../command-data.ts";
import type { Input, MessageInput } from "../inputs.ts";

/** A way to the actors of other partitions, as a runner uses it. */
export interface Routes {
  /** Whether an actor is this runner's own. */
  isOwn(address: string): boolean;
  /** Takes an input of an actor that is not. */
  send(address: string, input: Input): void;
}

export interface RouteParts {
  readonly isOwn: (address: string) => boolean;
  /** Resolves with the seq of the receiver's record, once it is on disk. */
  readonly deliver: (address: string, input: Delivered) => Promise<number>;
  /** Waits, by the host's clock. */
  readonly pause: (ms: number) => Promise<void>;
  readonly running: () => boolean;
  readonly warn: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}

/** How long the first wait before another try is, and the longest, ms. */
const AGAIN_MS = 50;
const AGAIN_MOST_MS = 5_000;
/** Failed tries before it is said that something does not arrive. */
const TELL_AFTER = 8;

export function routes({ isOwn, deliver, pause, running, warn }: RouteParts): Routes {
  /** What waits from one sender to one receiver; the first is under way. */
  const lines = new Map<string, MessageInput[]>();

  async function walk(key: string, address: string, line: MessageInput[]): Promise<void> {
    for (let first = line[0]; first !== undefined && running(); first = line[0]) {
      await arrive(address, first);
      line.shift();
    }
    lines.delete(key);
  }

  async function arrive(
    address: string,
    { from, cause, event, trace, done }: MessageInput,
  ): Promise<void> {
    const message = { from, cause, event, ...(trace !== undefined && { trace }) };
    for (let attempt = 1; running(); attempt++) {
      try {
        const seq = await deliver(address, message);
        if (running()) done?.(seq);
        return;
      } catch (error) {
        if (attempt === TELL_AFTER)
          warn("a message does not arrive yet; it is sent again and again", { address, from, error });
        await pause(Math.min(AGAIN_MS * 2 ** (attempt - 1), AGAIN_MOST_MS));
      }
    }
  }

  return {
    isOwn,
    send(address, input) {
      if (input.type !== "message") return input.failed?.(misrouted(address, input));
      const key = `${input.from} ${address}`;
      const line = lines.get(key);
      if (line !== undefined) return void line.push(input);
      const fresh = [input];
      lines.set(key, fresh);
      void walk(key, address, fresh);
    },
  };
}

function misrouted(address: string, { type }: Input): TroupeError {
  const message = `a ${type} for "${address}" came to a host that does not run it`;
  return new TroupeError("HOST_FAILED", message, {
    hint: "Send it again, to the host that runs it now.",
  });
}
