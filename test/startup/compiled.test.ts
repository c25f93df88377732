// What V8 compiled beforehand makes a recording command quicker, and changes nothing else.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { ROOT, sealedEnv, tempFolder } from '../support/runlog.js';

/** An installation of its own. */
function install(): { dist: string; runlog: (args: string[], more?: Record<string, string>) => Promise<string> } {
  const folder = tempFolder();
  for (const part of ['bin', 'dist']) fs.cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  const work = path.join(folder, 'work');
  fs.mkdirSync(path.join(work, 'logs/runs/run/journal'), { recursive: true });
  const env: Record<string, string> = { ...sealedEnv(work), RUNLOG_RUN: 'run' };
  const runlog = async (args: string[], more: Record<string, string> = {}): Promise<string> => {
    const { stdout, stderr } = await execa(process.execPath, [path.join(folder, 'bin/runlog'), ...args], {
      cwd: work,
      env: { ...env, ...more },
      extendEnv: false,
    });
    return stderr + stdout;
  };
  return { dist: path.join(folder, 'dist'), runlog };
}

const caches = (dist: string): string[] => fs.readdirSync(dist).filter((name) => name.endsWith('.cache'));

async function recordsAsEver({ runlog }: ReturnType<typeof install>): Promise<void> {
  expect(await runlog(['append', 'CHECK_DISK', 'Is there room?', '--result', 'yes'])).toBe('');
  expect(await runlog(['step', 'start', 'coding'])).toBe('1');
  expect(await runlog(['tail'])).toContain('CHECK_DISK');
}

describe('a recording command', () => {
  it('comes with what V8 made of it for this Node, after a build', () => {
    const kept = caches(path.join(ROOT, 'dist'));
    const suffix = `.${process.version}-${process.arch}.cache`;
    expect(kept).toEqual(
      ['main.cjs', 'more.cjs', 'record-start.cjs', 'record.cjs', 'tables.cjs'].map((name) => name + suffix),
    );
    for (const name of kept) expect(fs.statSync(path.join(ROOT, 'dist', name)).mode & 0o777).toBe(0o644);
  });

  it('does the same without it', async () => {
    const installed = install();
    for (const name of caches(installed.dist)) fs.rmSync(path.join(installed.dist, name));
    await recordsAsEver(installed);
    expect(caches(installed.dist)).toEqual([]);
  });

  it.each([
    ['is of another Node', (bytes: Buffer) => bytes.fill(0x5a, 0, 16)],
    ['was cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    ['is empty', () => Buffer.alloc(0)],
  ])('does the same where it %s', async (_, spoil) => {
    const installed = install();
    for (const name of caches(installed.dist)) {
      const file = path.join(installed.dist, name);
      fs.writeFileSync(file, spoil(fs.readFileSync(file)));
    }
    await recordsAsEver(installed);
  });
});

/** Another version, of just the same length. */
function putOver(dist: string): void {
  const file = path.join(dist, 'record.cjs');
  const source = fs.readFileSync(file, 'latin1');
  expect(source).toContain('has been finalized; the event');
  const code = source
    .slice(0, -'//'.length - 64)
    .replace('has been finalized; the event', 'HAS BEEN FINALIZED; the event');
  const next = `${code}//${createHash('sha256').update(code).digest('hex')}`;
  expect(next).toHaveLength(source.length);
  fs.writeFileSync(file, next, 'latin1');
}

describe('another version put over an old one, whose compiled files stay', () => {
  it('runs its own code, and is compiled by the first start', async () => {
    const installed = install();
    const name = caches(installed.dist).find((cache) => cache.startsWith('record.cjs.')) as string;
    const kept = path.join(installed.dist, name);
    const before = fs.readFileSync(kept);
    putOver(installed.dist);
    fs.writeFileSync(path.join(installed.dist, '../work/logs/runs/run/_final.json'), '{}');
    expect(await installed.runlog(['append', 'CHECK_DISK'])).toContain('HAS BEEN FINALIZED');
    expect(fs.readFileSync(kept).equals(before)).toBe(true);
    await installed.runlog(['start', '--id', 'new']);
    expect(fs.readFileSync(kept).equals(before)).toBe(false);
    expect(await installed.runlog(['append', 'CHECK_DISK'])).toContain('HAS BEEN FINALIZED');
  });
});

describe('what was compiled', () => {
  it('hinders nothing where it cannot be read', async () => {
    const installed = install();
    for (const name of caches(installed.dist)) {
      fs.rmSync(path.join(installed.dist, name));
      fs.mkdirSync(path.join(installed.dist, name));
    }
    await recordsAsEver(installed);
  });
});

describe('the first start of a run after an installation, or under another Node', () => {
  it('compiles for the calls that follow', async () => {
    const installed = install();
    for (const name of caches(installed.dist)) fs.rmSync(path.join(installed.dist, name));
    const temp = tempFolder();
    expect(await installed.runlog(['start', '--id', 'new'], { TMPDIR: temp })).toBe('new');
    expect(caches(installed.dist)).toEqual(caches(path.join(ROOT, 'dist')));
    expect(fs.readdirSync(temp)).toEqual([]);
    await recordsAsEver(installed);
  });

  it('starts the run all the same where nothing can be kept', async () => {
    const installed = install();
    for (const name of caches(installed.dist)) fs.rmSync(path.join(installed.dist, name));
    // Somebody who may write anywhere is stopped by this too.
    expect(await installed.runlog(['start', '--id', 'new'], { TMPDIR: '/nowhere' })).toBe('new');
    expect(caches(installed.dist)).toEqual([]);
  });
});
