// The two bundles: record.cjs, the direct way of recording commands (CommonJS, for the ES module loader alone costs a quarter of
// Node's start), and main.js with its chunks, everything where a person waits for text.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** @returns {Promise<{ record: import('esbuild').BuildResult, main: import('esbuild').BuildResult }>} */
export async function bundle({ write }) {
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    write,
    logLevel: 'warning',
    define: { RUNLOG_VERSION: JSON.stringify(version) },
  };
  const record = await build({
    ...common,
    entryPoints: ['src/cli/record.ts'],
    outfile: 'dist/record.cjs',
    format: 'cjs',
  });
  const main = await build({
    ...common,
    entryPoints: ['src/cli/main.ts'],
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // Bundled CommonJS packages call require for Node's own modules.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
  return { record, main };
}
