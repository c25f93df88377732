// The kill storm: sixteen processes record into one run and are killed at random moments, again and again. What they acknowledged
// must be there, as it was sent, and nothing that was never sent; runs whose scripts are killed must read as interrupted.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunlogEvent } from '../../../src/events/vocabulary.js';
import { tempStore, type TempStore } from '../../support/runlog.js';
import type { Campaign } from './campaign.js';
import { OwnedRuns } from './owned-runs.js';
import { readRaw } from './raw-journal.js';
import { STORM_RUN, startOneShot, startStream, textOf, type Life, type Writer } from './storm-writers.js';

const WRITERS = 16;
/** A run each, so that what a campaign of thousands of kills has to read at once stays within memory. */
const KILLS_A_RUN = 125;
/** Of the writers that start, and of those that are killed, how many are commands of one event; the others are streams. */
const ONE_SHOTS = 0.2;
const LONGEST_PAUSE_MS = 40;
/** Of the kills, how many are aimed at a write that is under way. A kill at any moment hits one in a hundred times at most. */
const AIMED = 0.5;
const AIM_MS = 40;

interface Tally {
  kills: number;
  killedOneShots: number;
  torn: number;
  acknowledged: number;
  lost: number;
  invented: number;
  unacknowledged: number;
  found: number;
  runs: number;
  interrupted: number;
  leftAlone: number;
}

export const killStorm: Campaign = async ({ kills, progress }) => {
  const tally: Tally = {
    ...{ kills: 0, killedOneShots: 0, torn: 0, acknowledged: 0, lost: 0, invented: 0, unacknowledged: 0 },
    ...{ found: 0, runs: 0, interrupted: 0, leftAlone: 0 },
  };
  const failures: string[] = [];
  while (tally.kills < kills) {
    const store = tempStore();
    await store.start('--id', STORM_RUN, '--owner-pid', 'none');
    const owned = new OwnedRuns(store);
    const [lives] = await Promise.all([
      storm(store, Math.min(KILLS_A_RUN, kills - tally.kills), tally, failures, progress),
      owned.killSome(),
    ]);
    await judge(store, lives, tally, failures);
    await finalizeStorm(store, tally, failures);
    const ended = await owned.finalize();
    tally.interrupted += ended.interrupted;
    tally.leftAlone += ended.leftAlone;
    failures.push(...ended.failures);
    fs.rmSync(path.dirname(store.cwd), { recursive: true });
  }
  return {
    figures: [
      ['processes that record at once', WRITERS],
      ['killed while they recorded', tally.kills],
      ['of them commands of one event, the others streams', tally.killedOneShots],
      ['lines that a kill tore in two', tally.torn],
      ['events acknowledged', tally.acknowledged],
      ['acknowledged events lost', tally.lost],
      ['events found that were sent and not yet acknowledged', tally.unacknowledged],
      ['events found that nobody sent', tally.invented],
      ['events found, by runlog and by a second reader alike', tally.found],
      ['stormy runs finalized, their logs read back whole', tally.runs],
      ['scripts killed whose runs finalize called interrupted', tally.interrupted],
      ['live runs that finalize left alone', tally.leftAlone],
    ],
    line: `acknowledged ${tally.acknowledged}, lost ${tally.lost}`,
    failures,
  };
};

/** Keeps all writers at work and kills some at a time, until enough are dead; those that are left write on and end. */
async function storm(
  store: TempStore,
  kills: number,
  tally: Tally,
  failures: string[],
  progress: (text: string) => void,
): Promise<Life[]> {
  const lives: Life[] = [];
  const alive = new Set<Writer>();
  let killed = 0;
  const isOver = (): boolean => killed >= kills;
  const work = async (slot: number): Promise<void> => {
    for (let turn = 0; !isOver(); turn += 1) {
      const start = Math.random() < ONE_SHOTS ? startOneShot : startStream;
      const writer = start(store, `writer ${slot} life ${turn}`);
      lives.push(writer.life);
      alive.add(writer);
      const complaint = await writer.done;
      if (complaint !== null) failures.push(complaint);
      alive.delete(writer);
    }
  };
  const workers = Array.from({ length: WRITERS }, (_, slot) => work(slot));
  while (!isOver()) {
    await wait(Math.random() * LONGEST_PAUSE_MS);
    const victim = choose([...alive]);
    if (victim === undefined) continue;
    alive.delete(victim);
    if (victim.life.isStream && Math.random() < AIMED) await killWhileItWrites(store, victim, alive);
    if (!(await victim.kill())) continue; // it had ended by itself
    killed += 1;
    tally.kills += 1;
    if (!victim.life.isStream) tally.killedOneShots += 1;
    for (const { resume } of alive) resume();
    progress(`${tally.kills} killed`);
  }
  for (const { finish } of alive) finish();
  await Promise.all(workers);
  return lives;
}

/** Any of those that write. A stream that is still starting has nothing to lose; a command of one event is always about to write. */
function choose(alive: readonly Writer[]): Writer | undefined {
  const oneShots = alive.filter(({ life }) => !life.isStream);
  const streams = alive.filter(({ life }) => life.isStream && life.acknowledged.length > 0);
  const from = Math.random() < ONE_SHOTS ? oneShots : streams;
  return from[Math.floor(Math.random() * from.length)] ?? alive[0];
}

/**
 * Kills a writer while it is writing its longest line: the others fall silent, it is given one event, and once the
 * segment begins to grow the kernel is copying.
 */
async function killWhileItWrites(store: TempStore, victim: Writer, others: ReadonlySet<Writer>): Promise<void> {
  const all = [victim, ...others];
  for (const { pause } of all) pause();
  const isBusy = ({ life }: Writer): boolean => life.isStream && !life.isKilled && life.acknowledged.length > 0;
  const waitsFor = ({ life }: Writer): boolean => life.sent.length > life.acknowledged.length;
  for (let tries = 0; tries < 200 && all.some((one) => isBusy(one) && waitsFor(one)); tries += 1) await wait(1);
  const segment = fs.openSync(store.segment(STORM_RUN), 'r');
  const before = fs.fstatSync(segment).size;
  victim.sendLongest();
  // Asked without a pause between: a write of this length takes some twenty microseconds.
  for (const end = performance.now() + AIM_MS; performance.now() < end && fs.fstatSync(segment).size === before;);
  void victim.kill();
  fs.closeSync(segment);
}

/** Compares what a run has with what its writers were given and what they acknowledged. */
async function judge(store: TempStore, lives: readonly Life[], tally: Tally, failures: string[]): Promise<void> {
  const { events, damage } = await showAll(store);
  const raw = readRaw(store.path('runs', STORM_RUN, 'journal'));
  const ids = new Set(events.map(({ id }) => id));
  if (ids.size !== events.length) failures.push('an event was shown twice');
  if (ids.size !== raw.ids.size || [...ids].some((id) => !raw.ids.has(id)))
    failures.push(`runlog finds ${ids.size} events, a second reader ${raw.ids.size}, or others`);
  if (damage.length !== raw.fragments.length)
    failures.push(`runlog reports ${damage.length} fragments, a second reader sees ${raw.fragments.length}`);
  tally.torn += raw.fragments.length;
  tally.found += ids.size;

  const byName = new Map(lives.map((life) => [life.name, life]));
  const found = new Map<string, string>();
  for (const event of events) {
    if (event.type !== 'action.logged') continue;
    const description = event.description ?? '';
    const [, name = '', number = ''] = /^(.*) event (\d+) of/.exec(description) ?? [];
    const isSent = byName.get(name)?.sent[Number(number)] === description && event.action === 'STORM';
    const isSame = isSent && JSON.stringify(event.fields) === JSON.stringify([['Result', textOf(description)]]);
    if (isSame && !found.has(description)) found.set(description, event.id);
    else {
      tally.invented += 1;
      failures.push(`${description} (${event.id}) was not sent so, or only once`);
    }
  }
  let acknowledged = 0;
  for (const { sent, acknowledged: said } of lives)
    for (const [number, id] of said.entries()) {
      acknowledged += 1;
      if (found.get(sent[number] as string) === id) continue;
      tally.lost += 1;
      failures.push(`${sent[number]} was acknowledged as ${id} and is not there`);
    }
  tally.acknowledged += acknowledged;
  tally.unacknowledged += found.size - acknowledged;
}

async function showAll(store: TempStore): Promise<{ events: RunlogEvent[]; damage: unknown[] }> {
  // By a file: it is longer than what is kept of a command's output.
  const { stderr } = await store.shell('bash', `exec runlog show ${STORM_RUN} --json >shown.json`);
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(fs.readFileSync(path.join(store.cwd, 'shown.json'), 'utf8')) as Awaited<ReturnType<typeof showAll>>;
}

/** The stormy run ends like any other, its seal covers every event, and its log is read back whole. */
async function finalizeStorm(store: TempStore, tally: Tally, failures: string[]): Promise<void> {
  const { ids, fragments } = readRaw(store.path('runs', STORM_RUN, 'journal'));
  const { exitCode, stdout } = await store.runlog(['finalize', STORM_RUN, '--status', 'completed']);
  const final = store.readJson<{ status: string; seal: Record<string, { events: number }> }>(
    ...['runs', STORM_RUN, '_final.json'],
  );
  const sealed = Object.values(final.seal).reduce((sum, { events }) => sum + events, 0);
  if (exitCode !== (fragments.length === 0 ? 0 : 3)) failures.push(`finalize exited with ${exitCode}: ${stdout}`);
  if (final.status !== 'completed') failures.push(`the stormy run was finalized as ${final.status}`);
  if (sealed !== ids.size + 1) failures.push(`the seal covers ${sealed} events of ${ids.size + 1}`);

  const log = store.path('runs', STORM_RUN, 'design-experiment.log');
  const { runs } = await store.json<{ runs: { events: number; warnings: string[] }[] }>(
    ...['--dir', 'elsewhere', 'import', log],
  );
  // All but the start.
  if (runs[0]?.events !== ids.size - 1) failures.push(`the log has ${runs[0]?.events} entries of ${ids.size - 1}`);
  if (runs[0]?.warnings.length !== 0) failures.push(`the log reads back with: ${runs[0]?.warnings.join('; ')}`);
  tally.runs += 1;
}
