// A stand-in: reads its sections of the proposal by its checklist. What the hub sends back says which
// sections are a gap and where it is in conflict; then it reads those too, and says what it accepts.
// A real one: run: claude -p "$(cat "$TROUPE_PACKAGE")" > "$TROUPE_OUTPUT"
import { sectionsOfProposal, sentenceWith } from "./proposal.mjs";
import { count, deliver, read, work } from "./work.mjs";

const { sections: own, checks, quantities } = JSON.parse(read(work.input.checklist));
const feedback = work.feedback.join("\n");
const looked = sectionsOfProposal().filter(
  ({ heading }) => own.includes(heading) || wasRead(heading) || feedback.includes(`"${heading}"`),
);
const text = looked.map((section) => section.text).join(" ");

const findings = checks.flatMap(({ words, finding, advice }) => {
  const quote = words.map((word) => sentenceWith(text, word)).find(Boolean);
  return quote === undefined ? [] : [{ finding, advice, quote }];
});
const wishes = quantities
  .filter(({ words }) => words.some((word) => sentenceWith(text, word)))
  .map(({ name, wants, accepts }) => ({
    name,
    ...(feedback.includes(name) ? { wants, accepts } : { wants }),
  }));

deliver({
  text: [
    `# ${work.title}`,
    "",
    work.description ?? "",
    "",
    "## Findings",
    "",
    ...findings.flatMap(({ finding, advice, quote }) => [`- ${finding}: ${advice}.`, `  > ${quote}`]),
    "",
    "## Wishes",
    "",
    ...(wishes.length === 0 ? ["None."] : wishes.map(wishLine)),
    "",
    "## Looked at",
    "",
    looked.map(({ heading }) => heading).join(", "),
  ].join("\n"),
  data: { looked: looked.map(({ heading }) => heading), findings, wishes },
  summary: `${count(findings.length, "finding")} in ${looked.map(({ heading }) => heading).join(", ")}`,
});

/** Whether it looked there in an earlier cycle. */
function wasRead(heading) {
  return Object.values(work.upstream).some(({ data }) => data?.looked?.includes(heading));
}

function wishLine({ name, wants, accepts }) {
  return `- ${name}: ${range(wants)}${accepts === undefined ? "" : `; accepts ${range(accepts)}`}`;
}

function range({ min, max }) {
  return [min === undefined ? "" : `at least ${min}`, max === undefined ? "" : `at most ${max}`]
    .filter(Boolean)
    .join(" and ");
}
