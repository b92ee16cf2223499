/**
 * The one error base of the package. Three kinds of fault only: a mistake of the
 * caller, a conflict (reload and decide again), the world (try again with the same id).
 */

/** Codes a caller may branch on. Adding one is minor; removing one is major. docs/errors.md explains each. */
export type ErrorCode =
  | "ACTIVITY_CANCELLED"
  | "ACTIVITY_HEARTBEAT_MISSED"
  | "ACTIVITY_TIMEOUT"
  | "ACTOR_EXISTS"
  | "ACTOR_NOT_FOUND"
  | "ACTOR_PARKED"
  | "ADDRESS_INVALID"
  | "AGENTS_NOT_FOUND"
  | "AGENT_INVALID"
  | "AGENT_UNKNOWN"
  | "ARBITRARY_FAILED"
  | "ARCHIVE_MISSING"
  | "ARTIFACTS_NOT_PUSHED"
  | "ARTIFACT_INVALID"
  | "ARTIFACT_NOT_FOUND"
  | "BRANCH_IN_USE"
  | "COMMAND_FAILED"
  | "COMMAND_NOT_FOUND"
  | "COMMAND_TIMEOUT"
  | "CONTEXT_CONFLICT"
  | "CONTEXT_KEY_UNKNOWN"
  | "CONTRACT_INVALID"
  | "COPY_DIFFERS"
  | "EVENT_INVALID"
  | "EVENT_REFUSED"
  | "EVENT_RESERVED"
  | "EXECUTION_UNKNOWN"
  | "FILE_EXISTS"
  | "FILE_NOT_READ"
  | "FILE_NOT_WRITTEN"
  | "FORK_DIVERGED"
  | "FORK_UNFINISHED"
  | "GATE_SETTLED"
  | "GATE_UNKNOWN"
  | "GIT_FAILED"
  | "GIT_UNAVAILABLE"
  | "HOST_CLOSED"
  | "HOST_FAILED"
  | "INPUT_INVALID"
  | "JOB_FAILED"
  | "JOB_NOT_OPEN"
  | "JOB_TIMEOUT"
  | "JSON_INVALID"
  | "KEY_INVALID"
  | "KIND_DUPLICATE"
  | "KIND_INVALID"
  | "KIND_NEWER"
  | "KIND_UNKNOWN"
  | "LABEL_UNKNOWN"
  | "LAW_BROKEN"
  | "LEASE_LOST"
  | "LOCK_DEADLOCK"
  | "LOCK_HELD"
  | "LOCK_NOT_OWNED"
  | "LOG_CORRUPT"
  | "LOG_FORBIDDEN"
  | "LOG_INCOMPATIBLE"
  | "LOG_LEASE_LOST"
  | "LOG_NEWER"
  | "LOG_NOT_EMPTY"
  | "LOG_NOT_FOUND"
  | "LOG_OUTCOME_UNKNOWN"
  | "LOG_OWNED"
  | "LOG_UNOWNED"
  | "LOG_UNREACHABLE"
  | "LOG_UNSAFE"
  | "LOG_URL_INVALID"
  | "LOG_WRITE_FAILED"
  | "LOG_WRONG_SEQUENCE"
  | "MACHINE_IMPURE"
  | "MACHINE_UNSUPPORTED"
  | "MAILBOX_FULL"
  | "MCP_FAILED"
  | "MEMORY_FULL"
  | "MEMORY_KEY_UNKNOWN"
  | "MESSAGE_UNKNOWN"
  | "MIGRATE_INVALID"
  | "MODEL_CUT_OFF"
  | "MODEL_FAILED"
  | "MODEL_RATE_LIMITED"
  | "MODEL_UNAVAILABLE"
  | "MODEL_UNKNOWN"
  | "PACKAGE_MISSING"
  | "PAYLOAD_TOO_LARGE"
  | "PLAN_INVALID"
  | "PLAN_NOT_FOUND"
  | "POSITION_UNKNOWN"
  | "PROJECTION_INVALID"
  | "QUERY_INVALID"
  | "QUESTION_UNKNOWN"
  | "RECIPIENT_UNKNOWN"
  | "RECORDING_INVALID"
  | "RECORD_INVALID"
  | "REMOTE_FAILED"
  | "REMOTE_UNAVAILABLE"
  | "REPLAY_DIVERGED"
  | "REPOSITORY_NOT_FOUND"
  | "REQUEST_FAILED"
  | "RESULT_INVALID"
  | "RUN_ARCHIVED"
  | "RUN_ERASED"
  | "RUN_EXISTS"
  | "RUN_NOT_FOUND"
  | "RUN_OPEN"
  | "SANDBOX_FAILED"
  | "SANDBOX_UNAVAILABLE"
  | "SCHEDULE_UNKNOWN"
  | "SCRIPT_INVALID"
  | "SERVER_TOO_OLD"
  | "SNAPSHOT_UNKNOWN"
  | "STEP_FAILED"
  | "TESTS_FAILED"
  | "TIME_PAST"
  | "UPCAST_INVALID"
  | "USAGE"
  | "VALIDATOR_FAILED"
  | "WAIT_TIMEOUT"
  | "WORKER_LOST"
  | "WORKER_UNKNOWN";

/** What an error says beyond its message. */
export interface ErrorDetails {
  /** One imperative sentence: what to do next. */
  readonly hint?: string;
  /** The facts as JSON fields, for programs. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Why an actor does not take a command: what its sender is told. Nothing is written. */
export interface Refusal {
  /** Default `EVENT_REFUSED`. */
  readonly code?: ErrorCode;
  /** What is wrong, with the values. */
  readonly message: string;
  /** One imperative sentence: what to do instead. */
  readonly hint: string;
  /** The values for programs: strict JSON. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Every error that Troupe throws on purpose. Branch on `code`, print `message` and `hint`. */
export class TroupeError extends Error {
  override readonly name: string = "TroupeError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.data = details.data ?? {};
  }

  /** Whether a value is a Troupe error (of this code). Structural, so it holds across two copies of the package. */
  static is(value: unknown, code?: ErrorCode): value is TroupeError {
    return (
      value instanceof Error &&
      "code" in value &&
      "hint" in value &&
      "data" in value &&
      (code === undefined || value.code === code)
    );
  }
}

/** Someone else appended first: `expected` is what we read, `actual` is the tip now. */
export class WrongSequenceError extends TroupeError {
  override readonly name = "WrongSequenceError";
  readonly stream: string;
  readonly expected: number;
  readonly actual: number;

  constructor(stream: string, expected: number, actual: number) {
    super("LOG_WRONG_SEQUENCE", `stream "${stream}" is at ${actual}, expected ${expected}`, {
      hint: "Reload the actor from the log and decide again; do not retry the same append.",
      data: { stream, expected, actual },
    });
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}
