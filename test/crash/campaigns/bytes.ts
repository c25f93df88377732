// A sealed run cut at every byte and changed at every byte. Nothing may go undetected, and no neighbour may be lost with what was hit.
//
// In full (a stride of 1) the whole run is verified anew for each. In short, every byte is tried against the seal, every third one
// also with the reader, on the hit line between its neighbours, and the whole run is verified for every `stride`th.
import fs from 'node:fs';
import path from 'node:path';
import type { SegmentSeal } from '../../../src/formats/run-files.js';
import { readSegment } from '../../../src/journal/read.js';
import { SealCheck, findSeal } from '../../../src/runs/seal.js';
import type { Store } from '../../../src/runs/paths.js';
import { verifyRun } from '../../../src/runs/verify.js';
import { vantage } from '../../../src/runs/verdict.js';
import { TempStore } from '../../support/runlog.js';
import type { Campaign, CampaignResult } from './campaign.js';

const EVENTS = 200;
/** One bit and all bits; and a line feed is made of an asterisk, and a space of a line feed. */
const flipsOf = (byte: number): number[] =>
  byte === 42 ? [0x01, 0xff, 0x20] : byte === 10 ? [0x01, 0xff, 0x2a] : [0x01, 0xff];

export const bytes: Campaign = async ({ stride, progress }) => {
  const store = new TempStore();
  const sealed = await makeSealedRun(store);
  const result = { prefixes: 0, flips: 0, wholeReadings: 0, undetected: 0, lost: 0 };
  const failures: string[] = [];
  const fail = (what: 'undetected' | 'lost', sentence: string): void => {
    result[what] += 1;
    if (failures.length < 20) failures.push(sentence);
  };
  for (let at = 0; at < sealed.bytes.length; at++) {
    if (at % 1000 === 0) progress(`byte ${at} of ${sealed.bytes.length}`);
    const isWhole = at % stride === 0;
    const isRead = isWhole || at % 3 === 0;
    const all = flipsOf(sealed.bytes[at] as number);
    // In short, bytes take turns.
    const flips = stride === 1 || isWhole ? all : [all[at % all.length] as number];
    result.prefixes += 1;
    cutAt(sealed, at, { isRead, isWhole }, fail);
    for (const flip of flips) {
      result.flips += 1;
      flipAt(sealed, at, flip, { isRead, isWhole }, fail);
    }
    if (isWhole) result.wholeReadings += 1 + flips.length;
  }
  if (verifyRun(sealed.store, 'run', vantage()).length > 0)
    failures.push('the run is not sound after all was put back');
  return resultOf(result, failures);
};

function resultOf(
  {
    prefixes,
    flips,
    wholeReadings,
    undetected,
    lost,
  }: Record<'prefixes' | 'flips' | 'wholeReadings' | 'undetected' | 'lost', number>,
  failures: string[],
): CampaignResult {
  return {
    figures: [
      ['events of the sealed run', EVENTS],
      ['prefixes, one for each byte', prefixes],
      ['bytes changed, in one bit and in all', flips],
      ['of all these, with the whole run read anew', wholeReadings],
      ['undetected', undetected],
      ['neighbours lost', lost],
    ],
    line: `bytes: ${EVENTS} events, ${prefixes} prefixes, ${flips} flips: undetected ${undetected}, neighbours lost ${lost}`,
    failures,
  };
}

interface SealedRun {
  store: Store;
  file: string;
  bytes: Buffer;
  /** Where each event's line begins, its line feed in front included; and at last the end. */
  starts: number[];
  ids: string[];
  seal: SegmentSeal;
  /** For the reader to try a few lines. */
  scratch: string;
}

async function makeSealedRun(store: TempStore): Promise<SealedRun> {
  const events = Array.from({ length: EVENTS }, (_, index): Record<string, unknown> => {
    if (index === 0) return { type: 'run.started', run_id: 'run' };
    if (index === EVENTS - 1) return { type: 'run.ended', status: 'completed' };
    return index % 2 === 0
      ? {
          type: 'action.logged',
          action: 'WORK',
          description: `step ${index} * "é✅" \\`,
          fields: [['Result', '[1, 2]']],
        }
      : { type: 'metric.measured', name: 'loss', value: 1 / index };
  });
  store.write('run', events);
  await store.runlog(['finalize', 'run']);
  const file = store.segment('run');
  const content = fs.readFileSync(file);
  const items = [...readSegment(file, 'journal/here.jsonl')].flatMap((item) => ('event' in item ? [item] : []));
  return {
    store: { dir: store.dir },
    file,
    bytes: content,
    starts: [...items.map(({ offsetBytes }) => offsetBytes - 1), content.length],
    ids: items.map(({ event }) => event.id),
    seal: findSeal({ dir: store.dir }, 'run').seal?.['journal/here.jsonl'] as SegmentSeal,
    scratch: path.join(store.cwd, 'scratch'),
  };
}

interface Effort {
  isRead: boolean;
  isWhole: boolean;
}

type Fail = (what: 'undetected' | 'lost', sentence: string) => void;

/** The index of the line that a byte belongs to. */
function lineAt({ starts }: SealedRun, at: number): number {
  let [low, high] = [0, starts.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

function cutAt(run: SealedRun, at: number, { isRead, isWhole }: Effort, fail: Fail): void {
  const line = lineAt(run, at);
  // A line without the line feed behind it is whole: its event was written.
  const isEnded = at === (run.starts[line + 1] as number) - 1;
  const first = Math.max(0, line - 1);
  const expected = run.ids.slice(first, line + (isEnded ? 1 : 0));
  if (isRead) compare(run, run.bytes.subarray(run.starts[first], at), expected, `cut at byte ${at}`, fail, ['torn']);
  if (holds(run, run.bytes.subarray(0, at))) fail('undetected', `the seal holds for the run cut at byte ${at}`);
  if (isWhole) {
    fs.truncateSync(run.file, at);
    judge(run, run.ids.slice(0, line + (isEnded ? 1 : 0)), `cut at byte ${at}`, fail);
    fs.writeFileSync(run.file, run.bytes);
  }
}

function flipAt(run: SealedRun, at: number, flip: number, { isRead, isWhole }: Effort, fail: Fail): void {
  const line = lineAt(run, at);
  const what = `byte ${at} changed by ${flip}`;
  const was = run.bytes[at] as number;
  run.bytes[at] = was ^ flip;
  const [first, end] = [Math.max(0, line - 1), Math.min(run.ids.length, line + 2)];
  const neighbours = run.ids.slice(first, end).filter((id) => id !== run.ids[line]);
  if (isRead) compare(run, run.bytes.subarray(run.starts[first], run.starts[end]), neighbours, what, fail);
  if (holds(run, run.bytes)) fail('undetected', `the seal holds with ${what}`);
  if (isWhole) {
    fs.writeFileSync(run.file, run.bytes);
    judge(
      run,
      run.ids.filter((id) => id !== run.ids[line]),
      what,
      fail,
    );
  }
  run.bytes[at] = was;
  if (isWhole) fs.writeFileSync(run.file, run.bytes);
}

/** Reads some bytes as a segment: the events expected must be there, besides at most the one that was hit. */
function compare(run: SealedRun, some: Buffer, expected: string[], what: string, fail: Fail, kinds?: string[]): void {
  fs.writeFileSync(run.scratch, some);
  check([...readSegment(run.scratch, 'scratch')], expected, what, fail, kinds);
}

function check(
  items: ReturnType<typeof itemsOf>,
  expected: string[],
  what: string,
  fail: Fail,
  kinds?: string[],
): void {
  const found = items.flatMap((item) => ('event' in item ? [item.event.id] : []));
  const damage = items.flatMap((item) => ('damage' in item ? [item.damage.kind] : []));
  const wanted = new Set(expected);
  if (found.filter((id) => wanted.has(id)).join() !== expected.join() || found.length > expected.length + 1)
    fail('lost', `${what}: ${expected.length} events expected, ${found.length} found`);
  if (
    kinds !== undefined &&
    (damage.length > 1 || damage.some((kind) => !kinds.includes(kind)) || found.length !== expected.length)
  )
    fail('lost', `${what}: damage reads ${damage.join(', ')}`);
}

function itemsOf(run: SealedRun): ReturnType<typeof readSegment> extends Generator<infer Item> ? Item[] : never {
  return [...readSegment(run.file, 'journal/here.jsonl')];
}

/** The whole run as it lies there: read, and verified. */
function judge(run: SealedRun, expected: string[], what: string, fail: Fail): void {
  check(itemsOf(run), expected, what, fail);
  if (!verifyRun(run.store, 'run', vantage()).some(({ kind }) => kind === 'seal_broken'))
    fail('undetected', `verify finds nothing wrong: ${what}`);
}

/** What verify asks of the seal, without reading the lines. */
function holds({ seal }: SealedRun, content: Buffer): boolean {
  const sealCheck = new SealCheck({ ...seal, events: 0 });
  sealCheck.bytes(content);
  return sealCheck.fault() === null;
}
