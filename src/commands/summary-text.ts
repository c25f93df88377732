// The answers of runlog summary for people.
import { reportMarkdown } from '../formats/report/markdown.js';
import { reportOf } from '../formats/report/run-report.js';
import { traceText } from '../formats/trace.js';
import type { RunReading } from '../runs/verdict.js';
import { painter } from '../terminal/colors.js';
import { reportText } from '../terminal/report-text.js';
import { localTime, screenWidth } from '../terminal/screen.js';
import { traceOf } from '../views/trace.js';
import type { Input } from './input.js';

export function summaryText(
  input: Input,
  { runId, state, status, reason, damage, judgement }: RunReading,
  format: 'text' | 'markdown' | 'trace',
): string {
  if (format === 'trace') return `${traceText(traceOf(state))}\n`;
  const report = reportOf(state, {
    runId,
    status,
    reason,
    now: status === 'running' ? new Date().toISOString() : null,
    dir: input.context.dir,
    hasEnded: judgement === null,
    isOver: judgement?.isOver === true,
    isDamaged: damage.length > 0,
    isFull: input.has('full'),
    showTime: localTime,
  });
  if (format === 'markdown') return reportMarkdown(report);
  const { env, isColorless } = input.context;
  return reportText(report, painter(isColorless, env), screenWidth(env));
}
