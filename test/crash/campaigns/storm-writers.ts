// The writers of the kill storm: what each sends follows from who it is, so that whatever is found can be judged without a record.
import { encodeLine } from '../../../src/journal/line.js';
import type { LiveShell, TempStore } from '../../support/runlog.js';

export const STORM_RUN = 'storm';

/** One process: a stream that is fed for as long as it lives, or a command that records a single event. */
export interface Life {
  name: string;
  isStream: boolean;
  /** The descriptions of the events that it was given. */
  sent: string[];
  /** The ids that it has said, in the order in which their events were sent. */
  acknowledged: string[];
  isKilled: boolean;
}

/** Bytes of a line in the journal. Odd ones: at sizes that fill whole pages a torn write leaves nothing that shows. */
const LINE_BYTES = [
  ...Array.from({ length: 30 }, () => 301),
  ...Array.from({ length: 8 }, () => 9_001),
  60_001,
  70_001,
];
const LONGEST_LINE = 60_001;
/** How many events a stream has on the way at most: more than a pipe holds, so that it never waits for the next one. */
const WINDOW = 6;
/** How many more events a stream gets that outlived the storm. */
const AFTERWARDS = 5;

/** The next event of a life, by its description, which says all: whose it is, the how manyth, and how long its line is to be. */
function nextOf({ name, sent }: Life, bytes = LINE_BYTES[Math.floor(Math.random() * LINE_BYTES.length)]): string {
  return `${name} event ${sent.length} of ${bytes} bytes`;
}

/** The text of an event: it follows from its description, and no two events have the same. */
export function textOf(description: string): string {
  const bytes = Number(/ of (\d+) bytes$/.exec(description)?.[1]);
  // Longer than a line may be, so that it goes to a blob.
  if (bytes > LONGEST_LINE) return `${description}, ä\n`.repeat(Math.ceil(bytes / description.length));
  const length = bytes - emptyLineBytes(description);
  return `${description}; `.repeat(Math.ceil(length / description.length)).slice(0, length);
}

/** What a line of this description takes in the journal without a text. */
function emptyLineBytes(description: string): number {
  const envelope = { v: 1, id: '0'.repeat(36), at: '2025-10-03T18:19:52.000000Z', type: 'action.logged' };
  return encodeLine({ ...envelope, action: 'STORM', description, fields: [['Result', '']], utc_offset_minutes: 0 })
    .length;
}

/** A process that writes, until it is killed or the storm is over. */
export interface Writer {
  life: Life;
  /** Whether it was killed: it may have ended by itself. */
  kill: () => Promise<boolean>;
  /** Nothing more is sent until `resume`; what is on the way is still answered. */
  pause: () => void;
  resume: () => void;
  /** Sends a stream one event of the longest line, whose write takes the kernel longest. */
  sendLongest: () => void;
  /** Has a stream end after a few more events. */
  finish: () => void;
  /** Once it has ended and all that it said has been read; what it should not have said or done, if anything. */
  done: Promise<string | null>;
}

export function startStream(store: TempStore, name: string): Writer {
  const life: Life = { name, isStream: true, sent: [], acknowledged: [], isKilled: false };
  const shell = store.live('runlog', ['append', '--stdin', '--ack', '--run', STORM_RUN]);
  let last = Infinity;
  let isPaused = false;
  const send = (description: string): void => {
    life.sent.push(description);
    shell.say(JSON.stringify({ action: 'STORM', description, fields: { Result: textOf(description) } }));
  };
  const feed = (): void => {
    if (isPaused || life.isKilled) return;
    while (life.sent.length < last && life.sent.length - life.acknowledged.length < WINDOW) send(nextOf(life));
    if (life.sent.length >= last) shell.end();
  };
  const follow = async (): Promise<string | null> => {
    feed();
    for await (const line of shell.lines()) {
      if (isWholeId(line)) life.acknowledged.push(line);
      feed();
    }
    return complaintOf(shell, life);
  };
  const finish = (): void => {
    last = life.sent.length + AFTERWARDS;
    feed();
  };
  const pause = (): void => void (isPaused = true);
  const resume = (): void => {
    isPaused = false;
    feed();
  };
  const sendLongest = (): void => send(nextOf(life, LONGEST_LINE));
  return { life, kill: () => killOf(shell, life), pause, resume, sendLongest, finish, done: follow() };
}

export function startOneShot(store: TempStore, name: string): Writer {
  const life: Life = { name, isStream: false, sent: [], acknowledged: [], isKilled: false };
  const description = nextOf(life);
  life.sent.push(description);
  const args = ['append', 'STORM', description, '--result', textOf(description), '--run', STORM_RUN, '--json'];
  const shell = store.live('runlog', args);
  const follow = async (): Promise<string | null> => {
    for await (const line of shell.lines()) {
      const id = /^\{"run_id":"storm","id":"([^"]*)"\}$/.exec(line)?.[1] ?? '';
      if (isWholeId(id)) life.acknowledged.push(id);
    }
    return complaintOf(shell, life);
  };
  const never = (): void => undefined;
  return {
    life,
    kill: () => killOf(shell, life),
    pause: never,
    resume: never,
    sendLongest: never,
    finish: never,
    done: follow(),
  };
}

function isWholeId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

async function killOf(shell: LiveShell, life: Life): Promise<boolean> {
  life.isKilled = true;
  return (await shell.kill('SIGKILL')) === 137;
}

async function complaintOf(shell: LiveShell, life: Life): Promise<string | null> {
  const status = await shell.ended();
  if (status === 137 && life.isKilled) return shell.stderr === '' ? null : `${life.name} said: ${shell.stderr}`;
  if (status !== 0 || shell.stderr !== '') return `${life.name} ended with ${status} and said: ${shell.stderr}`;
  return life.acknowledged.length === life.sent.length
    ? null
    : `${life.name} ended with 0, but did not answer for every event`;
}
