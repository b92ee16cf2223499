/** Scripts in files: what is read of them, and what is wrong with them. */
import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openModel } from "../../../src/agents/model/open-model.ts";
import { scriptedModel } from "../../../src/agents/model/scripted.ts";
import { TroupeError } from "../../../src/errors.ts";
import { chatContext, saying, user } from "../../support/chat.ts";

function thrownBy(ask: () => unknown): TroupeError {
  try {
    ask();
  } catch (error) {
    if (TroupeError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("a script in a file", () => {
  it("is YAML, and its entries are named by their lines", async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "script-"));
    const file = join(folder.path, "demo.yaml");
    writeFileSync(file, "answers:\n  - when: { user: hello }\n    text: hi\n");
    const model = await openModel(`scripted:${file}`);
    expect(model.name).toBe(`scripted:${file}`);
    expect((await model.chat(saying(user("hello")), chatContext())).message.text).toBe("hi");
    await expect(model.chat(saying(user("bye")), chatContext())).rejects.toMatchObject({
      data: { nearest: [`${file}:2:5 answers[0] wants user "hello"`] },
    });
  });

  it("has all its faults told with line and column", () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), "script-"));
    const file = join(folder.path, "bad.yaml");
    writeFileSync(
      file,
      "answers:\n  - when: { usr: a }\n    text: 1\n  - text: b\n    error: { is: tired }\n",
    );
    const fault = thrownBy(() => scriptedModel(file));
    expect(fault.code).toBe("SCRIPT_INVALID");
    for (const line of [
      'bad.yaml:2:13 answers[0].when.usr: unknown field "usr" (Did you mean "user"?)',
      "bad.yaml:3:11 answers[0].text: expected text, got number 1",
      "bad.yaml:5:18 answers[1].error.is:",
    ])
      expect(fault.message).toContain(line);
  });

  it.each([
    [{ answers: [{ when: {} }] }, "it has no answer"],
    [{ answers: [{ text: "a", data: 1 }] }, "it has text and data"],
    [{ answers: [{ text: "a", error: { is: "failed" as const } }] }, "its answer is never given"],
    [{ answers: [{ error: { is: "failed" as const, times: 1 } }] }, "it has no answer"],
    [{ answers: [] }, "answers"],
  ])("%j is refused: %s", (value, message) => {
    expect(thrownBy(() => scriptedModel(value)).message).toContain(message);
  });

  it.each([
    ["that is not there", "nowhere/x.yaml", "does not exist"],
    ["that is a folder", ".", "cannot be read (EISDIR)"],
  ])("%s is refused", (_name, file, message) => {
    const fault = thrownBy(() => scriptedModel(file));
    expect(fault).toMatchObject({ code: "SCRIPT_INVALID", message: expect.stringContaining(message) });
  });
});
