/**
 * Children of a drill's desk that come and go under one id: a temp plays ball with the desk and
 * has a line, a callback that rings back, until it ends by itself.
 */
import { assign, fromCallback, sendParent, sendTo, setup, type AnyActorRef } from "xstate";

/** How long after a ring the line says so once more, ms. */
const ECHO_MS = 20;

interface Ring {
  readonly type: "RING";
  readonly n: number;
}
export interface Ball {
  readonly type: "BALL";
  readonly n: number;
  readonly left: number;
}
interface TempInput {
  readonly n: number;
  readonly ms: number;
  readonly counter: AnyActorRef;
}

/** Says so at once and once more later; after a restart it is a new line, which knows of no ring before. */
function lineOf(after: (ms: number, call: () => void) => () => void) {
  return fromCallback<Ring>(({ sendBack, receive }) => {
    const cancels: (() => void)[] = [];
    receive(({ n }) => {
      sendBack({ type: "RANG", n });
      cancels.push(after(ECHO_MS, () => sendBack({ type: "ECHO", n })));
    });
    return () => {
      for (const cancel of cancels) cancel();
    };
  });
}

/** Everything that it hears it tells the counter, whose ref came with its input. */
export function tempOf(after: (ms: number, call: () => void) => () => void) {
  return setup({
    types: {
      input: {} as TempInput,
      context: {} as TempInput & { readonly heard: number },
      events: {} as Ball | Ring | { type: "RANG" | "ECHO"; n: number },
      output: {} as number,
    },
    actors: { line: lineOf(after) },
    actions: {
      count: assign({ heard: ({ context }) => context.heard + 1 }),
      tell: sendTo(
        ({ context }) => context.counter,
        ({ context }, { what }: { readonly what: string }) => ({
          type: "COUNT",
          by: `${what}-of-${context.n}-${context.heard}`,
        }),
      ),
    },
    delays: { stays: ({ context }) => context.ms },
  }).createMachine({
    id: "temp",
    context: ({ input }) => ({ ...input, heard: 0 }),
    initial: "here",
    output: ({ context }) => context.n,
    states: {
      here: {
        invoke: { id: "line", src: "line" },
        after: { stays: "gone" },
        on: {
          BALL: {
            actions: [
              "count",
              { type: "tell", params: { what: "BALL" } },
              sendParent(({ event }) => ({ ...event, left: event.left - 1 })),
            ],
          },
          RING: {
            actions: [
              "count",
              { type: "tell", params: { what: "RING" } },
              sendTo("line", ({ event }) => event),
            ],
          },
          RANG: { actions: ["count", { type: "tell", params: { what: "RANG" } }] },
          ECHO: { actions: ["count", { type: "tell", params: { what: "ECHO" } }] },
        },
      },
      gone: { type: "final" },
    },
  });
}
