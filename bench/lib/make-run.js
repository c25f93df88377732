// Runs made up for benchmarks, written as any program may write them: by docs/format.md, without runlog's own code.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const BATCH = 4000;
/** One event a second from here on. */
const FROM = Date.UTC(2025, 0, 1);
/** Of each hundred events this one is a call of a model. */
const FIRST_CALL = 30;

/**
 * A run that is open: a start, then actions, steps, metrics, calls of models and of tools, about 350 bytes an event on the whole.
 * @param {string} store
 * @param {{ events: number, id?: string, number?: number, end?: string | null }} options  `end`: a status, then the run is over
 * @returns {string} its id
 */
export function writeRun(store, { events, id, number = 0, end = null }) {
  const begin = FROM + number * 60_000;
  const runId = id ?? `run_${stamp(begin)}_bench${number === 0 ? '' : `_${number}`}`;
  const folder = path.join(store, 'runs', runId, 'journal');
  fs.mkdirSync(folder, { recursive: true });
  const fd = fs.openSync(path.join(folder, 'bench.jsonl'), 'w');
  let lines = [];
  const flush = () => {
    fs.writeSync(fd, lines.join(''));
    lines = [];
  };
  for (let index = 0; index < events; index += 1) {
    lines.push(line(begin + index * 1000, number, index, bodyOf(runId, index, events, end, number)));
    if (lines.length === BATCH) flush();
  }
  if (end !== null && events > FIRST_CALL)
    lines.push(line(begin + events * 1000, number, events, pricesOf(begin, number, events)));
  flush();
  // As if it had been recorded then: the folder with the first event, the last event at the end.
  fs.futimesSync(fd, new Date(), (begin + events * 1000) / 1000);
  fs.closeSync(fd);
  fs.utimesSync(folder, new Date(), begin / 1000);
  return runId;
}

/**
 * Finalized runs, of which only the first is finalized by runlog: what it wrote is the pattern for the others' `_final.json`. The
 * last one is finalized by runlog too, and must come out the same.
 * @param {string} store
 * @param {{ runs: number, events: number }} options
 * @param {(runId: string) => void} finalize
 * @returns {string[]} their ids
 */
export function writeFinalRuns(store, { runs, events }, finalize) {
  const write = (number) => writeRun(store, { events, number, end: 'completed' });
  const fileOf = (runId) => path.join(store, 'runs', runId, '_final.json');
  const first = write(1);
  finalize(first);
  const pattern = JSON.parse(fs.readFileSync(fileOf(first), 'utf8'));
  const ids = [first];
  for (let number = 2; number <= runs; number += 1) {
    const runId = write(number);
    ids.push(runId);
    fs.writeFileSync(fileOf(runId), finalOf(store, runId, number, events, pattern), { mode: 0o600 });
  }
  const last = ids.at(-1);
  const made = fs.readFileSync(fileOf(last), 'utf8');
  fs.rmSync(fileOf(last));
  finalize(last);
  if (fs.readFileSync(fileOf(last), 'utf8') !== made) throw new Error(`runlog finalizes ${last} otherwise:\n${made}`);
  return ids;
}

/** One more of them; the first one's `_final.json` is the pattern. */
export function writeOneMore(store, number, { events }) {
  const [first] = fs.readdirSync(path.join(store, 'runs')).sort();
  const pattern = JSON.parse(fs.readFileSync(path.join(store, 'runs', first, '_final.json'), 'utf8'));
  const runId = writeRun(store, { events, number, end: 'completed' });
  fs.writeFileSync(path.join(store, 'runs', runId, '_final.json'), finalOf(store, runId, number, events, pattern), {
    mode: 0o600,
  });
}

function finalOf(store, runId, number, events, pattern) {
  const begin = FROM + number * 60_000;
  const journal = fs.readFileSync(path.join(store, 'runs', runId, 'journal/bench.jsonl'));
  const [segment, seal] = Object.entries(pattern.seal)[0];
  const final = {
    ...pattern,
    run_id: runId,
    project_id: projectOf(number),
    start_time: timeOf(begin),
    trace_id: idOf(begin, number, 0),
    end_time: timeOf(begin + (events - 1) * 1000),
    seal: { [segment]: { ...seal, bytes: journal.length, sha256: createHash('sha256').update(journal).digest('hex') } },
  };
  return `${JSON.stringify(final, null, 2)}\n`;
}

/** Of each hundred events one is a call of a model: the prices that finalize puts on record. */
function pricesOf(begin, number, events) {
  const costs = [];
  for (let index = FIRST_CALL; index < events - 1; index += 100)
    costs.push([idOf(begin + index * 1000, number, index), 0.00036]);
  return { type: 'tokens.priced', source: 'bench', costs_usd: Object.fromEntries(costs) };
}

function bodyOf(runId, index, events, end, number = 0) {
  if (index === 0)
    return {
      type: 'run.started',
      run_id: runId,
      project: projectOf(number),
      llm: { provider: 'openai', model: 'gpt-4o-mini' },
      intent_type: 'train',
      tags: { gpu: 'a100' },
    };
  if (end !== null && index === events - 1)
    return { type: 'run.ended', status: end, cause: { reason: 'exit status 0' } };
  const step = 1 + Math.floor(index / 100);
  switch (index % 100) {
    case 1:
      return {
        type: 'step.started',
        step,
        agent: `agent-${step % 5}`,
        task: `task ${step} of the pipeline`,
        issue: String(step % 20),
      };
    case 99:
      return {
        type: 'step.ended',
        step,
        status: step % 10 === 0 ? 'FAIL' : 'SUCCESS',
        summary: `${step} files`,
        ...(step % 10 === 0 ? { error: 'AssertionError: 3 != 4' } : {}),
      };
    case FIRST_CALL:
      return {
        type: 'tokens.used',
        model: 'gpt-4o-mini',
        provider: 'openai',
        input: 1200 + (index % 500),
        output: 300,
        step,
      };
    case 50:
      return { type: 'metric.measured', name: 'loss', value: 1 / (1 + index), step };
    case 70:
      return {
        type: 'tool.called',
        tool: `tool-${index % 9}`,
        success: index % 13 !== 0,
        duration_ms: index % 900,
        step,
      };
    default:
      return {
        type: 'action.logged',
        action: 'VERIFY_DATASET',
        description: `Checking capitalization dataset ${index}`,
        fields: [
          ['Command', `ls -lh data/green/capitalization/words_8L_80P_${index}.json`],
          ['Result', `File exists, ${index % 977}KB, ready`],
          ['Explanation', 'Verifying training dataset exists and checking its size before the run'],
        ],
        utc_offset_minutes: 0,
      };
  }
}

export function line(millis, number, index, body) {
  const json = JSON.stringify({ v: 1, id: idOf(millis, number, index), at: timeOf(millis), ...body });
  const crc = zlib.crc32?.(json.slice(0, -1)) ?? crc32(json.slice(0, -1));
  return `\n${json.slice(0, -1)},"crc":"${crc.toString(16).padStart(8, '0')}"}\n`;
}

function idOf(millis, number, index) {
  const time = millis.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${(index & 0xfff).toString(16).padStart(3, '0')}-8000-${number.toString(16).padStart(6, '0')}${(index & 0xffffff).toString(16).padStart(6, '0')}`;
}

export const timeOf = (millis) => new Date(millis).toISOString().replace('Z', '000Z');
const projectOf = (number) => String(100 + (number % 7));
export const stamp = (millis) => new Date(millis).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '_');

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc >>> 0;
});

/** Of ASCII text, for Node versions without zlib.crc32. */
function crc32(text) {
  let crc = 0xffffffff;
  for (let index = 0; index < text.length; index += 1) crc = TABLE[(crc ^ text.charCodeAt(index)) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
