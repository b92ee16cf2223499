/** Arbitraries of what a kind takes from outside: its events and its input. */
import fc, { type Arbitrary } from "fast-check";
import type { AnyKind, KindEvent, KindInput } from "../../actors/kind.ts";
import { arbitraryOf, type ArbitraryOptions } from "./arbitrary-of.ts";

/** Events that `send` takes for a kind. @throws {@link TroupeError} `ARBITRARY_FAILED`, see {@link arbitraryOf}. */
export function eventsOf<TKind extends AnyKind>(
  { events }: TKind,
  options?: ArbitraryOptions,
): Arbitrary<KindEvent<TKind>> {
  return arbitraryOf(events as TKind["events"], options);
}

/**
 * Inputs that `start` takes for a kind; `undefined` where its kind has no schema for it.
 *
 * @throws {@link TroupeError} `ARBITRARY_FAILED`, see {@link arbitraryOf}.
 */
export function inputOf<TKind extends AnyKind>(
  { input }: TKind,
  options?: ArbitraryOptions,
): Arbitrary<KindInput<TKind> | undefined> {
  if (input === undefined) return fc.constant(undefined);
  const values = arbitraryOf(input, options) as Arbitrary<KindInput<TKind>>; // it is the kind's own schema
  return input._zod.optin === undefined ? values : fc.option(values, { nil: undefined });
}
