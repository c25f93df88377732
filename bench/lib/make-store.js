// A store of runs as people have them, always the same for a seed: five intents, four models, attempts, faults that come again and
// how they were solved, costs. Written as any program may write it: by docs/format.md, without runlog's own code.
import fs from 'node:fs';
import path from 'node:path';
import { line, stamp, timeOf } from './make-run.js';

const FROM = Date.UTC(2025, 0, 1);
/** Between the starts of two runs. */
const EVERY_MS = 37 * 60_000;

const INTENTS = ['train', 'evaluate', 'review', 'deploy', 'label'];
const MODELS = [
  { provider: 'openai', model: 'gpt-4o-mini', usd: 1.5e-7 },
  { provider: 'openai', model: 'gpt-4o', usd: 2.5e-6 },
  { provider: 'anthropic', model: 'claude-sonnet-4', usd: 3e-6 },
  { provider: 'local', model: 'qwen-7b', usd: 0 },
];
const AGENTS = ['planner', 'coder', 'tester', 'reviewer', 'deployer'];
const TOOLS = ['bash', 'read_file', 'edit_file', 'search'];
const PROJECTS = ['101', '102', '103'];
const FAULTS = [
  {
    type: 'FileNotFoundError',
    say: (random) => `no such file: /data/run_${whole(random, 1e6)}/train.json`,
    method: 'made the file from its template',
  },
  {
    type: 'OutOfMemoryError',
    say: (random) =>
      `CUDA out of memory: ${whole(random, 40)} GiB of 24 GiB at 0x${(whole(random, 1e9) + 1e8).toString(16)}`,
    method: 'halved the batch size',
  },
  {
    type: 'AssertionError',
    say: (random) =>
      `test_${whole(random, 9)} failed at src/model.py:${whole(random, 900)}: ${whole(random, 99)} != ${whole(random, 99)}`,
    method: 'fixed the off-by-one error',
  },
  {
    type: 'RateLimitError',
    say: (random) => `429 from https://api.example.com/v1/chat?id=${whole(random, 1e6)}`,
    method: 'waited',
  },
];

/**
 * @param {string} store
 * @param {{ runs: number, seed?: number }} options
 * @returns {string[]} the ids of the runs, which have ended and are not finalized
 */
export function makeStore(store, { runs, seed = 1 }) {
  const random = generator(seed);
  return Array.from({ length: runs }, (_, number) => writeRun(store, number, random));
}

function writeRun(store, number, random) {
  const begin = FROM + number * EVERY_MS + whole(random, 600_000);
  const runId = `run_${stamp(begin)}_${number}`;
  const intent = pick(random, INTENTS);
  const { provider, model, usd } = pick(random, MODELS);
  const lines = [];
  let now = begin;
  const say = (body, after = 1 + whole(random, 20_000)) => {
    lines.push(line(now, number, lines.length, body));
    now += after;
  };
  say({
    type: 'run.started',
    run_id: runId,
    project: pick(random, PROJECTS),
    llm: { provider, model, temperature: 0.2 },
    intent_type: intent,
    tags: { team: pick(random, ['red', 'blue']) },
    utc_offset_minutes: 0,
  });
  if (random() < 0.5) say({ type: 'plan.made', choice: 'direct', backups: ['by parts'], hyperparams: { batch: 32 } });
  const issue = String(1 + whole(random, 300));
  say({ type: 'issue.started', issue });
  let step = 0;
  let hasFailed = false;
  for (const agent of AGENTS.slice(0, 2 + whole(random, 4))) {
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      step += 1;
      say({ type: 'step.started', step, agent, task: `${intent} as ${agent}`, issue });
      const input = 500 + whole(random, 4000);
      const output = 50 + whole(random, 900);
      say({
        type: 'tokens.used',
        step,
        provider,
        model,
        input,
        output,
        cost_usd: Number(((input + 4 * output) * usd).toFixed(9)),
      });
      for (let call = whole(random, 4); call > 0; call -= 1)
        say({
          type: 'tool.called',
          tool: pick(random, TOOLS),
          step,
          agent,
          success: random() < 0.9,
          duration_ms: whole(random, 3000),
        });
      const isBad = random() < (intent === 'deploy' ? 0.3 : 0.12);
      const error = isBad ? fail(say, random, { agent, issue, step }) : null;
      say({
        type: 'metric.measured',
        name: 'accuracy',
        value: Math.round(random() * 1e4) / 1e4,
        limit: 0.3,
        direction: 'min',
        step,
      });
      say({
        type: 'step.ended',
        step,
        status: isBad ? 'FAIL' : 'SUCCESS',
        ...(isBad ? { error } : { output_summary: 'done' }),
      });
      hasFailed = isBad;
      if (!isBad || random() < 0.2) break;
    }
    if (hasFailed) break;
  }
  if (random() < 0.3)
    say({
      type: 'pipeline.recorded',
      pipeline_id: String(9000 + number),
      status: hasFailed ? 'failed' : 'success',
      queue_seconds: whole(random, 60),
      execution_seconds: whole(random, 600),
      issue,
    });
  const end = random();
  const status = end < 0.03 ? 'cancelled' : end < 0.07 ? 'interrupted' : hasFailed ? 'failed' : 'completed';
  if (status !== 'interrupted') say({ type: 'issue.ended', issue, status: hasFailed ? 'failed' : 'completed' });
  say({ type: 'run.ended', status, cause: { reason: `it was ${status}` }, ended_at: timeOf(now) });
  const folder = path.join(store, 'runs', runId, 'journal');
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'made.jsonl');
  fs.writeFileSync(file, lines.join(''));
  fs.utimesSync(file, new Date(), now / 1000);
  fs.utimesSync(folder, new Date(), begin / 1000);
  return runId;
}

function fail(say, random, { agent, issue, step }) {
  const { type, say: text, method } = pick(random, FAULTS);
  const message = text(random);
  say({ type: 'error.raised', error_type: type, message, agent, issue, step });
  if (random() < 0.5) return message;
  say({ type: 'debug.started', agent, issue, error_type: type });
  for (let attempt = whole(random, 3); attempt >= 0; attempt -= 1) say({ type: 'debug.attempted', agent, issue });
  const resolved = random() < 0.7;
  say({ type: 'debug.ended', agent, issue, resolved, ...(resolved ? { method } : {}) });
  return message;
}

const whole = (random, below) => Math.floor(random() * below);
const pick = (random, all) => all[whole(random, all.length)];

/** Numbers from 0 to 1, the same for a seed: mulberry32. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
