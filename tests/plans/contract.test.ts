/** Contracts: what an architect hands to a coder (S3-015). */
import { describe, expect, it } from "vitest";
import { contractFaultsOf, parseContract } from "../../src/events/contract-faults.ts";

const CONTRACT = {
  contract_id: "c1_indicators",
  interfaces: [
    {
      name: "Indicators",
      type: "class",
      methods: [
        "macd(closes: number[]): number[]",
        { name: "rsi", signature: "rsi(closes: number[], days: number): number[]" },
      ],
    },
    { name: "load", type: "function", signature: "load(path: string): Promise<number[]>" },
  ],
  data_models: [
    { name: "Candle", fields: { open: "number", close: "number" } },
    { name: "Signal", fields: [{ name: "at", type: "Date" }] },
  ],
  test_skeletons: [{ name: "rsi of a flat line is 50", interface: "Indicators" }],
};

const said = (value: unknown): readonly string[] =>
  contractFaultsOf(value).map(({ path, message }) => `${path.join(".")}: ${message}`);

describe("S3-015: a contract", () => {
  it("has an id, interfaces, data models and test skeletons", () => {
    expect(parseContract(JSON.stringify(CONTRACT), "c.json")).toMatchObject({
      ...CONTRACT,
      data_models: [{}, { fields: [{ name: "at", type: "Date", required: true }] }],
    });
  });

  it("is refused with every fault, each at its place", () => {
    const broken = {
      contract_id: "c 1",
      interfaces: [
        {
          name: "A",
          type: "class",
          methods: [
            { name: "m", signature: "m()" },
            { name: "m", signature: "" },
          ],
        },
        { name: "A", type: "function" },
        { signature: "x()" },
      ],
      data_models: [
        { name: "D", fields: { a: 1 } },
        { name: "D", feilds: {} },
      ],
      test_skeletons: [{ name: "t", interface: "a" }, { name: "t" }, "t"],
    };
    expect(said(broken).toSorted()).toMatchInlineSnapshot(`
      [
        "contract_id: an id has only letters, digits, "_" and "-"",
        "data_models.0.fields.a: expected text, got number 1",
        "data_models.1.feilds: unknown field "feilds"",
        "data_models.1.name: "D" is named twice: data_models[0] has it",
        "interfaces.0.methods.1.name: "m" is named twice: methods[0] has it",
        "interfaces.0.methods.1.signature: it is empty",
        "interfaces.1.name: "A" is named twice: interfaces[0] has it",
        "interfaces.1.signature: it is missing",
        "interfaces.2.name: it is missing",
        "interfaces.2.type: it is missing",
        "test_skeletons.0.interface: unknown interface "a"",
        "test_skeletons.1.name: "t" is named twice: test_skeletons[0] has it",
        "test_skeletons.2: "t" is named twice: test_skeletons[0] has it",
        "test_skeletons.2: expected fields, got text",
      ]
    `);
  });

  it("is not empty", () => {
    expect(said({})).toEqual(["contract_id: it is missing", "interfaces: it is missing"]);
    expect(said({ ...CONTRACT, interfaces: [], test_skeletons: [] })).toEqual([
      "interfaces: a contract needs at least one interface",
    ]);
    expect(said(null)).toEqual([
      ": it is empty, not a contract: fields such as contract_id and interfaces",
    ]);
  });

  it("is refused with lines and columns", () => {
    const text = "contract_id: c1\ninterfaces:\n  - {name: A, type: class}\n  - {name: B, type: [1]}\n";
    expect(() => parseContract(text, "c.yaml")).toThrowErrorMatchingInlineSnapshot(`
      [TroupeError: contract "c.yaml" has 3 faults:
        c.yaml:3:5 interfaces[0].signature: it is missing (Give it a signature, or methods.)
        c.yaml:4:5 interfaces[1].signature: it is missing (Give it a signature, or methods.)
        c.yaml:4:21 interfaces[1].type: expected text, got a list]
    `);
    expect(() => parseContract(text, "c.yaml")).toThrow(
      expect.objectContaining({ code: "CONTRACT_INVALID" }),
    );
    expect(() => parseContract("a: [", "c.yaml")).toThrow(/contract "c\.yaml" has/);
  });
});
