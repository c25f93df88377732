// Runs that scripts own, while a storm goes on beside them: some scripts are killed at random, the others live on.
import { setTimeout as wait } from 'node:timers/promises';
import type { LiveShell, TempStore } from '../../support/runlog.js';

const SCRIPTS = 6;
const KILLED = 4;
const LONGEST_LIFE_MS = 400;

interface Row {
  run_id: string;
  status: string;
}

export class OwnedRuns {
  readonly #store: TempStore;
  readonly #shells: { runId: string; shell: LiveShell }[] = [];

  constructor(store: TempStore) {
    this.#store = store;
  }

  /** Starts the scripts and kills some of them at random moments, in the middle of a command or between two. */
  async killSome(): Promise<void> {
    for (let number = 0; number < SCRIPTS; number += 1) {
      const runId = `script_${number}`;
      const script = `export RUNLOG_RUN=$(runlog start --id ${runId}); echo started
        for i in 1 2 3; do runlog append WORK "part $i"; done
        read -r _; runlog finalize --exit-code 0`;
      this.#shells.push({ runId, shell: this.#store.liveShell('bash', script) });
    }
    await Promise.all(
      this.#shells.map(async ({ shell }, number) => {
        await shell.line();
        await wait(Math.random() * LONGEST_LIFE_MS);
        if (number < KILLED) await shell.kill('SIGKILL');
      }),
    );
    // Their last command outlives them for a moment.
    await Promise.all(this.#shells.slice(0, KILLED).map(({ shell }) => shell.rest()));
  }

  /** Finalizes whatever has died; then lets the others end by themselves. */
  async finalize(): Promise<{ interrupted: number; leftAlone: number; failures: string[] }> {
    const failures: string[] = [];
    const { runs } = await this.#store.json<{ runs: Row[] }>('finalize');
    for (const [number, { runId, shell }] of this.#shells.entries()) {
      const said = runs.find(({ run_id }) => run_id === runId)?.status;
      const wanted = number < KILLED ? 'interrupted' : undefined;
      if (said !== wanted) failures.push(`finalize called ${runId} ${said}, not ${wanted ?? 'nothing at all'}`);
      if (number < KILLED) continue;
      if ((await this.#store.status(runId)) !== 'running') failures.push(`${runId} lives and does not read as running`);
      shell.say();
      await shell.ended();
      const status = await this.#store.status(runId);
      if (status !== 'completed') failures.push(`${runId} ended well and reads as ${status}`);
    }
    return { interrupted: KILLED, leftAlone: SCRIPTS - KILLED, failures };
  }
}
