/**
 * Who acts outside a step: a custom action, or a resident and all that it awaits. So a plain
 * `ref.send()` is known by its sender, also long after the call that led to it.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { EncodedEvent } from "./contract.ts";

export interface Acting {
  readonly address: string;
  /** Takes what a resident sends; an action's sends go to the host's relay. */
  readonly sent?: (to: string, event: EncodedEvent) => void;
}

const store = new AsyncLocalStorage<Acting>();

export function actAs<T>(acting: Acting, work: () => T): T {
  return store.run(acting, work);
}

export function actingNow(): Acting | undefined {
  return store.getStore();
}
