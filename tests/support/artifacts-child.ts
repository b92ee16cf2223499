/** A process that commits artifacts, one after the other: REPOSITORY REQUESTS, the latter as JSON. */
import { gitArtifacts } from "../../src/agents/artifacts/store.ts";
import type { ArtifactCommit } from "../../src/agents/artifacts/commit.ts";

const [repository = "", requests = "[]"] = process.argv.slice(2);
const store = await gitArtifacts({ repository });
const parsed = JSON.parse(requests) as readonly ArtifactCommit[]; // the test's own
const made: string[] = [];
for (const request of parsed) made.push((await store.commit(request)).commit);
console.log(JSON.stringify(made));
