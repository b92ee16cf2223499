// oxlint-disable max-lines -- the public face is a list of names
/** The public face of the package: named exports, nothing else. */
export { TroupeError, WrongSequenceError } from "./errors.ts";
export type { ErrorCode, ErrorDetails, Refusal } from "./errors.ts";
export { AgentCommand, AgentInput } from "./events/agent/work.ts";
export type { AgentOutcome, Place, WayType } from "./events/agent/work.ts";
export type { Spent } from "./events/agent/spent.ts";
export { AgentFact } from "./events/agent/facts.ts";
export { AgentLimits, Budget, RunBudget } from "./events/agent/limits.ts";
export { BudgetInput, BudgetMessage } from "./events/agent/budget.ts";
export { BudgetFact } from "./events/agent/budget-facts.ts";
export { TaskCommand, TaskInput, WorkflowCommand, WorkflowInput } from "./events/commands.ts";
export { BranchReason, type Failure } from "./events/failure.ts";
export { TaskFact, TaskOutcome } from "./events/facts/task.ts";
export { WorkflowFact, WorkflowOutcome, type Compensation } from "./events/facts/workflow.ts";
export type {
  AssistantMessage,
  ChatAnswer,
  ChatMessage,
  Finish,
  ToolCall,
  ToolMessage,
  ToolSpec,
  Usage,
} from "./events/chat/message.ts";
export { MemoryCommand, MemoryInput } from "./events/memory/commands.ts";
export { MemoryFact } from "./events/memory/facts.ts";
export { ContextCommand, ContextInput } from "./events/context/commands.ts";
export { ContextFact, ContextUpdated } from "./events/context/facts.ts";
export { now } from "./events/now.ts";
export { InboxCommand, InboxFact, InboxInput } from "./events/messages/inbox.ts";
export { MessagesCommand, MessagesFact, MessagesInput } from "./events/messages/exchange.ts";
export { MessageType, type Message, type Recipients } from "./events/messages/message.ts";
export { Priority } from "./events/priority.ts";
export { JobCommand, JobFact, JobInput, JobOrder, JobOutcome, JobStatus } from "./events/queue/job.ts";
export type { WholeOrder } from "./events/queue/job.ts";
export { QueueCommand, QueueFact, QueueInput, QueueSettings } from "./events/queue/queue.ts";
export { jobFrom, parseJobs } from "./events/queue/job-from.ts";
export { Schedule } from "./events/queue/schedule.ts";
export type { Json, JsonObject } from "./events/json.ts";
export type { Checkpoint, RecordBody, RecordedEvent } from "./events/record.ts";
export type {
  Codec,
  PayloadOf,
  Command,
  CommandChannel,
  EventLog,
  HostFacts,
  LogOptions,
  Members,
  Membership,
  NewRecord,
  Ownership,
  Position,
  Recorded,
  Scanned,
  ScanOptions,
  SnapshotStore,
  StoredSnapshot,
  Swept,
} from "./events/log/log.ts";
export type {
  AskedWork,
  WorkListener,
  TakeWork,
  WorkChannel,
  WorkLine,
} from "./events/log/work-channel.ts";
export { ExecutionResult, SandboxLimit } from "./events/execution-result.ts";
export { Plan } from "./events/plan/plan.ts";
export { PlanTask } from "./events/plan/task.ts";
export { parsePlan, type ParseOptions, type PlacedFault } from "./events/plan/text.ts";
export { Coverage, TestFailure, TestReport } from "./events/test-report.ts";
export { CodeArtifacts, Validation, ValidationRule } from "./events/code-artifacts.ts";
export { DebugResult, FailureType } from "./events/debug.ts";
export { Generated, Synthesis, Verdict, WorkPackage, WorkResult, type Purpose } from "./events/work.ts";
export type { Strategy } from "./events/healing.ts";
export type { MemoryEntry } from "./machines/memory/state.ts";
export type { ContextValue } from "./machines/context/state.ts";
export {
  sendToActor,
  startActor,
  type ActorMessage,
  type ActorStart,
} from "./machines/host-actions.ts";
export { openLog, type OpenLogOptions } from "./events/log/open.ts";
export { archiveRuns, type Archived, type ArchiveOptions } from "./events/log/archive.ts";
export { type ClosedRun } from "./events/log/closed-runs.ts";
export { backupLog, restoreLog } from "./events/log/backup.ts";
export { copyLog, type Copied, type Progress as CopyProgress } from "./events/log/copy.ts";
export { eraseRun } from "./events/log/erase.ts";
export type { FileWritten } from "./events/log/file/write.ts";
export { keyFolder } from "./events/log/key-folder.ts";
export { activity } from "./actors/activity.ts";
export type { ActivityContext, ActivityOptions, RetryPolicy } from "./actors/activity.ts";
export { connect, type Client, type ClientOptions } from "./actors/client.ts";
export { systemClock, type Clock } from "./actors/clock.ts";
export type {
  Actors,
  AddressOf,
  KindAt,
  Named,
  StartArguments,
  StartOptions,
  StartShared,
} from "./actors/face.ts";
export type { Forked, ForkOptions } from "./actors/fork/request.ts";
export type { ActorHandle, Fact, SendOptions, Sent, WaitOptions } from "./actors/handle.ts";
export { health, type Health } from "./actors/health.ts";
export { createHost, type Host, type HostOptions } from "./actors/host.ts";
export type { PlacementView } from "./actors/placement/shared-host.ts";
export {
  defineKind,
  type AnyKind,
  type ForkedInput,
  type ForkOf,
  type Kind,
  type KindEvent,
  type KindInput,
  type PreviousState,
} from "./actors/kind.ts";
export type { FromVersion, KindCode, MachineState, Upcast } from "./actors/versions.ts";
export type { ActorRecord, LatestOptions, RecordsOptions } from "./actors/reads.ts";
export type { FactFilter } from "./actors/waits.ts";
export type { CrashPoint, Parked, Progress } from "./actors/runtime.ts";
export type { AgentAnswer, AgentFunction, Agents, HostAgents, Work } from "./agents/agent.ts";
export type { AgentKind } from "./agents/agent-kind.ts";
export type { BudgetKind } from "./agents/budget-kind.ts";
export { asyncApiOf, type AsyncApiOptions } from "./agents/asyncapi/document.ts";
export { agentRegistry, type AgentChoice, type AgentRegistry } from "./agents/definition/choose.ts";
export { defineAgent } from "./agents/definition/definition.ts";
export type {
  AgentDefinition,
  AgentOptions,
  Answered,
  AnyAgent,
  Delivery,
  PromptContext,
  Wanted,
} from "./agents/definition/definition.ts";
export type { DeliverContext } from "./agents/definition/deliver.ts";
export type { ReadAgentsOptions } from "./agents/definition/in-text.ts";
export { readAgents } from "./agents/definition/read-agents.ts";
export { defineTool, type Tool, type ToolContext, type Tools } from "./agents/definition/tool.ts";
export { byCommand, type ByCommandOptions } from "./agents/ways/by-command.ts";
export type { AnswerFields, CommandAnswer } from "./agents/ways/command-answer.ts";
export { byFunction, type PlacedWork } from "./agents/ways/by-function.ts";
export { byHuman } from "./agents/ways/by-human.ts";
export { byModel, type ByModelOptions } from "./agents/ways/by-model.ts";
export { byRemote, type ByRemoteOptions } from "./agents/ways/by-remote.ts";
export { discoverAgents } from "./agents/remote/discover.ts";
export type { RemotePlace } from "./agents/remote/connection.ts";
export type {
  DiscoveredAgents,
  DiscoverOptions,
  RemoteAgent,
  UnusableAgent,
} from "./agents/remote/discover.ts";
export { promptAgent, type PromptOptions, type RemoteEvent } from "./agents/remote/prompt.ts";
export type { RemoteAttachment } from "./agents/remote/protocol.ts";
export type { Turn, TurnContext, Way } from "./agents/ways/way.ts";
export type { ModelOption } from "./agents/working/models.ts";
export type { AgentOptions as HostAgentOptions } from "./agents/working/registry.ts";
export type { Planner } from "./agents/decompose.ts";
export type { Execution, ExecutionJson } from "./agents/execution.ts";
export { onFacts } from "./agents/handlers.ts";
export type { FactHandler, FactOf, FactOptions, PlanFact } from "./agents/handlers.ts";
export { mcpTools, type McpOptions, type McpTools } from "./agents/mcp/mcp-tools.ts";
export type { McpCommand, McpServer, McpUrl } from "./agents/mcp/server.ts";
export { aiSdkModel, type AiSdkOptions } from "./agents/model/ai-sdk.ts";
export type { ChatContext, ChatModel, ChatRequest } from "./agents/model/model.ts";
export { openModel, type OpenModelOptions } from "./agents/model/open-model.ts";
export type { Import } from "./agents/model/package.ts";
export { cached, recording, type RecordingOptions } from "./agents/model/recording.ts";
export { replayModel } from "./agents/model/replay.ts";
export type { Script } from "./agents/model/script.ts";
export { scriptedModel, type ScriptedAsk, type ScriptedOptions } from "./agents/model/scripted.ts";
export type { Price } from "./agents/model/usage.ts";
export { assess, type Assessment } from "./agents/critic/assess.ts";
export { citations } from "./agents/critic/citations.ts";
export { codeValidity } from "./agents/critic/code-validity.ts";
export { completeness } from "./agents/critic/completeness.ts";
export { critique, gradeOf } from "./agents/critic/critique.ts";
export type { Critique, CritiqueIssue, CritiqueOptions, Grade } from "./agents/critic/critique.ts";
export { parseMarkdown, type MarkdownDocument } from "./agents/critic/document.ts";
export { feedbackReport } from "./agents/critic/feedback.ts";
export { reviewDecision, reviewReport, writeReview } from "./agents/critic/review.ts";
export type { ReviewDecision, ReviewOptions } from "./agents/critic/review.ts";
export { structure } from "./agents/critic/structure.ts";
export { THRESHOLDS } from "./agents/critic/validator.ts";
export type { Dimension, Finding, Score, Validator } from "./agents/critic/validator.ts";
export { verdictOf } from "./agents/critic/verdict.ts";
export { createOrchestrator, executeWorkflow } from "./agents/orchestrator.ts";
export type {
  ActiveRun,
  ExecuteOptions,
  Orchestrator,
  OrchestratorOptions,
  Order,
  PlanInput,
} from "./agents/orchestrator.ts";
export { filesIn, type ArtifactFile, type FileOnDisk } from "./agents/artifacts/files.ts";
export type { ArtifactCommit, CommittedArtifacts } from "./agents/artifacts/commit.ts";
export {
  ArtifactEntry,
  ArtifactMetadata,
  ArtifactSource,
  promptHash,
} from "./agents/artifacts/metadata.ts";
export type { ArtifactOwner } from "./agents/artifacts/names.ts";
export type { PushedArtifacts, PushOptions } from "./agents/artifacts/push.ts";
export type { ArtifactContent, ArtifactPlace, ArtifactVersion } from "./agents/artifacts/read.ts";
export { gitArtifacts } from "./agents/artifacts/store.ts";
export type { ArtifactStore, ArtifactStoreOptions } from "./agents/artifacts/store.ts";
export type { JobContext, JobHandler, LeasedJob } from "./agents/queue/attempt.ts";
export { queueKinds, type JobKind, type QueueKind } from "./agents/queue/kinds.ts";
export { openQueue } from "./agents/queue/queue.ts";
export type { AddedJob, AddOptions, Queue, QueueActors, ScheduleView } from "./agents/queue/queue.ts";
export type { ListOptions } from "./agents/queue/listed.ts";
export type { JobView, QueueStats } from "./agents/queue/views.ts";
export type { WaitForJob, WorkflowJob } from "./agents/queue/waiting.ts";
export { startWorker } from "./agents/queue/worker.ts";
export type { StopOptions, Worker, WorkerOptions } from "./agents/queue/worker.ts";
export type { AcquireOptions } from "./agents/team/acquire.ts";
export type { ContextActors } from "./agents/team/context-asking.ts";
export type { ContextChange, HistoryOptions } from "./agents/team/context-history.ts";
export { executions, giveFeedback } from "./agents/feedback/executions.ts";
export type { Feedback, FeedbackActors } from "./agents/feedback/executions.ts";
export { feedbackKind, type FeedbackKind } from "./agents/feedback/feedback-kind.ts";
export { FeedbackCommand, FeedbackFact, FeedbackInput } from "./events/feedback.ts";
export { telemetryKind, type TelemetryKind } from "./agents/telemetry/telemetry-kind.ts";
export { TelemetryInput } from "./events/telemetry/batch.ts";
export { importTelemetry, type Imported, type ImportOptions } from "./agents/telemetry/import.ts";
export { telemetry, telemetryFile, type TelemetryActors } from "./agents/telemetry/telemetry.ts";
export type {
  AgentExecution,
  HandedOff,
  InvocationOutcome,
  Invoked,
  LoggerOptions,
  Orchestration,
  Succeeded,
  TelemetryLogger,
  WorkflowCompleted,
  WorkflowStarted,
} from "./agents/telemetry/logger.ts";
export type { ExecutionFilter, TaskExecution } from "./projections/executions.ts";
export type { FeedbackView } from "./projections/runs-feedback.ts";
export { memoryKind, type MemoryKind } from "./agents/memory/memory-kind.ts";
export { memoryTools } from "./agents/memory/memory-tools.ts";
export { openMemory } from "./agents/memory/memory.ts";
export type { Memory, MemoryActors, MemoryOptions, PutOptions } from "./agents/memory/memory.ts";
export type { Found, Remembered, SearchOptions } from "./agents/memory/search.ts";
export { contextKind, type ContextKind } from "./agents/team/context-kind.ts";
export { sharedContext } from "./agents/team/context.ts";
export type {
  ContextUpdate,
  LockState,
  SharedContext,
  SharedContextOptions,
  UpdateOptions,
  WriteOptions,
} from "./agents/team/context.ts";
export type { Lock } from "./agents/team/lock.ts";
export type {
  HandleOptions,
  Handling,
  MessageHandler,
  MessageHandlers,
} from "./agents/team/handling.ts";
export type { MessageFilter, PastMessage } from "./agents/team/history.ts";
export type { ReceiveOptions } from "./agents/team/mail.ts";
export { messagesKinds, type InboxKind, type MessagesKind } from "./agents/team/messages-kinds.ts";
export { openTeam, type Team, type TeamActors, type TeamOptions } from "./agents/team/messages.ts";
export type {
  HandOffOptions,
  MessageOptions,
  PostOptions,
  RequestOptions,
  Teammate,
} from "./agents/team/teammate.ts";
export { hostKinds, type HostKinds } from "./agents/host-kinds.ts";
export { planKinds } from "./agents/plan-kinds.ts";
export type { Closed, PlanState } from "./agents/closed.ts";
export type { PlanKinds, TaskKind, WorkflowKind } from "./agents/plan-kinds.ts";
export type { PlanOptions } from "./agents/plan-sources.ts";
export type { SandboxSettings } from "./agents/sandboxed-checks.ts";
export { readPlan } from "./agents/read-plan.ts";
export { architect } from "./agents/roles/architect.ts";
export { coder, type CoderOptions } from "./agents/roles/coder.ts";
export { commit, type CommitOptions } from "./agents/roles/commit.ts";
export { critic, criticTool, type CriticOptions } from "./agents/roles/critic.ts";
export { handleBranchTodo } from "./agents/roles/debug-rules.ts";
export type { BranchParent, BranchTodo, Diagnostics } from "./agents/roles/debug-rules.ts";
export { debuggerAgent } from "./agents/roles/debugger.ts";
export { hubAgent } from "./agents/roles/hub.ts";
export { planner, type PlannerOptions } from "./agents/roles/planner.ts";
export { researcher } from "./agents/roles/researcher.ts";
export type { RoleOptions } from "./agents/roles/role.ts";
export { standardAgents, type StandardAgentsOptions } from "./agents/roles/standard.ts";
export { STANDARD_AGENTS, type StandardAgent } from "./agents/roles/standard-agents.ts";
export { tester, type TesterOptions } from "./agents/roles/tester.ts";
export type { RoleSandbox } from "./agents/roles/workspace.ts";
export { writer } from "./agents/roles/writer.ts";
export { ROLES, type Role } from "./agents/roles/specialists.ts";
export type { SagaHandlers } from "./agents/saga-handlers.ts";
export { SandboxLimits } from "./agents/sandbox/limits.ts";
export { openSandbox } from "./agents/sandbox/open-sandbox.ts";
export type {
  Held,
  Sandbox,
  SandboxCommand,
  SandboxOptions,
  Strength,
} from "./agents/sandbox/sandbox.ts";
export { testInSandbox } from "./agents/sandbox/tester.ts";
export type { SandboxTest, SandboxTests, TestOutcome, TestRun } from "./agents/sandbox/tester.ts";
export { parseCoverage } from "./agents/test-report/coverage.ts";
export { parseTestReport } from "./agents/test-report/test-report.ts";
export type { ReportFormat, ReportOptions } from "./agents/test-report/test-report.ts";
export { conditional, dynamic, hub, parallel, saga, sequential } from "./agents/patterns.ts";
export type {
  PatternMachine,
  PatternOptions,
  PlaceOptions,
  Step,
  StepOptions,
} from "./agents/patterns.ts";
export type { RunOptions } from "./agents/command.ts";
export type { Environment } from "./agents/environment.ts";
export type { FaultOptions } from "./events/plan/faults.ts";
export type { Measured, Metrics } from "./projections/metrics.ts";
export type { Progress as RunProgress } from "./projections/progress.ts";
export { taskEvents, TaskEvent, TaskEventType } from "./projections/task-events.ts";
export type { Channel, EventRecord } from "./projections/task-events.ts";
export type { JobRow } from "./projections/jobs.ts";
export type { Envelope, Projection, StepRecord } from "./projections/projection.ts";
export type {
  KeyedRow,
  Projections,
  ProjectionsOptions,
  RowsOptions,
  SqlOptions,
} from "./projections/face.ts";
export { defineProjection } from "./projections/define.ts";
export { openProjections } from "./projections/runner.ts";
export { defineTable } from "./projections/table.ts";
export type {
  Cell,
  Columns,
  ColumnType,
  Table,
  TableDefinition,
  TableRow,
  Totals,
  View,
} from "./projections/table.ts";
export type { RowChange, WatchOptions } from "./projections/follow.ts";
export type { ProjectionStatus } from "./projections/status.ts";
export type { Answer, Query, State as BuildState } from "./projections/store.ts";
export type { Place as ProjectionsPlace } from "./projections/place.ts";
export { openAnalytics } from "./projections/analytics/questions/analytics.ts";
export type {
  Analytics,
  AnalyticsOptions,
  Questions,
} from "./projections/analytics/questions/analytics.ts";
export type { AgentLine } from "./projections/analytics/questions/agents.ts";
export type { BestAgentOptions } from "./projections/analytics/questions/best-agents.ts";
export type { Cost, CostDimension, CostsOptions } from "./projections/analytics/questions/costs.ts";
export type { RolloutMetrics } from "./projections/analytics/questions/quality.ts";
export type { LatenciesOptions } from "./projections/analytics/questions/times.ts";
export type { AgentTrend, TrendDay, TrendOptions } from "./projections/analytics/questions/trends.ts";
export type { EstimatesOptions, VariantsOptions } from "./projections/analytics/questions/workflows.ts";
export type {
  AgentRecommendation,
  ConfidenceFormula,
  Recommended,
  RecommendOptions,
} from "./projections/analytics/best-agent.ts";
export type { AgentTime, Bottlenecks, Dwell, HandoffGap } from "./projections/analytics/bottlenecks.ts";
export type { Advice } from "./projections/analytics/coordination.ts";
export type { Estimate, Estimates } from "./projections/analytics/estimates.ts";
export type { Overhead } from "./projections/analytics/overhead.ts";
export type { MinuteRollup } from "./projections/analytics/percentile.ts";
export type { QualityMetrics, RoleMetrics } from "./projections/analytics/quality-metrics.ts";
export type {
  AgentStatistics,
  NoStatistics,
  OrchestrationStatistics,
  Summary,
} from "./projections/analytics/statistics.ts";
export type { Trend, TrendName } from "./projections/analytics/trend.ts";
export type {
  Variant,
  VariantOptions,
  WorkflowStatistics,
} from "./projections/analytics/workflow-statistics.ts";
export { replayRun } from "./replay/replay-run.ts";
export type { PlacedRecord, Timeline } from "./replay/timeline.ts";
export type { Cause } from "./replay/cause.ts";
export type { Condition, Question } from "./replay/condition.ts";
export type { ChangedPath, ContextDiff } from "./replay/context-diff.ts";
export type { FindOptions, FoundMoment } from "./replay/find.ts";
export type {
  ActorSeen,
  ActorWhole,
  EffectSeen,
  Fault as ReplayFault,
  Moment,
  OpenSeen,
  RecordSeen,
  StateSeen,
} from "./replay/moment.ts";
export { diffMachines, type MachineChange } from "./replay/machine-diff.ts";
export type { MachinePart } from "./replay/machine-facts.ts";
export {
  upgradeCheck,
  type ActorUpgrade,
  type GoneTransition,
  type UpgradeGroup,
  type UpgradeOptions,
  type UpgradeReport,
} from "./replay/upgrade.ts";
export type { MigrationSeen, TimerSeen } from "./replay/migration-seen.ts";
export type { UpgradeFault, UpgradeVerdict } from "./replay/upgrade-actor.ts";
