/** docs/guide/testing.md: its first test passes, and what it shows of a report is what is reported. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import { TroupeError } from "../../src/errors.ts";
import { fencesOf } from "../support/console-page.ts";

const PAGE = "docs/guide/testing.md";

/** Inside the project, where packages are found by their names. */
mkdirSync("temp", { recursive: true });
const folder = mkdtempSync("temp/testing-page-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function moduleOf(name: string, code: string): Promise<Record<string, unknown>> {
  const file = resolve(join(folder, name));
  writeFileSync(file, code);
  return Object(await import(pathToFileURL(file).href)) as Record<string, unknown>; // what is asked of it is checked
}

it("its first test holds of the order of the README", async () => {
  const [readme = ""] = fencesOf("README.md", "ts run");
  const order = readme.slice(0, readme.indexOf("await using host"));
  writeFileSync(join(folder, "order.ts"), `${order}\nexport { order };\n`);
  const [fence = ""] = fencesOf(PAGE, "ts");
  const collected = fence.replace(
    /import \{ it \} from "vitest";/,
    "export const laws: [string, () => Promise<void>][] = [];\n" +
      "const it = (name: string, law: () => Promise<void>) => void laws.push([name, law]);",
  );
  const { laws } = await moduleOf("order-laws.ts", collected);
  const held: string[] = [];
  for (const [name, law] of laws as [string, () => Promise<void>][]) {
    await law();
    held.push(name);
  }
  expect(held).toEqual(["is pure", "is never stuck", "survives snapshots"]);
});

it("its report is what the law says of its second fence", async () => {
  const [second = ""] = fencesOf(PAGE, "ts run");
  const subject = second.slice(0, second.indexOf("await isPure"));
  const law = `noStuckState({ kind: order, answers: { charge } }, { seed: 17, folder: ${JSON.stringify(folder)} })`;
  const module = await moduleOf("stuck.ts", `${subject}\nexport const stuck = () => ${law};\n`);
  const error: unknown = await (module["stuck"] as () => Promise<void>)().catch((one: unknown) => one);
  const said = TroupeError.is(error, "LAW_BROKEN") ? error.message.replaceAll(folder, "temp") : "";
  const [shown = ""] = fencesOf(PAGE, "text");
  expect(`${said.split("\n").slice(1).join("\n")}\n`).toBe(shown);
});
