// A store to ask questions of: runs of several projects, models and outcomes, with texts that CSV, SQL and JSON could trip over.
import { placeGoldenRun, tempStore, type TempStore } from './runlog.js';

export const NASTY: readonly string[] = [
  '=1+1',
  "'=1",
  '- a point',
  '\t=1',
  'a "quoted", text',
  'two\r\nlines',
  "it's",
  'ünï⌘😀',
  'half \ud83d',
  '\\ud83d',
  'nul \0 end',
];

/** Runs of fixed times and values, among them one that is open, one that failed and the golden one, which has every type. */
export function queryStore(count = 24): TempStore {
  const store = tempStore();
  placeGoldenRun(store);
  for (let number = 0; number < count; number += 1) store.write(idOf(number), eventsOf(number, number < count - 1));
  return store;
}

export function idOf(number: number): string {
  return `run_20251003_${String(number).padStart(6, '0')}_q`;
}

function eventsOf(number: number, isEnded: boolean): Record<string, unknown>[] {
  const issue = `I-${number % 5}`;
  const text = NASTY[number % NASTY.length] as string;
  const hasFailed = number % 4 === 0;
  const provider = number % 3 === 0 ? 'anthropic' : 'openai';
  const model = number % 3 === 0 ? 'claude-sonnet-4-5' : 'gpt-5';
  return [
    {
      type: 'run.started',
      run_id: idOf(number),
      project: number % 7 === 6 ? null : `p${number % 3}`,
      intent_type: ['train', 'review', 'deploy'][number % 3],
      llm: { provider, model, temperature: number / 10 },
      tags: { team: 'ml', note: text },
      source: { format: 'test' },
    },
    { type: 'issue.started', issue, complexity: (number % 3) + 0.5 },
    { type: 'step.noted', step: 0, title: 'planned', detail: text, metrics: { KS: 'NaN' } },
    { type: 'step.started', step: 1, agent: 'coding', task: text, issue },
    {
      type: 'tokens.used',
      model,
      provider,
      agent: 'coding',
      step: 1,
      issue,
      input: 1000 + number,
      output: 10 * number,
    },
    {
      type: 'tool.called',
      tool: 'Bash',
      agent: 'coding',
      step: 1,
      issue,
      success: number % 2 === 0,
      duration_ms: 10.5,
    },
    { type: 'tool.called', tool: 'Read', agent: 'coding', step: 1, issue, success: true },
    { type: 'metric.measured', name: 'loss', value: 1 / (number + 1), limit: 0.5, direction: 'max', step: 1 },
    { type: 'metric.measured', name: 'mia', value: number % 5 === 0 ? '-Infinity' : -number, issue },
    {
      type: 'action.logged',
      action: 'CHECK_DISK',
      description: text,
      fields: [
        ['Command', text],
        ['Result', hasFailed ? 'failure' : 'ok'],
      ],
    },
    {
      type: 'step.ended',
      step: 1,
      agent: 'coding',
      status: hasFailed ? 'FAIL' : 'SUCCESS',
      error: hasFailed ? text : null,
      output_summary: hasFailed ? null : text,
    },
    { type: 'step.started', step: 2, agent: 'testing', task: 'test', issue },
    {
      type: 'pipeline.recorded',
      pipeline_id: `pipe-${number}`,
      status: hasFailed ? 'failed' : 'success',
      failed_jobs: hasFailed ? ['lint', text] : [],
      queue_seconds: 1.5,
      execution_seconds: number,
      retry_attempt: number % 2,
      issue,
    },
    { type: 'debug.started', agent: 'coding', error_type: 'TypeError', message: text, issue },
    { type: 'debug.attempted', agent: 'coding', issue },
    { type: 'debug.ended', resolved: !hasFailed, method: 'retry', agent: 'coding', issue },
    ...(hasFailed
      ? [
          {
            type: 'error.raised',
            error_type: 'OOM',
            message: text,
            severity: 'high',
            agent: 'coding',
            issue,
            resolved: false,
          },
        ]
      : []),
    { type: 'step.ended', step: 2, agent: 'testing', status: 'SUCCESS' },
    { type: 'issue.ended', issue, status: hasFailed ? 'failed' : 'completed' },
    ...(isEnded
      ? [{ type: 'run.ended', status: hasFailed ? 'failed' : 'completed', cause: { exit_code: hasFailed ? 1 : 0 } }]
      : []),
  ];
}
