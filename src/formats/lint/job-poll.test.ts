import { describe, expect, it } from 'vitest';
import { isJobPoll } from './job-poll.js';

describe('a poll of job status', () => {
  it.each([
    'squeue',
    'squeue -u me',
    '$ squeue -u me',
    'sacct -j 12345 --format=State',
    '/usr/bin/squeue --me',
    'squeue>jobs.txt',
    'squeue 2>&1 | head',
    'squeue --me | grep train | wc -l',
    'cd runs && squeue --me',
    'sleep 60; sacct -j 1',
    'cd x\nsqueue',
    'sudo squeue',
    'sudo -u slurm -- squeue',
    'sudo -Eu slurm squeue',
    'SLURM_TIME_FORMAT=relative squeue',
    'env -i PATH=/opt/slurm/bin squeue',
    'env -u HOME A=b /opt/slurm/bin/sacct',
    'watch squeue',
    'watch -n 5 squeue -u me',
    'watch -dn5 "squeue -u me | grep train"',
    "watch --interval 5 'squeue -u me'",
    'watch --interval=5 squeue',
    'timeout 10 squeue',
    'timeout -s KILL 10 squeue',
    'nice -n 5 squeue',
    'time squeue',
    'echo 12345 | xargs -n 1 squeue -j',
    "ssh cluster 'squeue -u me | wc -l'",
    'ssh -p 22 me@cluster squeue -u me',
    'bash -c "squeue | wc -l"',
    "bash -lc 'cd x; sacct'",
    'eval "squeue"',
    '(cd x; squeue)',
    '{ squeue; }',
    'if squeue -j 1; then echo yes; fi',
    'while squeue -j 1 | grep -q 1; do sleep 60; done',
    'until ! squeue -j 1; do sleep 60; done',
    'for j in 1 2; do squeue -j $j; done',
    'jobs=$(squeue -h)',
    'echo "jobs: $(squeue -h | wc -l)"',
    'while [ -n "$(squeue -h -j 1)" ]; do sleep 60; done',
    'echo `squeue -h`',
    '[ 3 -gt 1 ] && "squeue"',
    'squeue \\\n  --me',
    '# how are they?\nsqueue',
  ])('is %j', (command) => {
    expect(isJobPoll(command)).toBe(true);
  });

  it.each([
    '',
    'ls -l',
    'grep squeue notes.txt',
    'echo squeue',
    'echo "squeue; sacct"',
    "echo '$(squeue)'",
    `grep '"$(squeue)"' x`,
    `echo "a"'$(squeue)'`,
    'echo $(date) squeue',
    'echo `date` squeue',
    'man squeue',
    'which squeue',
    'ls /opt/squeue/logs',
    './squeue-report.sh',
    'cat <squeue',
    'ls > squeue',
    'ls # squeue; sacct',
    'Looked at squeue',
    'sbatch train.sh && squeue --me',
    'scancel $(squeue -h -o %i)',
    'sbatch train.sh',
    'bash squeue.sh',
    'sudo',
    'watch',
    'env A=b',
    "echo 'squeue",
    'constructor',
    '__proto__ squeue',
  ])('is not %j', (command) => {
    expect(isJobPoll(command)).toBe(false);
  });

  it('is told in a moment, however long and deep the line is', () => {
    for (const piece of ['"', "'", '$(', '"$(', '`', '\\', '(', ' ', 'a', 'A=b ', 'sudo ', "'a", '<', '\n', 'bash -c '])
      expect(isJobPoll(piece.repeat(20_000))).toBe(false);
  });
});
