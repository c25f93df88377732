// A bare `runlog`: the last runs and where to go from there.
import { print, type Input } from '../commands/input.js';
import { recentRuns } from '../commands/recent-runs.js';
import { GROUPS } from './command-help.js';
import { columns, FIRST_STEPS, topics } from './overview.js';

/** What a bare `runlog` says: the last runs and what to do about them, else the first steps; and the commands by their names. */
export async function overview(input: Input): Promise<void> {
  const recent = await recentRuns(input);
  const first = recent ?? `Nothing is recorded in ${input.store.dir} yet. First steps:\n${columns(FIRST_STEPS)}\n`;
  const names = GROUPS.map((group): readonly [string, string] => [
    group,
    topics()
      .flatMap((topic) => (topic.group === group ? [topic.name] : []))
      .join(' '),
  ]);
  print(
    `${first}\nCommands:\n${columns(names)}\n\nrunlog --help says what they do; runlog help COMMAND shows how, with examples.\n`,
  );
}
