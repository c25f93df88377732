// What verify found, as text: a line a run, below it what is wrong and where.
import type { VerifiedRow } from '../formats/run-json.js';
import { toVisibleLine } from '../formats/visible-text.js';
import type { Painter } from './colors.js';
import { wrapTo } from './columns.js';

export function findingsText({ run_id, ok, findings }: VerifiedRow, paint: Painter, width: number): string {
  const verdict = ok ? (findings.length === 0 ? 'ok' : 'ok, but look') : 'NOT OK';
  const lines = [`${paint.paint(ok ? 'good' : 'bad', verdict)}  ${toVisibleLine(run_id)}`];
  for (const { kind, severity, segment, offset, message } of findings) {
    const where = `${severity}: ${kind} at byte ${offset} of ${toVisibleLine(segment)}`;
    lines.push(
      ...wrapTo(where, width - 2).map((line) => `  ${paint.paint(severity === 'damage' ? 'bad' : 'warning', line)}`),
    );
    lines.push(...wrapTo(toVisibleLine(message), width - 4).map((line) => `    ${line}`));
  }
  return `${lines.join('\n')}\n`;
}
