// Many processes that record into one run at once: nothing that was acknowledged is lost, nothing is mixed up.
import { expect, test } from 'vitest';
import { tempStore } from '../support/runlog.js';
import { decodeLog } from '../../src/formats/design-log.js';

const WRITERS = Number(process.env['RUNLOG_TEST_WRITERS'] ?? 8);
const EVENTS_EACH = Number(process.env['RUNLOG_TEST_EVENTS'] ?? 40);

test(
  `${WRITERS} processes that append ${EVENTS_EACH} events each lose none, and the log has as many whole entries`,
  { timeout: 600_000 },
  async () => {
    const store = tempStore();
    const runId = await store.start('--id', 'run');
    const script = `i=0
      while [ $i -lt ${EVENTS_EACH} ]; do
        runlog append WRITE "writer $1 event $i" --result "first line
second line" --run run && echo "$1 $i"
        i=$((i + 1))
      done`;
    const outcomes = await Promise.all(
      Array.from({ length: WRITERS }, (_, writer) => store.shell('dash', `set -- ${writer}\n${script}`)),
    );
    const acknowledged = outcomes.flatMap(({ stdout }) => stdout.trim().split('\n'));
    expect(outcomes.map(({ stderr }) => stderr).join('')).toBe('');
    expect(acknowledged).toHaveLength(WRITERS * EVENTS_EACH);

    const { events, damage } = await store.json('show', runId);
    expect(damage).toEqual([]);
    const recorded = events
      .slice(1)
      .map(({ description }: { description: string }) => description.replace(/writer (\d+) event (\d+)/, '$1 $2'));
    expect(recorded.toSorted()).toEqual(acknowledged.toSorted());
    expect(new Set(events.map(({ id }: { id: string }) => id)).size).toBe(events.length);
    for (let writer = 0; writer < WRITERS; writer += 1) {
      const own = recorded.filter((text: string) => text.startsWith(`${writer} `));
      expect(own).toEqual(Array.from({ length: EVENTS_EACH }, (_, event) => `${writer} ${event}`));
    }

    const live = decodeLog(store.read('runs', runId, 'design-experiment.log'));
    expect(live.blocks).toHaveLength(WRITERS * EVENTS_EACH);
    expect((await store.runlog(['finalize', runId])).exitCode).toBe(0);
    const log = store.read('runs', runId, 'design-experiment.log');
    const { blocks, warnings } = decodeLog(log);
    expect(warnings).toEqual([]);
    expect(blocks).toHaveLength(WRITERS * EVENTS_EACH);
    for (const block of blocks)
      expect(block).toMatchObject({ kind: 'entry', action: 'WRITE', fields: [['Result', 'first line\nsecond line']] });
    expect(store.readJson('runs', runId, '_final.json').seal).toMatchObject({
      [Object.keys(store.readJson('runs', runId, '_final.json').seal)[0] as string]: {
        events: WRITERS * EVENTS_EACH + 2,
      },
    });
  },
);
