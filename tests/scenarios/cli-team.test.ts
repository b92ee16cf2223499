/** What agents said and share, from the command line: while a host runs, and behind it. */
import { expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { contextKind } from "../../src/agents/team/context-kind.ts";
import { sharedContext } from "../../src/agents/team/context.ts";
import { messagesKinds } from "../../src/agents/team/messages-kinds.ts";
import { openTeam } from "../../src/agents/team/messages.ts";
import { onEachLog } from "../support/cli-logs.ts";

const hosted = (log: string) => createHost({ log, kinds: [...messagesKinds(), contextKind] });

onEachLog("troupe messages and troupe context", (open) => {
  it("S4-037: prints what agents said, the newest first, by run, agent and type, page by page", async () => {
    using bench = open();
    {
      await using host = await hosted(bench.log);
      for (const run of ["r1", "r2"]) {
        const team = await openTeam(host, run);
        const [ada, bob] = [await team.join("ada"), await team.join("bob")];
        await team.join("cy");
        await ada.send("bob", `hello\n\u001b[2Jfrom ${run}`);
        await bob.broadcast({ n: 1 }, { type: "state_update", priority: "HIGH" });
        if (run === "r1") await ada.send(["bob", "cy"], "bye", { type: "error" });
      }
      expect(await bench.json(["messages", "r1", "--limit", "1"])).toMatchObject({
        code: 0,
        value: [{ run: "r1", id: "m3", payload: "bye", deliveredTo: ["bob", "cy"] }],
      });
    }
    const said = await bench.troupe(["messages", "r1", "--limit", "2"]);
    expect(said.out.replaceAll(/\S+ \S+Z/g, "TIME").split("\n")).toEqual([
      "SEQ  AT                    FROM  TO        TYPE          PRIORITY  PAYLOAD",
      "7    TIME  ada   bob,cy    error         NORMAL    bye",
      '6    TIME  bob   everyone  state_update  HIGH      {"n":1}',
    ]);
    expect(said.err).toBe("older ones: --before 6.m2");
    const older = await bench.troupe(["messages", "r1", "--before", "6.m2"]);
    expect(older.out).toMatch(/\n5 .* ada +bob +notification +NORMAL +hello ⏎ from r1$/);
    const payloads = async (...argv: readonly string[]): Promise<unknown> => {
      const { value } = await bench.json(["messages", ...argv]);
      return (value as { readonly payload: unknown }[]).map(({ payload }) => payload);
    };
    expect(await payloads("r1", "--agent", "cy")).toEqual(["bye", { n: 1 }]);
    expect(await payloads("r1", "--type", "error", "--agent", "ada")).toEqual(["bye"]);
    expect(await bench.json(["messages", "--type", "state_update"])).toMatchObject({
      value: [{ run: "r2" }, { run: "r1" }],
    });
    expect((await bench.troupe(["messages", "--limit", "1"])).out).toMatch(/^RUN .*\nr2 +6 /);
    expect(await bench.troupe(["messages", "r1", "--agent", "zoe"])).toMatchObject({
      code: 0,
      out: "",
      err: expect.stringMatching(/^no such message in /) as string,
    });
  });

  it("says what is wrong with a question, and where to look", async () => {
    using bench = open();
    await (await hosted(bench.log))[Symbol.asyncDispose]();
    const wrong = async (...argv: readonly string[]) => {
      const { code, out, err } = await bench.troupe(argv);
      return [code, out, err.split("\n")[0]];
    };
    expect(await wrong("messages", "r9")).toEqual([
      1,
      "",
      expect.stringContaining('RUN_NOT_FOUND: no run "r9" has agents that talk in'),
    ]);
    expect((await bench.troupe(["messages", "r9"])).err).toMatch(/in all runs with `troupe messages`/);
    expect(await wrong("context", "show", "r9")).toEqual([
      1,
      "",
      expect.stringContaining('RUN_NOT_FOUND: no run "r9" has a shared context in'),
    ]);
    expect(await wrong("messages", "r1", "--type", "gossip")).toEqual([
      2,
      "",
      expect.stringMatching(/^USAGE: .*gossip.*context_share, result_handoff/),
    ]);
    for (const limit of ["0", "-1", "ten", "1.5"])
      expect(await wrong("messages", "r1", `--limit=${limit}`)).toEqual([
        2,
        "",
        `USAGE: --limit is "${limit}", which is no whole number of 1 or more`,
      ]);
    expect(await wrong("messages", "--before", "3")).toEqual([
      2,
      "",
      "USAGE: --before is a place in one run, and no run is named",
    ]);
    expect(await wrong("messages", "../r1")).toEqual([2, "", 'USAGE: "../r1" is not an id for a run']);
  });

  it("S4-036: prints the values of a context, their versions and its history", async () => {
    using bench = open();
    await using host = await hosted(bench.log);
    const shared = await sharedContext(host, "r1", { values: { goal: "ship" } });
    await shared.update({ plan: { steps: [1, 2] }, owner: "ada" }, { by: "ada" });
    await shared.delete("owner", { by: "bob" });
    const shown = await bench.troupe(["context", "show", "r1"]);
    expect(shown.out).toMatch(
      /^context\/r1: version 3\n\nKEY +VERSION +BY +AT +VALUE\ngoal +1 +start .* "ship"\nplan +2 +ada .*Z +\{"steps":\[1,2\]\}$/,
    );
    expect(await bench.json(["context", "show", "r1"])).toMatchObject({
      code: 0,
      value: { run: "r1", version: 3, values: { plan: { version: 2, updatedBy: "ada" } }, locks: [] },
    });
    expect((await bench.troupe(["context", "show", "r1", "goal"])).out).toBe('"ship"');
    expect(await bench.json(["context", "show", "r1", "plan"])).toMatchObject({
      value: { key: "plan", version: 2, value: { steps: [1, 2] } },
    });
    expect(await bench.troupe(["context", "show", "r1", "plam"])).toMatchObject({
      code: 1,
      err: 'CONTEXT_KEY_UNKNOWN: there is no key "plam" in context/r1\n  → Did you mean "plan"?',
    });
    const history = await bench.troupe(["context", "history", "r1", "--limit", "2"]);
    expect(history.out).toMatch(
      /^SEQ +VERSION +AT +BY +WHAT\n3 +3 .* bob +owner deleted\n2 +2 .*Z +ada +plan = \{"steps":\[1,2\]\}; owner = "ada"$/,
    );
    expect(history.err).toBe("older ones: --before 2");
    expect(await bench.json(["context", "history", "r1", "--key", "goal"])).toMatchObject({
      value: [{ version: 1, updatedBy: "start", values: { goal: "ship" } }],
    });
    expect((await bench.troupe(["context", "history", "r1", "--key", "none"])).err).toBe(
      'nothing was written to "none" in context/r1',
    );
  });

  it("a lock is released by its owner; a stranger is refused, unless by force", async () => {
    using bench = open();
    {
      await using host = await hosted(bench.log);
      const shared = await sharedContext(host, "r1");
      const lock = await shared.acquire("plan", "writer", { ttlMs: 3_600_000 });
      void shared.acquire("plan", "editor", { waitMs: 3_600_000, ttlMs: 3_600_000 }).catch(() => {});
      await shared.acquire("goal", "writer", { ttlMs: 3_600_000 });
      expect((await bench.troupe(["context", "show", "r1"])).out).toMatch(
        /\nLOCKED +OWNER +FENCE +UNTIL +WAITING\ngoal +writer +2 .*Z\nplan +writer +1 .*Z +editor$/,
      );
      expect(await bench.troupe(["context", "unlock", "r1", "plan", "--by", "bob"])).toMatchObject({
        code: 1,
        out: "",
        err: expect.stringMatching(
          /^LOCK_NOT_OWNED: "plan" in context\/r1 is locked by "writer", not by "bob"\n {2}→ Wait until .*Z, say --by writer if that is you, or take it away with --force\.$/,
        ) as string,
      });
      expect(
        await bench.troupe(["context", "unlock", "r1", "plan", "--by", "bob", "--force"]),
      ).toMatchObject({ code: 0, out: "r1 plan: taken away from writer by bob" });
      await expect(
        shared.set("plan", 1, { by: "writer", fence: lock?.fence ?? 0 }),
      ).rejects.toMatchObject({
        code: "LEASE_LOST",
      });
      expect(await shared.locks()).toMatchObject([{ key: "goal" }, { key: "plan", owner: "editor" }]);
    }
    // what is open there is no hindrance to a run
    const plan = bench.write("p.yaml", "name: p\ntasks: [{id: a, run: 'true'}]\n");
    expect(await bench.troupe(["run", plan, "--id", "r2"])).toMatchObject({ code: 0 });
    expect(await bench.json(["context", "unlock", "r1", "goal", "--by", "writer"])).toEqual({
      code: 0,
      value: { run: "r1", key: "goal", owner: "writer", fence: 2, by: "writer", forced: false },
    });
    expect(await bench.troupe(["context", "unlock", "r1", "goal", "--force"])).toMatchObject({
      code: 1,
      err: 'LOCK_NOT_OWNED: nobody holds a lock of "goal" in context/r1\n  → Look at the locks with `troupe context show r1`.',
    });
  });
});
