// Recording commands start nearly as fast as bare Node because they load next to nothing; this holds what that is.
import type { Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const graphs = new Map<string, Metafile>();

beforeAll(async () => {
  // The build has no types: it runs before there is anything to check.
  const script = '../../scripts/bundle.js';
  const { bundle } = (await import(script)) as {
    bundle: (options: { write: boolean }) => Promise<{ record: Record<string, { metafile: Metafile }> }>;
  };
  for (const [file, { metafile }] of Object.entries((await bundle({ write: false })).record))
    graphs.set(file, metafile);
});

const outputOf = (file: string): Metafile['outputs'][string] =>
  Object.values((graphs.get(file) as Metafile).outputs)[0] as Metafile['outputs'][string];
/** What is in a file, not only what was read to make it. */
const modulesOf = (file: string): string[] =>
  Object.entries(outputOf(file).inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
const loadedBy = (file: string): string[] => [...new Set(outputOf(file).imports.map(({ path }) => path))].sort();

describe('the files of recording commands', () => {
  it('hold no third-party code', () => {
    expect([...graphs.keys()]).toContain('record.cjs');
    for (const file of graphs.keys())
      expect(
        Object.keys((graphs.get(file) as Metafile).inputs).filter((path) => path.includes('node_modules')),
      ).toEqual([]);
  });

  it('load these of Node’s own modules, and each other, and nothing else', () => {
    expect(Object.fromEntries([...graphs.keys()].map((file) => [file, loadedBy(file)]))).toMatchInlineSnapshot(`
      {
        "record-list.cjs": [
          "./record-owner.cjs",
          "./record.cjs",
          "node:buffer",
          "node:fs",
          "node:path",
        ],
        "record-more.cjs": [
          "./record-list.cjs",
          "./record-owner.cjs",
          "./record-refresh.cjs",
          "./record-secrets.cjs",
          "./record-start.cjs",
          "./record.cjs",
          "node:fs",
          "node:os",
          "node:path",
        ],
        "record-owner.cjs": [
          "./record.cjs",
          "node:buffer",
          "node:fs",
          "node:os",
          "node:path",
        ],
        "record-refresh.cjs": [
          "./record.cjs",
          "node:buffer",
          "node:fs",
          "node:path",
        ],
        "record-secrets.cjs": [],
        "record-start.cjs": [
          "./record-secrets.cjs",
          "./record.cjs",
          "node:fs",
          "node:os",
          "node:path",
        ],
        "record.cjs": [
          "./record-list.cjs",
          "./record-more.cjs",
          "./record-owner.cjs",
          "./record-refresh.cjs",
          "./record-secrets.cjs",
          "./record-start.cjs",
          "node:fs",
          "node:os",
          "node:path",
        ],
      }
    `);
  });

  it('keep out of the first one what only some calls need', () => {
    const rare =
      /^src\/(?:views|terminal|sources|web)\/|events\/redaction\/(?!suspicion|finder|event\.ts)|journal\/read|command-help/;
    expect(modulesOf('record.cjs').filter((path) => rare.test(path))).toEqual([]);
    // Of these only the functions that load them.
    for (const path of ['src/events/redaction/event.ts', 'src/commands/start.ts', 'src/runs/create.ts'])
      expect(outputOf('record.cjs').inputs[path]?.bytesInOutput).toBeLessThan(150);
  });
});
