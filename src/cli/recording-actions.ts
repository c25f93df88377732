// The recording commands' actions. They reach no third-party code: a test holds that.
import { append } from '../commands/append.js';
import { beat } from '../commands/beat.js';
import { debugAttempt, debugEnd, debugStart } from '../commands/debug.js';
import { error } from '../commands/error.js';
import type { Input } from '../commands/input.js';
import { issueEnd, issueStart } from '../commands/issue.js';
import { metric } from '../commands/metric.js';
import { pipeline } from '../commands/pipeline.js';
import { plan } from '../commands/plan.js';
import { item, stage } from '../commands/stage.js';
import { start } from '../commands/start.js';
import { stepEnd, stepNote, stepStart } from '../commands/step.js';
import { tool } from '../commands/tool.js';
import { usage } from '../commands/usage.js';

export type Action = (input: Input) => void | Promise<void>;

export const RECORDING_ACTIONS: Readonly<Record<string, Action>> = {
  start,
  append,
  plan,
  'step start': stepStart,
  'step note': stepNote,
  'step end': stepEnd,
  'issue start': issueStart,
  'issue end': issueEnd,
  metric,
  error,
  usage,
  tool,
  pipeline,
  'debug start': debugStart,
  'debug attempt': debugAttempt,
  'debug end': debugEnd,
  stage,
  item,
  beat,
};
