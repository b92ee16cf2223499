/** Reads contracts, and says what is wrong with one: every fault at once, each at its place. */
import { Contract } from "./contract.ts";
import { nearest } from "./nearest.ts";
import { readDocument, refused } from "./plan/document.ts";
import { faultAt, isRecord, isText, isTooDeep, listAt, type Fault, type Steps } from "./plan/fault.ts";
import { schemaFaults } from "./plan/schema-faults.ts";

/**
 * @param file the name of the text in messages.
 * @throws {@link TroupeError} `CONTRACT_INVALID`; `data.faults` has every fault with its place.
 */
export function parseContract(text: string, file: string): Contract {
  const { grammar, content } = readDocument(text);
  const what = { kind: "contract", file };
  if (content === undefined) throw refused("CONTRACT_INVALID", what, grammar);
  const faults = contractFaultsOf(content.value).map(content.place);
  if (grammar.length + faults.length > 0)
    throw refused("CONTRACT_INVALID", what, [...grammar, ...faults]);
  return Contract.parse(content.value);
}

/** All faults of a value that should be a contract. Empty: it is one. */
export function contractFaultsOf(value: unknown): readonly Fault[] {
  if (isTooDeep(value)) return [faultAt([], "it is nested too deeply")];
  const lists: Steps[] = [
    ["interfaces"],
    ["data_models"],
    ["test_skeletons"],
    ...listAt(value, ["interfaces"]).map((_, at) => ["interfaces", at, "methods"]),
    ...listAt(value, ["data_models"]).map((_, at) => ["data_models", at, "fields"]),
  ];
  return [
    ...schemaFaults(Contract, value, "a contract: fields such as contract_id and interfaces"),
    ...lists.flatMap((path) => doubles(value, path)),
    ...emptyInterfaces(value),
    ...strangeTests(value),
  ];
}

/** What stands in a list under one name twice. */
function doubles(value: unknown, path: Steps): readonly Fault[] {
  const first = new Map<string, number>();
  return listAt(value, path).flatMap((item, at) => {
    const name = isRecord(item) ? item["name"] : item;
    if (!isText(name)) return [];
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, at);
      return [];
    }
    const place = isRecord(item) ? [...path, at, "name"] : [...path, at];
    return faultAt(place, `"${name}" is named twice: ${String(path.at(-1))}[${other}] has it`);
  });
}

function emptyInterfaces(value: unknown): readonly Fault[] {
  return listAt(value, ["interfaces"]).flatMap((item, at) =>
    isRecord(item) && item["signature"] === undefined && listAt(item, ["methods"]).length === 0
      ? faultAt(["interfaces", at, "signature"], "it is missing", "Give it a signature, or methods.")
      : [],
  );
}

/** Tests of interfaces that the contract does not have. */
function strangeTests(value: unknown): readonly Fault[] {
  const names = listAt(value, ["interfaces"]).flatMap((item) =>
    isRecord(item) && isText(item["name"]) ? item["name"] : [],
  );
  return listAt(value, ["test_skeletons"]).flatMap((item, at) => {
    const name = isRecord(item) ? item["interface"] : undefined;
    if (!isText(name) || names.includes(name)) return [];
    const near = nearest(name, names);
    return faultAt(
      ["test_skeletons", at, "interface"],
      `unknown interface "${name}"`,
      near === undefined ? "Name an interface of this contract." : `Did you mean "${near}"?`,
    );
  });
}
