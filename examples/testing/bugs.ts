/**
 * What the testing kit says of a machine with each of three bugs, and without any: the shortest
 * history that shows it, and a log of that. Then of its next version, with and without `upcast`.
 *
 *     npx node examples/testing/bugs.ts [FOLDER]
 */
import fc from "fast-check";
import {
  coversEveryTransition,
  isPure,
  noStuckState,
  upcastsEveryVersion,
  type Answer,
} from "troupe/testing";
import { parcel2 } from "./parcel-2.ts";
import { parcel, parcelKind, type Bug } from "./parcel.ts";

const BUGS: readonly (Bug | undefined)[] = [
  undefined,
  "guard on the clock",
  "assign that mutates",
  "state without a way out",
];

/** What the card company may say. */
const charge: fc.Arbitrary<Answer> = fc.oneof(
  fc.string({ maxLength: 8 }).map((output) => ({ output })),
  fc.constant({ error: new Error("card declined") }),
);

export async function demo(folder: string): Promise<readonly string[]> {
  const said: string[] = [];
  for (const bug of BUGS) {
    const subject = { kind: parcelKind(bug), answers: { charge } };
    const laws = {
      isPure: () => isPure(subject, { seed: 8, folder }),
      noStuckState: () => noStuckState(subject, { seed: 8, folder }),
      coversEveryTransition: () => coversEveryTransition(subject),
    };
    said.push(`# ${bug ?? "no bug"}`);
    for (const [name, law] of Object.entries(laws))
      said.push(await law().then(() => `${name} holds`, messageOf));
  }
  for (const upcasts of [true, false]) {
    said.push(`# version 2 ${upcasts ? "with" : "without"} upcast`);
    const subject = { kind: parcel2(upcasts), answers: { charge } };
    const law = upcastsEveryVersion(subject, { from: [parcel], seed: 8, folder });
    said.push(await law.then(() => "upcastsEveryVersion holds", messageOf));
  }
  return said;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (import.meta.main)
  for (const text of await demo(process.argv[2] ?? "temp")) console.log(`${text}\n`);
