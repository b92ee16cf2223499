/**
 * The parcel, a version later: who cancels says so. Old logs do not say it, so `upcast` does.
 * `node examples/testing/bugs.ts` shows what the testing kit says where it is forgotten.
 */
import { defineKind } from "troupe";
import { z } from "zod";
import { parcel, ParcelEvent, ParcelInput } from "./parcel.ts";

const [add, pay, ship, cancel] = ParcelEvent.options;
export const ParcelEvent2 = z.discriminatedUnion("type", [
  add,
  pay,
  ship,
  cancel.extend({ by: z.enum(["customer", "shop"]) }),
]);

/** @param upcasts whether it shows old events as new ones. */
export function parcel2(upcasts = true) {
  return defineKind({
    kind: "parcel",
    version: "2",
    machine: parcel.machine,
    events: ParcelEvent2,
    input: ParcelInput,
    ...(upcasts && {
      upcast: {
        event: (event) => (event.type === "CANCEL" ? { ...event, by: "customer" } : event),
      },
    }),
  });
}
