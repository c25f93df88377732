// What git says of a difference, `--raw --numstat -z`, as numbers. Pure: it runs nothing.

export interface DiffFacts {
  filesCreated: number;
  /** Changed, renamed, another mode or another kind of file. */
  filesModified: number;
  filesDeleted: number;
  linesAdded: number;
  linesDeleted: number;
}

/** One file of the raw part, modes and object ids as git writes them; an id of zeros is one that git has not worked out. */
export interface RawChange {
  oldMode: string;
  oldId: string;
  newId: string;
  status: string;
  /** Where it was; for all but renamed files also where it is. A byte a character. */
  path: string;
}

export function parseDiff(output: string): DiffFacts {
  const { changes, lineCounts } = splitDiff(output);
  const count = (statuses: string): number => changes.filter(({ status }) => statuses.includes(status)).length;
  return {
    filesCreated: count('A'),
    filesModified: count('MTR'),
    filesDeleted: count('D'),
    linesAdded: lineCounts.reduce((sum, [added]) => sum + added, 0),
    linesDeleted: lineCounts.reduce((sum, [, deleted]) => sum + deleted, 0),
  };
}

/** The raw part alone, one entry a file. */
export function parseRaw(output: string): RawChange[] {
  return splitDiff(output).changes;
}

function splitDiff(output: string): { changes: RawChange[]; lineCounts: [added: number, deleted: number][] } {
  const changes: RawChange[] = [];
  const lineCounts: [number, number][] = [];
  const tokens = output.split('\0');
  for (let index = 0; index < tokens.length - 1; index++) {
    const token = tokens[index] as string;
    const raw = /^:(\d+) \d+ ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*$/.exec(token);
    // Binary files have dashes for numbers.
    const lines = raw === null ? /^(\d+|-)\t(\d+|-)\t([^]*)$/.exec(token) : null;
    if (raw !== null) {
      const [, oldMode = '', oldId = '', newId = '', status = ''] = raw;
      changes.push({ oldMode, oldId, newId, status, path: tokens[index + 1] ?? '' });
      index += status === 'R' ? 2 : 1;
    } else if (lines !== null) {
      lineCounts.push([Number(lines[1]) || 0, Number(lines[2]) || 0]);
      // A renamed file's two paths stand in tokens of their own.
      if (lines[3] === '') index += 2;
    } else {
      throw new Error(`git diff wrote what is not known: ${JSON.stringify(token.slice(0, 80))}`);
    }
  }
  return { changes, lineCounts };
}
