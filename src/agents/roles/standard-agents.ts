/** The roles that are ready to use: by name, what each is good for. */
export const STANDARD_AGENTS = {
  planner: "Turns a request in words into a plan without faults.",
  architect: "Turns a task into a contract: interfaces, data models, skeletons of tests.",
  coder: "Writes code and its tests by a contract, and mends what fails.",
  tester: "Runs tests in a sandbox and says what they came to; it thinks nothing.",
  debugger: "Finds out what kind of failure it is, and who mends it.",
  critic: "Judges a text by the validators of CRITIC; it thinks nothing.",
  researcher: "Finds out what is known about a question, with sources.",
  writer: "Writes a text that others can read.",
  hub: "Brings the findings of several agents together into one.",
  commit: "Commits what the tasks before it have written to a Git repository.",
} as const;

export type StandardAgent = keyof typeof STANDARD_AGENTS;
