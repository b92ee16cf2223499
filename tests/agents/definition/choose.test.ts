/** Agents chosen by what they are good at, and the definitions that come as examples. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { agentRegistry, rolesWith } from "../../../src/agents/definition/choose.ts";
import { defineAgent } from "../../../src/agents/definition/definition.ts";
import { readAgents } from "../../../src/agents/definition/read-agents.ts";
import { ROLES } from "../../../src/agents/roles/specialists.ts";
import { byModel } from "../../../src/agents/ways/by-model.ts";

const warned: string[] = [];
const examples = await readAgents("examples/agents", { warn: (message) => warned.push(message) });

const agent = (name: string, description: string, skills: readonly string[] = []) =>
  defineAgent({ name, description, skills, way: byModel() });

const byName = (...agents: readonly ReturnType<typeof agent>[]) =>
  agentRegistry(Object.fromEntries(agents.map((one) => [one.name, one])));

describe("examples/agents", () => {
  it("S4-024: has the eight specialists, with the skills of their roles", () => {
    for (const { name, skills } of ROLES) expect(examples[name]?.skills).toEqual(skills);
  });

  it("S0-066: has the four orchestrators, and each agent has what a registration has", () => {
    const others = Object.keys(examples).filter((name) => ROLES.every((role) => role.name !== name));
    expect(others).toEqual([
      "critic-reviewer",
      "hub-orchestrator",
      "parallel-orchestrator",
      "sequential-orchestrator",
    ]);
    for (const { description, instructions, color } of Object.values(examples)) {
      expect(description).toMatch(/^[A-Z].*\.$/);
      expect(instructions.length).toBeGreaterThan(400);
      expect(color).toMatch(/^[a-z]+$/);
    }
    expect(warned).toHaveLength(Object.keys(examples).length);
  });

  it("S4-023: each is chosen for what it is there for, with the reason", () => {
    const registry = agentRegistry(examples);
    const chosen = (text: string) => registry.choose(text)?.agent.name;
    expect(chosen("Write the REST API and its database")).toBe("backend_engineer");
    expect(chosen("Plan it so that it can be done at the same time, in parallel")).toBe(
      "parallel-orchestrator",
    );
    expect(chosen("Judge this draft, and grade it")).toBe("critic-reviewer");
    expect(registry.choose("Audit the login for injection")).toMatchObject({
      agent: { name: "security_auditor" },
      reason: "it names audit, injection",
    });
  });
});

describe("agentRegistry", () => {
  it("S4-024: holds whichever agents one has; without skills they are known by their description", () => {
    const registry = byName(
      agent("poet", "Writes verses about harbours."),
      agent("pilot", "Steers ships.", ["Harbour", "deep sea"]),
    );
    expect(registry.choose("Some verses, please")?.agent.name).toBe("poet");
    expect(registry.choose("Across the DEEP, sea")).toMatchObject({
      agent: { name: "pilot" },
      reason: "it names deep sea",
    });
    expect(registry.choose("x")).toMatchObject({
      agent: { name: "poet" },
      reason: "no skill of any role is named: the first",
    });
    expect(registry.roles.map(({ name }) => name)).toEqual(["poet", "pilot"]);
    expect(byName().choose("x")).toBeUndefined();
  });

  it("the eight roles are played by those who have their names, and others come behind", () => {
    const own = {
      docs_writer: agent("docs_writer", "Mine.", ["haiku"]),
      pilot: agent("pilot", "P.", ["sea"]),
    };
    const roles = rolesWith(own);
    expect(roles.map(({ name }) => name)).toEqual([...ROLES.map(({ name }) => name), "pilot"]);
    expect(roles.find(({ name }) => name === "docs_writer")?.skills).toEqual(["haiku"]);
    expect(rolesWith({ mute: agent("mute", "No skills.") })).toEqual(ROLES);
  });

  test.prop([fc.string(), fc.constantFrom(...Object.keys(examples))])(
    "for every text, whoever is named more often than all others is chosen",
    (text, name) => {
      const skills = examples[name]?.skills.join(" ") ?? "";
      const chosen = agentRegistry(examples).choose(`${text.replaceAll(/\w/g, "")} ${skills}`);
      expect(chosen?.agent.name).toBe(name);
    },
  );
});
