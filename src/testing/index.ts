/** What users import as `troupe/testing`: named exports, nothing else. */
export type { Answer, Subject } from "./subject.ts";
