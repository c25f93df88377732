// Builds dist/ anew: the bundles, and the licences of the packages that are in them.
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { bundle } from './bundle.js';

const root = new URL('..', import.meta.url).pathname;
rmSync(`${root}dist`, { recursive: true, force: true });
const { main } = await bundle({ write: true });
writeFileSync(`${root}dist/THIRD_PARTY_LICENSES.txt`, licences(Object.keys(main.metafile.inputs)));

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
