/**
 * Which cases properties look at: new ones in each run, but those of `PROPERTY_SEED` where it is
 * set. The gate sets it: the same change has the same verdict there, whenever it is asked.
 */
import { fc } from "@fast-check/vitest";

const given = process.env["PROPERTY_SEED"];
const seed = Number(given);
if (given !== undefined) {
  if (!Number.isInteger(seed)) throw new Error(`PROPERTY_SEED is "${given}": give a whole number`);
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
}
