// What was measured, counted and spent in a run: metrics, models, tools, code.
import type { CodeChanges } from '../../views/issues.js';
import type { RunState } from '../../views/run.js';
import { executions, stepSeconds, sumSeconds } from '../../views/steps.js';
import { addSums, noTokens, sumGroups, totalTokens, type TokenSums } from '../../views/tokens.js';
import { countText, counted, durationText, measureText } from '../quantities.js';
import type { Row, Section } from '../report.js';
import { costText } from './facts.js';

export function metricsSection({ metrics }: RunState): Section {
  const rows = metrics.map((metric): Row => {
    const range = metric.count > 1 && metric.min !== null && metric.max !== null;
    const word = metric.passed === null ? '' : metric.passed ? 'ok' : 'fail';
    return {
      cells: [
        metric.issue === null ? metric.name : `${metric.name} (issue ${metric.issue})`,
        `${measureText(metric.value)}${metric.unit === null ? '' : ` ${metric.unit}`}`,
        metric.limit === null ? '' : `${metric.direction === 'min' ? '>=' : '<='} ${metric.limit}`,
        word,
        [
          range
            ? `${metric.count} values, ${measureText(metric.min as number)} to ${measureText(metric.max as number)}`
            : null,
          metric.count > 1 && metric.failures > 0 ? `${metric.failures} failed` : null,
        ]
          .filter(Boolean)
          .join(', '),
      ],
      tone: word === 'fail' ? 'bad' : word === 'ok' ? 'good' : 'plain',
      notes: [],
    };
  });
  return { title: 'Metrics', columns: ['name', 'value', 'limit', '', ''], rows, outcome: 3 };
}

/** Where the time and the money went, by agent, the dearest first. Of steps at once each counts. */
export function spendingSection({ steps, usage }: RunState): Section {
  const spent = new Map<string | null, { seconds: (number | null)[]; sums: TokenSums }>();
  const of = (agent: string | null): { seconds: (number | null)[]; sums: TokenSums } => {
    const known = spent.get(agent) ?? { seconds: [], sums: noTokens() };
    spent.set(agent, known);
    return known;
  };
  for (const step of executions(steps)) of(step.agent).seconds.push(stepSeconds(step));
  for (const { agent, sums } of usage.groups.values()) addSums(of(agent).sums, sums);
  const all = [...spent].map(([agent, { seconds, sums }]) => ({
    agent,
    steps: seconds.length,
    seconds: sumSeconds(seconds),
    sums,
  }));
  const [time, money] = [
    sumSeconds(all.map(({ seconds }) => seconds)) ?? 0,
    all.reduce((sum, { sums }) => sum + (sums.costUsd ?? 0), 0),
  ];
  all.sort((a, b) => (b.sums.costUsd ?? -1) - (a.sums.costUsd ?? -1) || (b.seconds ?? -1) - (a.seconds ?? -1));
  const rows = all.map(({ agent, steps: count, seconds, sums }): Row => ({
    cells: [
      agent ?? 'agent not said',
      count === 0 ? '' : counted(count, 'step'),
      seconds === null ? '' : durationText(seconds),
      shareText(seconds, time),
      sums.calls === 0 ? '' : `${costText(sums)}`,
      shareText(sums.costUsd, money),
    ],
    tone: 'plain',
    notes: [],
  }));
  const isSplit = rows.length > 1 && (time > 0 || money > 0);
  return { title: 'Time and money', columns: ['agent', '', 'took', '', 'cost', ''], rows: isSplit ? rows : [] };
}

/** `█████▌    55%`; nothing of nothing, or where the part is not known. */
function shareText(part: number | null, whole: number): string {
  if (part === null || whole <= 0) return '';
  const WIDTH = 10;
  const halves = Math.max(part > 0 ? 1 : 0, Math.floor((2 * WIDTH * part) / whole));
  const bar = '█'.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? '▌' : '');
  return `${bar.padEnd(WIDTH)} ${Math.round((100 * part) / whole)}%`;
}

export function tokensSection({ usage }: RunState): Section {
  const rows = sumGroups(usage.groups.values(), ({ provider, model }) => [provider, model]).map(
    ({ key, sums }): Row => ({
      cells: [
        [key[1] ?? 'model not said', key[0] === null ? null : `(${key[0]})`].filter(Boolean).join(' '),
        counted(sums.calls, 'call'),
        `${countText(totalTokens(sums))} tokens`,
        costText(sums),
      ],
      tone: sums.unpricedCalls === 0 ? 'plain' : 'warning',
      notes: [],
    }),
  );
  return { title: 'Models', columns: ['model', 'calls', 'tokens', 'cost'], rows };
}

export function toolsSection({ tools }: RunState): Section {
  const rows = tools.map(({ tool, agent, issue, calls, failures, totalDurationMs, timedCalls }): Row => ({
    cells: [
      tool,
      [agent, issue === null ? null : `issue ${issue}`].filter(Boolean).join(', '),
      counted(calls, 'call'),
      failures === 0 ? '' : `${failures} failed`,
      totalDurationMs === null ? '' : `${callText(totalDurationMs / timedCalls)} each`,
    ],
    tone: failures === 0 ? 'plain' : 'warning',
    notes: [],
  }));
  return { title: `Tools (${rows.length})`, columns: ['tool', 'by', 'calls', '', 'took'], rows };
}

/** A call of a tool is often too short for seconds. */
function callText(ms: number): string {
  return ms < 999.5 ? `${Number(ms.toPrecision(3))} ms` : durationText(ms / 1000);
}

export function codeSection({ issues, code }: RunState): Section {
  const measured: [string, CodeChanges | null][] = [
    ...issues.map((issue): [string, CodeChanges | null] => [`issue ${issue.iid}`, issue.code]),
    ['run', code],
  ];
  const rows = measured.flatMap(([what, changes]): Row[] =>
    changes === null ? [] : [{ cells: [what, codeText(changes)], tone: 'plain', notes: [] }],
  );
  return { title: 'Code', columns: ['of', 'changes'], rows, flexible: 1 };
}

function codeText(code: CodeChanges): string {
  const files: [number | null, string][] = [
    [code.filesCreated, 'created'],
    [code.filesModified, 'modified'],
    [code.filesDeleted, 'deleted'],
  ];
  const changed = files.filter(([count]) => (count ?? 0) > 0).map(([count, how]) => `${count} ${how}`);
  return [
    code.linesAdded === null && code.linesDeleted === null
      ? null
      : `+${code.linesAdded ?? '?'} -${code.linesDeleted ?? '?'} lines`,
    code.filesModified === null ? null : `files: ${changed.join(', ') || 'none'}`,
    code.commits === null ? null : counted(code.commits, 'commit'),
    code.testCoverage === null ? null : `${Number(code.testCoverage.toFixed(1))}% covered`,
  ]
    .filter(Boolean)
    .join(', ');
}
