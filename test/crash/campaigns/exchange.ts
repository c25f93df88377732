// A rival exchanges the folders of a store for links to look-alikes outside it (renameat2 with RENAME_EXCHANGE), as fast as it can,
// while rotate and restore are at work. What is outside stays as it is, and no run is lost.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT, sealedEnv, tempStore, treeOf, type TempStore } from '../../support/runlog.js';
import type { Campaign, CampaignOptions, CampaignResult } from './campaign.js';

const ATTACKER = path.join(ROOT, 'test', 'crash', 'campaigns', 'exchange.py');
const RUNS = ['run-1', 'run-2', 'run-3'] as const;

/**
 * What is exchanged for a link to the same thing outside, by its path in the store. None lies in another of its row: through a link
 * the rival itself would change what is outside.
 */
const TARGETS: readonly (readonly string[])[] = [
  ['runs/run-1', 'runs/run-2'],
  ['runs'],
  ['runs/run-1/journal', 'runs/run-2/issues'],
  ['.trash'],
  ['archive'],
  ['runs', 'archive', '.trash'],
  ['runs/run-3', 'runs/run-1/issues', 'archive'],
];
const WAYS = ['delete', 'archive', 'restore'] as const;

export const exchange: Campaign = async ({ seconds, progress }: CampaignOptions): Promise<CampaignResult> => {
  const counts = { rotations: 0, restores: 0, swaps: 0, met: 0, kept: 0, gone: 0, touched: 0, lost: 0 };
  const failures: string[] = [];
  const template = await makeTemplate();
  const until = Date.now() + seconds * 1000;
  for (let round = 0; Date.now() < until || round === 0; round += 1) {
    const targets = TARGETS[round % TARGETS.length] as readonly string[];
    const way = WAYS[Math.floor(round / TARGETS.length + round) % WAYS.length] as (typeof WAYS)[number];
    progress(`round ${round}: ${way} against ${targets.join(', ')}`);
    const broken = await attack(template, targets, way, counts);
    failures.push(...broken.map((what) => `${way} against an exchange of ${targets.join(', ')}: ${what}`));
  }
  return {
    figures: [
      ['rotations', counts.rotations],
      ['restores', counts.restores],
      ['exchanges', counts.swaps],
      ['commands that met something exchanged', counts.met],
      ['runs put away', counts.gone],
      ['runs kept', counts.kept],
      ['outside touched', counts.touched],
      ['runs lost', counts.lost],
    ],
    line: `RENAME_EXCHANGE for ${seconds} s: ${counts.rotations} rotations and ${counts.restores} restores against ${counts.swaps} swaps (${counts.met} met one), outside touched ${counts.touched}, runs lost ${counts.lost}`,
    failures,
  };
};

type Counts = Record<'rotations' | 'restores' | 'swaps' | 'met' | 'kept' | 'gone' | 'touched' | 'lost', number>;

/** A store with three finalized runs, each with an issue, and archives of the same. */
async function makeTemplate(): Promise<{ store: TempStore; archived: string }> {
  const store = tempStore();
  RUNS.forEach((runId, index) => {
    const at = new Date(Date.UTC(2025, 0, index + 1)).toISOString();
    store.write(runId, [
      { type: 'run.started', run_id: runId, owner: null, host: null, at },
      { type: 'issue.started', issue: '3', at },
      { type: 'issue.ended', issue: '3', status: 'completed', at },
      { type: 'run.ended', status: 'completed', at },
    ]);
  });
  await store.ok('finalize', ...RUNS);
  const archived = path.join(store.cwd, 'archived');
  fs.cpSync(store.dir, archived, { recursive: true });
  await store.runlog(['rotate', '--dir', archived]);
  fs.mkdirSync(path.join(archived, '.trash'), { recursive: true });
  return { store, archived };
}

async function attack(
  template: { store: TempStore; archived: string },
  targets: readonly string[],
  way: (typeof WAYS)[number],
  counts: Counts,
): Promise<string[]> {
  const store = tempStore();
  // Outside lie look-alikes: the very same runs and archives.
  const outside = path.join(store.cwd, 'outside');
  fs.cpSync(template.archived, outside, { recursive: true });
  fs.rmSync(path.join(outside, 'runs'), { recursive: true });
  fs.cpSync(template.store.path('runs'), path.join(outside, 'runs'), { recursive: true });
  fs.writeFileSync(path.join(outside, '.trash', 'gone-precious'), 'precious');
  fs.mkdirSync(path.join(outside, '.trash', 'gone-folder'));
  fs.cpSync(way === 'restore' ? template.archived : template.store.dir, store.dir, { recursive: true });
  for (const folder of ['archive', '.trash', 'runs']) fs.mkdirSync(store.path(folder), { recursive: true });
  const runs = treeOf(template.store.path('runs'));
  const before = treeOf(outside);

  const pairs = targets.flatMap((target, index) => {
    const link = path.join(store.cwd, `link-${index}`);
    fs.symlinkSync(path.join(outside, target), link);
    return [store.path(target), link];
  });
  // What is not there yet is exchanged as soon as it is.
  const rival = store.live('python3', [ATTACKER, ...pairs], sealedEnv(store.home));
  await rival.line();
  const failures: string[] = [];
  const reported = new Set<string>();
  for (let turn = 0; turn < 3; turn += 1) {
    const outcomes =
      way === 'restore'
        ? await Promise.all(RUNS.map((runId) => store.runlog(['restore', runId, '--lock-timeout', '60'])))
        : [await store.runlog(['rotate', '--json', ...(way === 'delete' ? ['--delete'] : [])])];
    if (way === 'restore') counts.restores += outcomes.length;
    else counts.rotations += 1;
    for (const { exitCode, stdout, stderr } of outcomes) {
      if (exitCode !== 0) counts.met += 1;
      if (exitCode === 1 || exitCode > 100) failures.push(`a command broke: ${exitCode} ${stderr}`);
      if (way === 'restore' || !stdout.includes('"runs":')) continue;
      for (const { run_id, action } of (JSON.parse(stdout) as { runs: { run_id: string; action: string }[] }).runs) {
        if (action === 'keep') counts.kept += 1;
        else counts.gone += 1;
        if (action === 'delete') reported.add(run_id);
      }
    }
  }
  rival.say();
  counts.swaps += Number(await rival.line());
  await rival.ended();

  if (JSON.stringify(treeOf(outside)) !== JSON.stringify(before)) {
    counts.touched += 1;
    failures.push('what lies outside was touched');
  }
  const lost = RUNS.filter((runId) => !reported.has(runId) && !isWhole(store, runId, runs));
  counts.lost += lost.length;
  for (const runId of lost) failures.push(`${runId} is lost: ${Object.keys(treeOf(store.cwd)).join(' ')}`);
  fs.rmSync(store.cwd, { recursive: true });
  return failures;
}

/** Whether a run lies whole in the store, the archive, the trash, or where the rival has put it. */
function isWhole(store: TempStore, runId: string, runs: Record<string, string>): boolean {
  const wanted = Object.entries(runs).filter(([file, content]) => file.includes('journal/') && content !== '(folder)');
  const journal = wanted.find(([file]) => file.startsWith(`${runId}/`))?.[1];
  const found = fs
    .readdirSync(store.cwd, { recursive: true, withFileTypes: true })
    .filter((entry) => !path.join(entry.parentPath, entry.name).startsWith(path.join(store.cwd, 'outside')));
  return found.some((entry) => {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name === `${runId}.tar.gz`) return holdsJournal(file, journal);
    return (
      entry.isFile() && entry.name.endsWith('.jsonl') && journal?.endsWith(fs.readFileSync(file, 'latin1')) === true
    );
  });
}

function holdsJournal(archive: string, journal: string | undefined): boolean {
  const { status, stdout } = spawnSync('tar', ['-xzOf', archive, '--wildcards', '*.jsonl'], { encoding: 'latin1' });
  return status === 0 && stdout !== '' && journal?.endsWith(stdout) === true;
}
