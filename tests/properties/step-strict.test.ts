/** Strict mode names what makes a machine impure. */
import { assign, createMachine, raise, sendTo, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { bench } from "../support/xstate-bench.ts";

const impure = (path: string) =>
  expect.objectContaining({ code: "MACHINE_IMPURE", data: expect.objectContaining({ path }) });
let counter = 0;

describe("strict mode", () => {
  it("A2: strict mode names the context path that differs when a step runs again", () => {
    const one = bench(
      createMachine({
        context: { deep: { list: [0] } },
        on: { GO: { actions: assign({ deep: () => ({ list: [1, counter++] }) }) } },
      }),
    );
    expect(() => one.send({ type: "GO" })).toThrow(impure("context.deep.list[1]"));
  });

  it("A2: strict mode names a first step that differs", () => {
    expect(() => bench(createMachine({ context: () => ({ id: counter++ }) }))).toThrow(
      impure("context.id"),
    );
  });

  it("A2: strict mode names an effect that differs", () => {
    const one = bench(
      createMachine({
        on: {
          GO: {
            actions: sendTo(
              ({ self }) => self,
              () => ({ type: "X", n: counter++ }),
            ),
          },
        },
      }),
    );
    expect(() => one.send({ type: "GO" })).toThrow(impure("effects[0].event.n"));
  });

  it("A2: strict mode names a guard that answers by chance", () => {
    const one = bench(
      createMachine({
        initial: "a",
        states: { a: { on: { GO: { guard: () => counter++ % 2 === 0, target: "b" } } }, b: {} },
      }),
    );
    expect(() => one.send({ type: "GO" })).toThrow(impure("value"));
  });

  it("lets delays be random: they stand in the record", () => {
    const one = bench(
      createMachine({ on: { GO: { actions: raise({ type: "X" }, { delay: () => counter++ }) } } }),
    );
    expect(() => one.send({ type: "GO" })).not.toThrow();
  });

  it("A2: strict mode makes a change in place throw: of a context, of an event's data", () => {
    const one = bench(
      setup({
        types: { context: {} as { list: number[] }, events: {} as { type: string; list: number[] } },
      }).createMachine({
        context: { list: [] },
        on: {
          CONTEXT: {
            actions: assign(({ context }) => {
              context.list.push(1);
              return {};
            }),
          },
          EVENT: {
            actions: assign(({ event }) => {
              event.list.push(1);
              return {};
            }),
          },
        },
      }),
    );
    one.send({ type: "EVENT", list: [] });
    expect(one.last.state.snapshot).toMatchObject({ status: "error", error: expect.any(TypeError) });
    const two = bench(one.identity.logic);
    two.send({ type: "CONTEXT" });
    expect(two.last.state.snapshot).toMatchObject({ status: "error", error: expect.any(TypeError) });
  });

  it("without strict mode nothing runs twice and nothing is frozen", () => {
    let runs = 0;
    const one = bench(
      createMachine({
        context: { list: [] as number[] },
        on: {
          GO: {
            actions: assign(({ context }) => {
              runs += 1;
              context.list.push(runs);
              return {};
            }),
          },
        },
      }),
      { strict: false },
    );
    one.send({ type: "GO" });
    expect(runs).toBe(1);
    expect(one.last.state.snapshot).toMatchObject({ context: { list: [1] } });
  });
});
