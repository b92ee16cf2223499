/** What the testing kit says of each bug that the parcel can have, and of the parcel without any. */
import fc from "fast-check";
import { isPure, noStuckState, type LawOptions } from "troupe/testing";
import { parcelKind, type Bug } from "./parcel.ts";

const BUGS: readonly (Bug | undefined)[] = [
  undefined,
  "guard on the clock",
  "assign that mutates",
  "state without a way out",
];
const LAWS = { isPure, noStuckState };

for (const bug of BUGS) {
  const kind = parcelKind(bug);
  const paid = fc.string({ maxLength: 8 }).map((output) => ({ output }));
  const answers = { charge: fc.oneof(paid, fc.constant({ error: new Error("card declined") })) };
  const options: LawOptions = { runs: 50, seed: 8 };
  console.log(`\n# ${bug ?? "no bug"}\n`);
  for (const [name, law] of Object.entries(LAWS))
    try {
      await law({ kind, answers }, options);
      console.log(`${name} holds`);
    } catch (error) {
      console.log(error instanceof Error ? error.message : error);
    }
}
