// The two bundles: record.cjs, the direct way of recording commands (CommonJS, for the ES module loader alone costs a quarter of
// Node's start), and main.js with its chunks, everything where a person waits for text.
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
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
    minifyIdentifiers: true,
    write: false,
  });
  if (write) {
    mkdirSync(`${root}dist`, { recursive: true });
    writeFileSync(`${root}dist/record.cjs`, withoutCopies(record.outputFiles[0].text));
  }
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

/**
 * esbuild wraps each `import fs from 'node:fs'` into a copy of that module's hundred properties, once for every file that has it:
 * two milliseconds of a recording command. Only their default is used, so an object with just that serves.
 */
function withoutCopies(code) {
  const wrapper = /(\w+)=\((\w+),(\w+),(\w+)\)=>\(\4=\2!=null\?/.exec(code)?.[1];
  if (wrapper === undefined) throw new Error('record.cjs: the wrapper of default imports was not found');
  return code.replaceAll(
    new RegExp(`\\b${wrapper}\\(require\\("(node:[^"]+)"\\)(?:,1)?\\)`, 'g'),
    '{default:require("$1")}',
  );
}
