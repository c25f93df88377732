// What an entry costs a shell that records by its own builtins, beside what starts a program: node bench/shell.js [--runs 15] [--save]
import fs from 'node:fs';
import path from 'node:path';
import { bench, cleanEnv, mustRun, notInstalled, runlog } from './lib/bench.js';

const ENTRY = `"Checking capitalization dataset $i" --command "ls -lh data/green/capitalization/words_8L_80P_$i.json" --result "File exists, 977KB, ready" --explanation "Verifying training dataset exists and checking its size before the run"`;
/** Peers that start a process an entry do fewer: their time is for as many as of ours all the same. */
const FEW = 50;

/** A script that does something so often and says how long that took, without the start of the shell; milliseconds for `size`. */
function timed(shell, body, { init = '', count }) {
  return (context) => {
    const many = count === undefined ? context.size : Math.min(count, context.size);
    const script = `${init}\ni=0\nfrom=$(date +%s%N)\nwhile [ "$i" -lt ${many} ]; do i=$((i+1)); ${body}; done\necho $(( $(date +%s%N) - from ))\nRUNLOG_RUN=`;
    const { stdout } = mustRun(shell, ['-c', script], { env: context.env, cwd: context.folder });
    return (Number(stdout.trim().split('\n').at(-1)) / 1e6) * (context.size / many);
  };
}
const start = (shell) =>
  `eval "$(runlog shell-init ${shell})"; export RUNLOG_RUN=$(runlog start --owner-pid none); runlog append BEGIN "x"`;
const perEntry = (name) => ({
  name: `${name}, an entry`,
  unit: 'us',
  ...(name === 'bash' ? { atMost: 120 } : {}),
  measure: ({ size }, medians) => (medians[name] * 1000) / size,
});

await bench({
  name: 'shell',
  title: 'An entry from a shell',
  about:
    'A loop in one shell: `runlog append` with four texts by the functions of `shell-init`, both files written. Beside it the same loop around `logger` of util-linux with the same text (with `--no-act`, so it sends nothing: less than it does in earnest), `bash -c :` and `node empty.js`, each at most 50 times and reckoned up. In dash the entry is the executable’s. The microseconds are time by the clock: with neighbours on the machine’s cores they were seen half as high again, where the ratios held.',
  sizeName: 'entries',
  sizes: [1e2, 1e3, 1e4],
  runs: 15,
  runsBelow: 5,
  prepare(size, folder) {
    const bin = path.join(folder, 'bin');
    fs.mkdirSync(bin);
    fs.symlinkSync(runlog, path.join(bin, 'runlog'));
    fs.writeFileSync(path.join(folder, 'empty.js'), '');
    const env = cleanEnv(folder, { RUNLOG_DIR: path.join(folder, 'logs') });
    return { size, folder, env: { ...env, PATH: `${bin}:${env.PATH}` } };
  },
  cases: [
    { name: 'bash', run: timed('bash', `runlog append VERIFY_DATASET ${ENTRY}`, { init: start('bash') }) },
    {
      name: 'zsh',
      missing: () => notInstalled('zsh'),
      run: timed('zsh', `runlog append VERIFY_DATASET ${ENTRY}`, { init: start('zsh') }),
    },
    {
      name: 'dash',
      missing: () => notInstalled('dash', ['-c', ':']),
      run: timed('dash', `runlog append VERIFY_DATASET ${ENTRY}`, { init: start('sh'), count: FEW }),
    },
    {
      name: 'logger',
      missing: () => notInstalled('logger'),
      run: timed('bash', `logger --no-act -t runlog -- ${ENTRY.replaceAll(/--\w+ /g, '')}`, { count: FEW }),
    },
    { name: 'bash -c :', run: timed('bash', 'bash -c :', { count: FEW }) },
    { name: 'node empty.js', run: timed('bash', 'node empty.js', { count: FEW }) },
  ],
  goals: [
    { of: 'logger', to: 'bash', atLeast: 10 },
    { of: 'node empty.js', to: 'bash', atLeast: 150 },
    { of: 'bash -c :', to: 'bash' },
    { of: 'node empty.js', to: 'zsh' },
    { of: 'dash', to: 'bash' },
  ],
  figures: [perEntry('bash'), perEntry('zsh')],
});
