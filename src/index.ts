// runlog as a library: what a program may rely on.
export { openRun, recordRun, startRun, type RunOptions, type StartOptions } from './library/start.js';
export {
  type CorrectionFacts,
  type EndFacts,
  type Issue,
  type ItemFacts,
  type PlanFacts,
  type Run,
} from './library/run.js';
export type {
  Belongs,
  CodeFacts,
  DebugOptions,
  Debugging,
  ErrorOptions,
  Fields,
  FieldValue,
  MetricOptions,
  PipelineFacts,
  Step,
  StepOptions,
  StepStatus,
  ToolCall,
  Usage,
} from './library/recorder.js';
export type { OnError } from './library/problems.js';
export type { EventBody, EventType, Json, RunStatus } from './events/vocabulary.js';
export { RunlogError, type ErrorCode } from './events/errors.js';
