// A stand-in for failures that are not in the code: it says what is known, and has the test run again.
// A real one: run: claude -p "$(cat "$TROUPE_PACKAGE")"
import { deliver, work } from "./work.mjs";

const { reason = "unknown", diagnostics = "" } = work.branch ?? {};
console.log(diagnostics);
deliver({ summary: `${reason}: looked at, the test runs again` });
