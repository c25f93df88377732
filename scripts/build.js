// Builds dist/ anew: the bundles, the types of the library, and the licences of the packages that are in them. And man/.
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundle } from './bundle.js';
import { writeManPages } from './man.js';

const root = new URL('..', import.meta.url).pathname;
rmSync(`${root}dist`, { recursive: true, force: true });
const { main, library } = await bundle({ write: true });
declareTypes();
await writeManPages();
writeFileSync(
  `${root}dist/THIRD_PARTY_LICENSES.txt`,
  licences([...Object.values(main), library].flatMap(({ metafile }) => Object.keys(metafile.inputs))),
);
spawnSync(process.execPath, [`${root}bin/compile.cjs`], { stdio: 'ignore' });

function licences(inputs) {
  const packages = new Set(
    inputs.map((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean),
  );
  return [...packages]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'));
      const file = readdirSync(`${root}${folder}`).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
      const text = file === undefined ? '' : `\n${readFileSync(`${root}${folder}/${file}`, 'utf8').trim()}\n`;
      return `${name} ${version} (${license})\n${text}`;
    })
    .join('\n----------------------------------------\n\n');
}

/** Declarations beside the bundles: of src/index.ts and what its types are made of, nothing else. */
function declareTypes() {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const { status } = spawnSync(process.execPath, [tsc, '-p', `${root}tsconfig.types.json`], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the declarations could not be made');
  const needed = new Set();
  const visit = (file) => {
    if (needed.has(file)) return;
    needed.add(file);
    for (const [, from] of readFileSync(file, 'utf8').matchAll(/ from '(\.[^']+)\.js'/g))
      visit(join(dirname(file), `${from}.d.ts`));
  };
  visit(`${root}dist/types/index.d.ts`);
  for (const entry of readdirSync(`${root}dist/types`, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !needed.has(file)) rmSync(file);
  }
}
