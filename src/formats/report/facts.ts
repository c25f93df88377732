// What a report says of a run as a whole, before its sections.
import { durationSeconds, startTime, type Ending, type RunState } from '../../views/run.js';
import { totalTokens, unpricedModels, type TokenSums } from '../../views/tokens.js';
import { countText, counted, durationText, moneyText } from '../quantities.js';

export function factsOf(state: RunState, showTime: (instant: string) => string): [string, string][] {
  const { started, ending, tokens } = state;
  const begin = startTime(state);
  const model = [started?.llm?.provider, started?.llm?.model].filter(Boolean).join(' / ');
  const temperature = started?.llm?.temperature ?? null;
  const all: [string, string | null | undefined][] = [
    ['Error', ending?.error],
    ['Project', started?.project],
    ['Mode', started?.execution_mode],
    ['Issue', started?.specific_issue],
    ['Intent', started?.intent_type],
    [
      'Trigger',
      [started?.trigger?.source, started?.trigger?.issue_key, started?.trigger?.issue_status].filter(Boolean).join(' '),
    ],
    ['Model', `${model}${model !== '' && temperature !== null ? `, temperature ${temperature}` : ''}`],
    ['Started', begin === null ? null : showTime(begin)],
    ['Ended', endedText(ending, showTime)],
    ['Took', ending === null ? null : durationText(durationSeconds(state))],
    ['Tokens', tokenText(tokens)],
    ['Cost', tokens.calls === 0 ? null : costText(tokens)],
    ['Unpriced', unpricedText(state)],
    ['Host', started?.host],
    ['Folder', started?.cwd],
    ['Commit', commitText(started?.git)],
    ['Imported', started?.source?.file],
    [
      'Tags',
      Object.entries(started?.tags ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(' '),
    ],
  ];
  return all.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== undefined && fact[1] !== '');
}

function endedText(ending: Ending | null, showTime: (instant: string) => string): string | null {
  return ending?.endedAt === null || ending === null ? null : showTime(ending.endedAt);
}

function tokenText(tokens: TokenSums): string | null {
  const total = totalTokens(tokens);
  if (total === null) return null;
  const cached = tokens.cachedRead === null ? '' : `, ${countText(tokens.cachedRead)} from caches`;
  return `${countText(total)} (${countText(tokens.input)} in${cached}; ${countText(tokens.output)} out)`;
}

function unpricedText({ usage }: RunState): string {
  return unpricedModels(usage)
    .map(({ provider, model }) => [model ?? 'model not said', provider === null ? null : `(${provider})`])
    .map((words) => words.filter(Boolean).join(' '))
    .join(', ');
}

/** `$0.0123`, `unknown`, or both: what is known, and how many calls are not in it. */
export function costText({ costUsd, unpricedCalls }: TokenSums): string {
  if (costUsd === null) return 'unknown';
  return `${moneyText(costUsd)}${unpricedCalls === 0 ? '' : `, and ${counted(unpricedCalls, 'call')} of unknown cost`}`;
}

function commitText(git: { commit?: string | null; dirty?: boolean | null } | null | undefined): string | null {
  if (!git?.commit) return null;
  return `${git.commit.slice(0, 12)}${git.dirty === true ? ' with local changes' : ''}`;
}
