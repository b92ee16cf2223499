/** Causes: what an effect is, what a command is, and that no text is both. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { commandIn, effectIn, effectMark, isCommand } from "../../src/actors/causes.ts";

const part = fc.stringMatching(/^[A-Za-z0-9_-]{1,8}(~[1-9])?$/);
const address = fc
  .tuple(part, part, fc.array(part, { maxLength: 2 }))
  .map(([kind, root, path]) => [`${kind}/${root}`, ...path].join(":"));
const effect = fc.record({ address, seq: fc.nat(), index: fc.nat() });
/** Command ids are any texts, also such as look like effects. */
const commandId = fc.oneof(
  fc.string(),
  effect.map((one) => `${one.address}#${one.seq}.${one.index}`),
  effect.map((one) => `${one.address}#${one.seq}.${one.index}/1`),
);

describe("a cause", () => {
  test.prop([effect])("of an effect says whose it is, its record and which it was", (one) => {
    const cause = `${one.address}#${one.seq}.${one.index}`;
    expect(effectIn(cause)).toEqual({ ...one, ofAction: false });
    expect(effectMark(cause, one.address)).toEqual({ seq: one.seq, index: one.index });
    expect(isCommand(cause)).toBe(false);
  });

  test.prop([effect, fc.nat()])("of what an action sent counts once, as a command does", (one, n) => {
    const cause = `${one.address}#${one.seq}.${one.index}/${n}`;
    expect(effectIn(cause)).toEqual({ ...one, ofAction: true });
    expect(effectMark(cause, one.address)).toBeUndefined();
    expect(isCommand(cause)).toBe(true);
  });

  test.prop([effect, address])("is an effect of its own sender alone", (one, other) => {
    fc.pre(other !== one.address);
    expect(effectMark(`${one.address}#${one.seq}.${one.index}`, other)).toBeUndefined();
  });

  test.prop([commandId])("of a command is never an effect, whatever its id", (id) => {
    const cause = `cmd:${id}`;
    expect(commandIn(cause)).toBe(id);
    expect(effectIn(cause)).toBeUndefined();
    expect(isCommand(cause)).toBe(true);
  });
});
