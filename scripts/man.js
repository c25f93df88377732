// Writes the manual pages into man/, from the table of commands. The build calls it, and `npm run man`.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;

export async function writeManPages() {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli/man-pages.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    define: { RUNLOG_VERSION: JSON.stringify(version) },
  });
  const { manPages } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  );
  // So that the same sources give the same pages, whoever packages them.
  const seconds = process.env.SOURCE_DATE_EPOCH;
  const date = (seconds === undefined ? new Date() : new Date(Number(seconds) * 1000)).toISOString().slice(0, 10);
  rmSync(`${root}man`, { recursive: true, force: true });
  mkdirSync(`${root}man`);
  for (const [name, text] of Object.entries(manPages(date))) writeFileSync(`${root}man/${name}`, text);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await writeManPages();
