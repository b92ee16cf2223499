/** What a fork calls the actors and folders of its original. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { Names } from "../../src/actors/fork/names.ts";

const names = (): Names => {
  const told = new Names({ from: "r1", to: "f" }, ["workflow/r1", "task/r1:build"]);
  told.move(["/home/ada/runs/r1", "/home/ada/runs/f"]);
  return told;
};

describe("the names of a fork", () => {
  it.each([
    ["/home/ada/runs/r1", "/home/ada/runs/f"],
    ["write to /home/ada/runs/r1/out.md.", "write to /home/ada/runs/f/out.md."],
    ["'/home/ada/runs/r1' and /home/ada/runs/r1.", "'/home/ada/runs/f' and /home/ada/runs/f."],
    ["/home/ada/runs/r1-2/out.md", "/home/ada/runs/r1-2/out.md"],
    ["/home/ada/runs/r1.bak", "/home/ada/runs/r1.bak"],
    ["/mnt/home/ada/runs/r1/out.md", "/mnt/home/ada/runs/r1/out.md"],
    ["task/r1:build", "task/f:build"],
    ["task/r1:build#3.1", "task/f:build#3.1"],
    ["task/r1:build#3.1/0", "task/f:build#3.1/0"],
    ["task/r1:build#3", "task/r1:build#3"],
    ["task/r1:other", "task/r1:other"],
    ["see task/r1:build", "see task/r1:build"],
  ])("%s is told as %s", (text, told) => {
    expect(names().data({ a: [text, 1, null] })).toEqual({ a: [told, 1, null] });
  });

  it("are those of refs, causes and senders, whoever they are", () => {
    const ref = { xstate$$type: 1, id: "x", addr: "order/r1:new" };
    expect(names().data({ ref })).toEqual({ ref: { ...ref, addr: "order/f:new" } });
    expect(names().data({ ref: { ...ref, addr: "order/r2" } })).toEqual({
      ref: { ...ref, addr: "order/r2" },
    });
    expect(names().cause("order/r1:new#3.1/0")).toBe("order/f:new#3.1/0");
    expect(names().cause("order/r1:new@w-1/0")).toBe("order/f:new@w-1/0");
    expect(names().cause("cmd:order/r1#3.1")).toBe("cmd:order/r1#3.1");
    expect(names().cause("outside@w-1")).toBe("outside@w-1");
  });

  it("are known of what the fork itself starts", () => {
    const told = names();
    told.learn("agent/f:build:work");
    expect(told.data("agent/r1:build:work")).toBe("agent/f:build:work");
  });

  test.prop([fc.jsonValue()])("leave all other data as it is", (value) => {
    expect(names().data(value as never)).toEqual(value);
  });
});
