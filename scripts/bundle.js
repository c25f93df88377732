// The bundles. record.cjs is the direct way of recording commands: CommonJS, for the ES module loader alone costs a quarter of
// Node's start, and small, for V8 needs a millisecond for every 30 KB, 4% of that start. What only some calls need lies in files
// beside it, each loaded by the first call into it. main.cjs is everything where a person waits for text, in one file of which V8 keeps
// what it compiled; index.js and its chunks are the library, and the threads.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url).pathname;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/**
 * The files of the direct way, and the modules whose functions are called across: a file leaves to those above it what they
 * have, and has copies of all else, so none needs more than it calls. record.cjs comes last and leaves to all of them.
 */
const DIRECT = [
  // Texts that could hold a secret.
  ['record-secrets', ['src/events/redaction/event.ts']],
  // `start`, and runs whose start waits in the spool.
  ['record-start', ['src/commands/start.ts', 'src/runs/create.ts']],
  // Finding the run without RUNLOG_RUN or --run ID.
  ['record-owner', ['src/runs/start-event.ts', 'src/runs/processes.ts']],
  // The files of issues under way, when something of one ends.
  ['record-refresh', ['src/runs/refresh.ts']],
  // `list --json`, and what asks the index: `latest`, and the run whose owner calls.
  ['record-list', ['src/commands/list-json.ts', 'src/runs/store-index.ts', 'src/runs/settle-many.ts']],
  // Commands that read a stream or run a command.
  ['record-more', ['src/commands/append-command.ts', 'src/commands/append-stream.ts', 'src/commands/tool.ts']],
  ['record', ['src/cli/record.ts']],
];
/** The same of the full command line. */
const FULL = [
  // The list of prices is a third of all, and few answers need one of them.
  ['prices', ['src/sources/prices.ts']],
  // The parser of tables: where a store has too few runs for a cache of them, each finalize reads them.
  ['tables', ['src/runs/read-tables.ts']],
  // What reads others' files and writes archives, and commander: mostly packages.
  [
    'more',
    [
      ...['src/cli/by-commander.ts', 'src/commands/code.ts', 'src/commands/import.ts', 'src/commands/lint.ts'],
      ...['src/commands/export-parquet.ts', 'src/commands/query.ts'],
      ...['src/runs/read-archive.ts', 'src/runs/write-archive.ts'],
    ],
  ],
  ['main', ['src/cli/main.ts', 'src/commands/rotate-thread.ts']],
];
/** Never copied: an error that one file throws must be the same class to another that catches it. record.cjs and main.cjs export it. */
const SHARED = 'src/events/errors.ts';

/** @returns {Promise<{ record: Record<string, import('esbuild').BuildResult>, main: Record<string, import('esbuild').BuildResult>, library: import('esbuild').BuildResult }>} */
export async function bundle({ write }) {
  const common = {
    // The user's to install.
    external: ['@duckdb/node-api'],
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    metafile: true,
    logLevel: 'warning',
    define: { RUNLOG_VERSION: JSON.stringify(version) },
  };
  if (write) mkdirSync(`${root}dist`, { recursive: true });
  const record = {};
  for (const [index, [file, modules]] of DIRECT.entries()) {
    const result = await build({
      ...common,
      stdin: { contents: modules.map((module) => `export * from './${module}';`).join('\n'), resolveDir: root },
      outfile: `dist/${file}.cjs`,
      format: 'cjs',
      minifyIdentifiers: true,
      write: false,
      plugins: [leaveTo(DIRECT.slice(0, index), file === 'record' ? null : 'record')],
    });
    record[`${file}.cjs`] = result;
    if (write) writeFileSync(`${root}dist/${file}.cjs`, stamped(withoutCopies(result.outputFiles[0].text)));
  }
  const main = {};
  for (const [index, [file, modules]] of FULL.entries()) {
    const result = await build({
      ...common,
      stdin: { contents: modules.map((module) => whenCalled(module)).join('\n'), resolveDir: root },
      outfile: `dist/${file}.cjs`,
      format: 'cjs',
      write: false,
      loader: { '.sh': 'text', '.fish': 'text' },
      plugins: [pricesAsJson, leaveTo(FULL.slice(0, index), file === 'main' ? null : 'main')],
      define: { ...common.define, 'import.meta.url': 'fileUrl' },
      banner: { js: "const fileUrl=require('node:url').pathToFileURL(__filename);" },
    });
    main[`${file}.cjs`] = result;
    if (write) writeFileSync(`${root}dist/${file}.cjs`, stamped(withInherited(result.outputFiles[0].text)));
  }
  const library = await build({
    ...common,
    write,
    entryPoints: [
      { in: 'src/index.ts', out: 'index' },
      // Threads, started by file name.
      { in: 'src/commands/import-worker.ts', out: 'import-worker' },
      { in: 'src/commands/prove-worker.ts', out: 'prove-worker' },
    ],
    outdir: 'dist',
    format: 'esm',
    loader: { '.sh': 'text' },
    splitting: true,
    plugins: [pricesAsJson],
    chunkNames: 'chunks/[name]-[hash]',
    // Bundled CommonJS packages call require for Node's own modules.
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  });
  return { record, main, library };
}

/** The price list is a literal of half a megabyte, whoever asks for a price waits for it, and V8 reads JSON in a tenth of the time. */
const pricesAsJson = {
  name: 'prices-as-json',
  setup({ onLoad }) {
    onLoad({ filter: /genai-prices[\\/]dist[\\/]index\.js$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8');
      const [declaration, name, literal] = /^const (\w+) = (\[\n[^]*?\n\])/.exec(code) ?? [];
      if (declaration === undefined) throw new Error('the price list is not where it was');
      const list = new Function(`return ${literal}`)();
      const json = JSON.stringify(list);
      if (!isDeepStrictEqual(JSON.parse(json), list)) throw new Error('the price list is no JSON');
      return { contents: `const ${name} = JSON.parse(${JSON.stringify(json)})${code.slice(declaration.length)}` };
    });
  },
};

/** With a checksum at the end, by which bin/runlog tells whether what was compiled is of just this. */
function stamped(code) {
  // bin/runlog reads them so.
  if (/[^\x00-\x7f]/.test(code)) throw new Error('a file of the command line is not ASCII');
  return `${code}//${createHash('sha256').update(code).digest('hex')}`;
}

/** Puts functions that load a file when they are called in the place of that file's modules; `first` is what loads all others. */
function leaveTo(files, first) {
  const homes = new Map(files.flatMap(([file, modules]) => modules.map((module) => [join(root, module), file])));
  return {
    name: 'leave-to',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^\.\/[a-z-]*\.cjs$/ }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = homes.get(path);
        if (file !== undefined)
          return { contents: functionsOf(path, (name) => `(...args) => require('./${file}.cjs').${name}(...args)`) };
        // By then that is loaded: it has called.
        if (first !== null && path === join(root, SHARED))
          return { contents: functionsOf(path, (name) => `require('./${first}.cjs').${name}`) };
        return undefined;
      });
    },
  };
}

/** The functions of a module, which is evaluated when one of them is called; of main.ts all, for it is called. */
function whenCalled(module) {
  if (module === 'src/cli/main.ts') return `export * from './${module}';`;
  return functionsOf(join(root, module), (name) => `(...args) => require('./${module}').${name}(...args)`);
}

/** A module that exports the same functions and classes as another. Whoever imports anything else of it stops the build. */
function functionsOf(path, write) {
  const names = [...readFileSync(path, 'utf8').matchAll(/^export (?:async )?(?:function|class) (\w+)/gm)];
  return names.map(([, name]) => `export const ${name} = ${write(name)};`).join('\n');
}

/**
 * esbuild wraps each `import fs from 'node:fs'` into a copy of that module's hundred properties, once for every file that has it:
 * two milliseconds of a recording command. Only their default is used, so one object with just that serves all.
 */
function withoutCopies(code) {
  const wrapper = /(\w+)=\((\w+),(\w+),(\w+)\)=>\(\4=\2!=null\?/.exec(code)?.[1];
  if (wrapper === undefined) {
    if (/require\("node:/.test(code)) throw new Error('the wrapper of default imports was not found');
    return code;
  }
  const names = new Set();
  const body = code.replaceAll(
    new RegExp(`\\b${wrapper}\\(require\\("node:([a-z]+)"\\)(?:,1)?\\)`, 'g'),
    (_, name) => names.add(name) && `$node_${name}`,
  );
  // Every command uses these two; others are loaded where they are used.
  const isAlwaysUsed = (name) => name === 'fs' || name === 'path';
  return (
    [...names]
      .map((name) => [name, `require("node:${name}")`])
      .map(
        ([name, load]) =>
          `const $node_${name}={${isAlwaysUsed(name) ? `default:${load}` : `get default(){return ${load}}`}};`,
      )
      .join('') + body
  );
}

/** The same where packages use more than the default: an object that inherits all from the module has all at no cost. */
function withInherited(code) {
  const body = code.replaceAll(/\b__toESM\(require\("([a-z:/_]+)"\)(?:,1)?\)/g, (whole, name) =>
    isBuiltin(name) ? `nodeModule("${name}")` : whole,
  );
  if (body === code && /require\("node:/.test(code)) throw new Error('the wrapper of default imports was not found');
  const make = 'const module=require(name);return Object.create(module,{default:{value:module}})';
  return `const nodeModules={};function nodeModule(name){return nodeModules[name]??=(()=>{${make}})()}\n${body}`;
}
