// What to do next about a run: commands to copy, each with what it is good for.
import type { Row, Section } from '../report.js';
import { shellWord } from '../shell-words.js';

export interface Standing {
  status: string;
  /** Whether its end is on record; that of a dead run is only seen. */
  hasEnded: boolean;
  /** Whether finalize may end it. */
  isOver: boolean;
  isDamaged: boolean;
  hasActions: boolean;
  hasErrors: boolean;
  /** Whether it says its intent or project: by what other runs are like it. */
  hasKin: boolean;
  isFolded: boolean;
}

/** `dir`: the store, where the caller had to name it. */
export function nextSection(runId: string, dir: string | undefined, standing: Standing): Section {
  const { status, hasEnded, isOver, isDamaged, hasActions, hasErrors, hasKin, isFolded } = standing;
  const rows: Row[] = [];
  const store = dir === undefined ? '' : ` --dir ${shellWord(dir)}`;
  // Short, so that a command of a long id stands on one line of 80 columns.
  const add = (isWanted: boolean, command: string, why: string): void => {
    if (isWanted) rows.push({ cells: [`runlog ${command}${store}`, why], tone: 'plain', notes: [] });
  };
  const id = shellWord(runId);
  const hasGoneWrong = ['failed', 'partial', 'interrupted'].includes(status);
  add(isDamaged, `verify ${id}`, 'what is damaged');
  add(status === 'running', `tail ${id} -f`, 'what it does now');
  add(!hasEnded && isOver, `finalize ${id}`, 'record its end');
  add(hasGoneWrong && hasErrors, `errors ${id}`, 'met before?');
  add(hasGoneWrong && hasKin, `compare --last-good ${id}`, 'what has changed');
  add(hasGoneWrong, `show ${id}`, 'every event');
  add(hasGoneWrong && hasActions, `commands ${id}`, 'do it again');
  add(isFolded, `summary ${id} --full`, 'every row');
  return { title: 'Next', columns: ['command', 'for'], rows, flexible: 1 };
}
