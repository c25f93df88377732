// An interactive shell behind a pseudo-terminal that is typed into, key by key. Python has the pseudo-terminal.
import fs from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { hasProgram, sealedEnv, tempFolder, type TempStore } from './runlog.js';

export type Interactive = 'bash' | 'zsh' | 'fish';

const START: Readonly<Record<Interactive, readonly string[]>> = {
  bash: ['bash', '--norc', '--noprofile', '-i'],
  zsh: ['zsh', '-f', '-i'],
  fish: ['fish', '--no-config', '-C', 'fish_default_key_bindings', '-i'],
};

/** Types each line, waits for the file that it makes, and then for the next; everything that came to the screen goes to stdout. */
const TYPIST = String.raw`
import json, os, pty, select, signal, sys, time
call = json.load(sys.stdin)
pid, screen = pty.fork()
if pid == 0:
    os.execvp(call['argv'][0], call['argv'])
def show(seconds):
    if select.select([screen], [], [], seconds)[0]:
        try:
            sys.stdout.buffer.write(os.read(screen, 65536))
        except OSError:
            sys.exit('the shell has ended')
for number, keys in enumerate(call['lines']):
    os.write(screen, keys.encode())
    end = time.time() + 30
    while not os.path.exists('%s.%d' % (call['out'], number)):
        show(0.02)
        if time.time() > end:
            sys.exit('nothing came of line %d' % number)
os.kill(pid, signal.SIGKILL)
`;

export function canType(shell: Interactive): boolean {
  return hasProgram('python3') && hasProgram(shell);
}

/**
 * What becomes of lines of which each ends where TAB is pressed: the words that the shell would run. screen: all that was shown
 * meanwhile.
 */
export async function pressTab(
  shell: Interactive,
  store: TempStore,
  lines: readonly string[],
): Promise<{ words: string[][]; screen: string }> {
  const out = path.join(tempFolder(), 'typed');
  const load = shell === 'fish' ? 'runlog completion fish | source' : `eval "$(runlog completion ${shell})"`;
  // Ctrl-A goes to the beginning of the line, where what prints the words is put before them.
  const typed = lines.map((line, number) => `${line}\t\x01printf '%s\\n' >${out} \r mv ${out} ${out}.${number + 1}\r`);
  const input = JSON.stringify({ argv: START[shell], out, lines: [`${load}; touch ${out}.0\r`, ...typed] });
  const { stdout, stderr, exitCode } = await execa('python3', ['-c', TYPIST], {
    cwd: store.cwd,
    env: sealedEnv(store.home, { TERM: 'xterm', COLUMNS: '200' }),
    extendEnv: false,
    input,
    reject: false,
  });
  if (exitCode !== 0) throw new Error(`${stderr}\n${stdout}`);
  const words = lines.map((_, number) =>
    fs
      .readFileSync(`${out}.${number + 1}`, 'utf8')
      .trimEnd()
      .split('\n'),
  );
  return { words, screen: stdout };
}
