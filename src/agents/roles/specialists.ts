/** Roles: who is there to do what. Data, so that anybody may have others (S4-024). */

/** Somebody who can do a kind of work: an agent of the same name does it. */
export interface Role {
  /** Of the agent that plays it. */
  readonly name: string;
  /** One line for people. */
  readonly description: string;
  /** Words, lower case, that a requirement for this role is likely to hold. */
  readonly skills: readonly string[];
}

/** The eight roles that an orchestrator has unless it is given others. */
export const ROLES: readonly Role[] = [
  {
    name: "backend_engineer",
    description: "Builds services, APIs and the data behind them.",
    skills: [
      "api",
      "auth",
      "authentication",
      "backend",
      "cache",
      "database",
      "endpoint",
      "endpoints",
      "graphql",
      "implement",
      "login",
      "microservice",
      "python",
      "queue",
      "rest",
      "schema",
      "server",
      "service",
      "sql",
    ],
  },
  {
    name: "elasticsearch_architect",
    description: "Designs search: indices, mappings, queries and their relevance.",
    skills: [
      "analyzer",
      "elasticsearch",
      "full-text",
      "fulltext",
      "index",
      "indexing",
      "indices",
      "kibana",
      "mapping",
      "mappings",
      "opensearch",
      "query",
      "relevance",
      "search",
      "shard",
      "shards",
    ],
  },
  {
    name: "ai_engineer",
    description: "Builds with models: prompts, embeddings, retrieval, training.",
    skills: [
      "agent",
      "ai",
      "classifier",
      "embedding",
      "embeddings",
      "inference",
      "llm",
      "machine",
      "ml",
      "model",
      "nlp",
      "prompt",
      "prompts",
      "rag",
      "retrieval",
      "summarise",
      "summarize",
      "training",
      "vector",
    ],
  },
  {
    name: "frontend_specialist",
    description: "Builds what people see and touch.",
    skills: [
      "accessibility",
      "browser",
      "component",
      "components",
      "css",
      "dashboard",
      "design",
      "form",
      "frontend",
      "html",
      "interface",
      "javascript",
      "layout",
      "page",
      "react",
      "responsive",
      "typescript",
      "ui",
      "ux",
      "web",
    ],
  },
  {
    name: "devops_specialist",
    description: "Ships it and keeps it running.",
    skills: [
      "alerting",
      "ci",
      "cd",
      "cloud",
      "container",
      "deploy",
      "deployment",
      "devops",
      "docker",
      "infrastructure",
      "kubernetes",
      "logging",
      "monitoring",
      "pipeline",
      "release",
      "rollback",
      "scaling",
      "terraform",
    ],
  },
  {
    name: "qa_engineer",
    description: "Finds out whether it works.",
    skills: [
      "acceptance",
      "benchmark",
      "bug",
      "bugs",
      "coverage",
      "e2e",
      "integration",
      "load",
      "qa",
      "quality",
      "regression",
      "test",
      "testing",
      "tests",
      "validate",
      "verification",
      "verify",
    ],
  },
  {
    name: "security_auditor",
    description: "Finds out how it can be broken into, and what to do about it.",
    skills: [
      "attack",
      "audit",
      "compliance",
      "encryption",
      "injection",
      "owasp",
      "penetration",
      "permissions",
      "privacy",
      "review",
      "secret",
      "secrets",
      "secure",
      "security",
      "threat",
      "vulnerabilities",
      "vulnerability",
    ],
  },
  {
    name: "docs_writer",
    description: "Explains it.",
    skills: [
      "changelog",
      "doc",
      "docs",
      "document",
      "documentation",
      "explain",
      "guide",
      "manual",
      "readme",
      "report",
      "specification",
      "tutorial",
      "write",
      "writing",
    ],
  },
];

/** Who was chosen for a piece of work, and why (S4-023). */
export interface Choice {
  readonly role: Role;
  readonly reason: string;
}

/**
 * The role whose skills match a text best; among equals the first. Undefined only where there
 * are no roles.
 */
export function bestRole(text: string, roles: readonly Role[]): Choice | undefined {
  const words = wordsOf(text);
  const phrase = ` ${plain(text)} `;
  const isNamed = (skill: string): boolean =>
    words.has(skill) || (skill.includes(" ") && phrase.includes(` ${plain(skill)} `));
  let best: { readonly role: Role; readonly found: readonly string[] } | undefined;
  for (const role of roles) {
    const found = [...new Set([...wordsOf(role.name), ...role.skills])].filter(isNamed);
    if (best === undefined || found.length > best.found.length) best = { role, found };
  }
  if (best === undefined) return undefined;
  const { role, found } = best;
  const reason =
    found.length === 0 ? "no skill of any role is named: the first" : `it names ${found.join(", ")}`;
  return { role, reason };
}

/** The words of a text, lower case; a skill such as `full-text` is one, too. */
function wordsOf(text: string): ReadonlySet<string> {
  const lower = text.toLowerCase();
  return new Set([...lower.split(/[^a-z0-9]+/), ...lower.split(/[^a-z0-9-]+/)].filter((w) => w !== ""));
}

/** Words with one space between: what skills of several words are looked for in. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, " ")
    .trim();
}
