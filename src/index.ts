/** The public face of the package: named exports, nothing else. */
export { TroupeError, WrongSequenceError } from "./errors.ts";
export type { ErrorCode, ErrorDetails } from "./errors.ts";
export type { Json, JsonObject } from "./events/json.ts";
