// Programs that use the library as installed: the packed tarball in their node_modules, no network, nothing of this folder's.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT, sealedEnv, tempFolder, type LiveShell, type Outcome, type TempStore } from './runlog.js';

let installed: string | undefined;

/** A folder with `node_modules/runlog`, unpacked from what `npm pack` makes of the build. */
export function installedFolder(): string {
  if (installed !== undefined) return installed;
  const folder = tempFolder();
  // Without its scripts: the build is there, and other tests are running it.
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(must('npm', args, ROOT)) as [{ filename: string }];
  const home = path.join(folder, 'node_modules', 'runlog');
  fs.mkdirSync(home, { recursive: true });
  must('tar', ['-xzf', path.join(folder, filename), '--strip-components=1', '-C', home], folder);
  installed = folder;
  return folder;
}

/** Writes a module of a program that has runlog installed; gives its path. Its name says whether it is ESM or CommonJS. */
export function writeProgram(name: string, code: string): string {
  const file = path.join(fs.mkdtempSync(path.join(installedFolder(), 'program-')), name);
  fs.writeFileSync(file, code);
  return file;
}

const IMPORTS = `import { openRun, recordRun, startRun, RunlogError } from 'runlog';
import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
const say = (value) => fs.writeSync(1, JSON.stringify(value) + '\\n');
`;

/** Runs an ES module with the library at hand in a store's folder; `say` of the code writes a line of JSON. */
export async function runProgram(store: TempStore, code: string, env: Record<string, string> = {}): Promise<Outcome> {
  const program = startProgram(store, code, env);
  const [lines, exitCode] = await Promise.all([program.rest(), program.ended()]);
  return { stdout: lines.join('\n'), stderr: program.stderr, exitCode };
}

/** The same, while the test looks at it. */
export function startProgram(store: TempStore, code: string, env: Record<string, string> = {}): LiveShell {
  return store.live(process.execPath, [writeProgram('program.mjs', IMPORTS + code)], env);
}

/** Runs the compiler of this project over a program, with the types of Node beside those of the package. */
export function compile(folder: string, options: Record<string, unknown>, files: readonly string[]): Outcome {
  const types = path.join(ROOT, 'node_modules', '@types');
  const compilerOptions = { strict: true, skipLibCheck: false, typeRoots: [types], types: ['node'], ...options };
  fs.writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  return { stdout, stderr, exitCode: status ?? 1 };
}

function must(file: string, args: readonly string[], cwd: string): string {
  const home = tempFolder();
  const env = sealedEnv(home, { npm_config_cache: path.join(home, 'cache'), npm_config_offline: 'true' });
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}
