/** Agents, commands and reports on a real log: time limits, crashes, and what is recorded. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Work } from "../../src/agents/agent.ts";
import { agentActor } from "../../src/agents/agent-actor.ts";
import { commandActor } from "../../src/agents/command-actor.ts";
import { reportActor, type Reporter } from "../../src/agents/report-actor.ts";
import { doingKind, freshFolder, workPackage } from "../support/agent-runs.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind } from "../support/laws-kinds.ts";

describe.each(EVERY_ENGINE)("agents on a host, on $name", ({ bench }) => {
  it("S3-013: an agent that takes longer than its task's timeout is TIMEOUT, whether it listens or not", async () => {
    await using b = await bench();
    const works: Work[] = [];
    const deaf = agentActor({ deaf: (work) => new Promise(() => works.push(work)) });
    const { host } = await b.start([doingKind(deaf)]);
    const input = workPackage({ agent: "deaf", timeoutMs: 60_000 });
    const doing = await host.start("doing/d", { input });
    await b.settle();
    expect(works[0]?.deadline).toBe(b.clock.now() + 60_000);
    await b.pass(59_999);
    expect((await doing.snapshot()).value).toBe("working");
    await b.pass(1);
    const { value, context } = await doing.snapshot();
    expect(value).toBe("failed");
    expect(context.error).toMatchObject({ code: "ACTIVITY_TIMEOUT", data: { timeoutMs: 60_000 } });
    expect(works[0]?.signal.aborted).toBe(true);
    expect(await b.types("doing/d")).toEqual(["troupe.started", "xstate.error.actor.work"]);
  });

  it("S3-013: without a timeout it may take as long as it likes", async () => {
    await using b = await bench();
    let end: () => void = () => {};
    const slow = agentActor({
      slow: () => new Promise((done) => (end = () => done({ summary: "!" }))),
    });
    const { host } = await b.start([doingKind(slow)]);
    const doing = await host.start("doing/d", { input: workPackage({ agent: "slow" }) });
    await b.pass(3_600_000);
    expect((await doing.snapshot()).value).toBe("working");
    end();
    expect((await doing.waitFor((s) => s.value === "done")).context.output).toMatchObject({
      summary: "!",
    });
  });

  it("S0-004: a function gets its package after a crash again: same key, next attempt", async () => {
    await using b = await bench();
    const works: Work[] = [];
    let open = true;
    const agent = async (work: Work) => {
      works.push(work);
      if (open) await new Promise(() => {});
    };
    const kinds = [doingKind(agentActor({ agent }))] as const;
    const input = workPackage({ agent: "agent", feedback: ["shorter"] });
    const first = await b.start(kinds);
    await first.host.start("doing/d", { input });
    await b.settle();
    await b.kill(first);
    open = false;
    const { host } = await b.start(kinds);
    await host.actor("doing/d").waitFor((s) => s.value === "done");
    expect(works).toMatchObject([input, input]);
    expect(works.map(({ fence }) => fence.attempt)).toEqual([1, 2]);
    expect(works[1]?.idempotencyKey).toBe(works[0]?.idempotencyKey);
  });

  it("S0-004: a command finds its package after a crash again, in the same files, and no old answer", async () => {
    await using b = await bench();
    using folder = freshFolder();
    const [artifacts, seen, go] = ["run", "seen", "go"].map((name) => join(folder.path, name));
    const line = `
      if [ -e "$TROUPE_RESULT" ]; then old=old; else old=new; fi
      echo "$TROUPE_PACKAGE $TROUPE_RESULT $TROUPE_EXECUTION $old" >> "$SEEN"
      echo '{"by":'"$TROUPE_EXECUTION"'}' > "$TROUPE_RESULT"
      test -e "$GO" || sleep 60`;
    const input = {
      argv: ["sh", "-c", line],
      folder: folder.path,
      artifacts: artifacts ?? "",
      env: { SEEN: seen ?? "", GO: go ?? "" },
      passEnv: [],
      package: workPackage(),
    };
    const kinds = [doingKind(commandActor({ graceMs: 50 }))] as const;
    const first = await b.start(kinds);
    await first.host.start("doing/d", { input });
    const lines = () => (existsSync(seen ?? "") ? readFileSync(seen ?? "", "utf8") : "").split("\n");
    await expect.poll(() => lines().length, { timeout: 10_000 }).toBe(2);
    await b.kill(first);
    writeFileSync(go ?? "", "");
    const { host } = await b.start(kinds);
    const done = await host.actor("doing/d").waitFor((s) => s.value === "done");
    expect(done.context.output).toMatchObject({ exitCode: 0, data: { by: 2 } });
    const [one = "", two = ""] = lines();
    expect(two).toBe(one.replace(" 1 new", " 2 new"));
    expect(one).toMatch(/ 1 new$/);
  });

  it("S2: what was redacted stands nowhere in the log", async () => {
    await using b = await bench();
    const secret = "tok-98765-secret";
    const env = { API_TOKEN: secret };
    const agents = {
      open: async () => ({ summary: `used ${secret}`, data: { [secret]: [secret] } }),
      sad: () => Promise.reject(new Error(`refused ${secret}`)),
    };
    const { host } = await b.start([doingKind(agentActor(agents, { env }))]);
    for (const agent of ["open", "sad"])
      await host.start(`doing/${agent}`, { input: workPackage({ agent }) });
    await host.actor("doing/open").waitFor((s) => s.value === "done");
    await host.actor("doing/sad").waitFor((s) => s.value === "failed");
    const all = [...(await b.records("doing/open")), ...(await b.records("doing/sad"))];
    expect(JSON.stringify(all)).toContain("used [redacted]");
    expect(JSON.stringify(all)).toContain("refused [redacted]");
    expect(JSON.stringify(all)).not.toContain(secret);
  });
});

describe.each(EVERY_ENGINE)("a report, on $name", ({ bench }) => {
  const reporter: Reporter = async (records) => {
    const lines: string[] = [];
    for (const address of ["counter/r1", undefined])
      for await (const { stream, seq, type, body } of records(address)) {
        expect(body.v).toBe(1);
        lines.push(`${stream} ${seq} ${type}`);
      }
    return [
      { name: "report.md", text: `${lines.join("\n")}\n` },
      { name: "report.json", text: JSON.stringify(lines.length) },
    ];
  };

  it("is made of the records that it asks for, and written whole", async () => {
    await using b = await bench();
    using folder = freshFolder();
    const artifacts = join(folder.path, "deep/run");
    const { host } = await b.start([doingKind(reportActor(reporter)), counterKind()]);
    for (const root of ["r1", "r2", "r3", "r4", "r5", "r6", "r11"]) {
      const counter = await host.start(`counter/${root}`);
      await counter.send({ type: "ADD", by: 1 });
    }
    const doing = await host.start("doing/r1", { input: { run: "r1", artifacts } });
    const { context } = await doing.waitFor((s) => s.value === "done");
    expect(context.output?.files).toEqual(["report.md", "report.json"].map((n) => join(artifacts, n)));
    expect(readdirSync(artifacts).toSorted()).toEqual(["report.json", "report.md"]);
    expect(readFileSync(join(artifacts, "report.md"), "utf8")).toBe(
      "counter/r1 1 troupe.started\ncounter/r1 2 ADD\ndoing/r1 1 troupe.started\n",
    );
  });

  it("is that of the run's pattern", async () => {
    await using b = await bench();
    using folder = freshFolder();
    const kind = { ...doingKind(reportActor()), kind: "workflow" } as const;
    const { host } = await b.start([kind]);
    const input = { run: "r1", artifacts: folder.path };
    const doing = await host.start("workflow/r1", { input });
    await doing.waitFor((s) => s.value === "done");
    expect(readFileSync(join(folder.path, "report.md"), "utf8")).toMatch(/^# .*\(r1\)\n/);
    expect(JSON.parse(readFileSync(join(folder.path, "report.json"), "utf8"))).toBeTypeOf("object");
  });

  it("a folder that cannot be made is its error", async () => {
    await using b = await bench();
    using folder = freshFolder();
    writeFileSync(join(folder.path, "file"), "");
    const { host } = await b.start([doingKind(reportActor(reporter))]);
    const input = { run: "r1", artifacts: join(folder.path, "file/run") };
    const doing = await host.start("doing/r1", { input });
    const { context } = await doing.waitFor((s) => s.value === "failed");
    expect(context.error).toMatchObject({ code: "COMMAND_FAILED" });
  });
});
