// Whether a run still lives: its owner's process where it can be seen from here, else its beats and its age.
import { parseInstant } from '../events/instant.js';
import type { RunlogEvent } from '../events/vocabulary.js';
import { durationText } from '../formats/quantities.js';
import { hasProcess, readProcess, type Place } from './processes.js';

/** What is needed of a run to judge it; the fold of its events has it, and so has its first event. */
export interface Signs {
  owner: RunlogEvent<'run.started'>['owner'];
  host: string | null;
  /** By when the next beat is due; null where none was promised. */
  due: string | null;
  lastEventAt: string | null;
  isImported: boolean;
}

export interface Judgement {
  life: 'alive' | 'dead' | 'silent' | 'unknown';
  /** Whether finalize may end the run without being told to. What is only out of sight and quiet may yet speak again. */
  isOver: boolean;
  reason: string;
}

/** Without an owner to look at and without a beat, a run that says nothing for this long is taken for dead. */
export const DEFAULT_STALE_AFTER_SECONDS: number = 24 * 3600;

/** Judges an unfinished run at a time (microseconds) and a place. */
export function judge(signs: Signs, nowMicros: number, place: Place, staleAfterSeconds: number): Judgement {
  if (signs.isImported) return { life: 'silent', isOver: true, reason: 'it was imported unfinished' };
  return judgeOwner(signs, place) ?? judgeSilence(signs, nowMicros, staleAfterSeconds);
}

function judgeOwner({ owner, host }: Signs, place: Place): Judgement | null {
  if (!owner || host !== place.host) return null;
  // Another machine of the same name, on a shared file system: its boots and processes say nothing here.
  if (owner.machine && place.machine && owner.machine !== place.machine) return null;
  const dead = (reason: string): Judgement => ({ life: 'dead', isOver: true, reason });
  if (owner.boot_id && place.bootId && owner.boot_id !== place.bootId) return dead('the machine was restarted');
  if (owner.pid_namespace && place.pidNamespace && owner.pid_namespace !== place.pidNamespace) return null;
  const alive: Judgement = { life: 'alive', isOver: false, reason: `its owner, process ${owner.pid}, is alive` };
  if (!place.bootId) return hasProcess(owner.pid) ? alive : dead(`its owner, process ${owner.pid}, is gone`);
  const found = readProcess(owner.pid);
  // /proc may be closed to us, or no descriptor be left to read it: only the kernel's word that there is no such process counts.
  if (found === null) return hasProcess(owner.pid) ? null : dead(`its owner, process ${owner.pid}, is gone`);
  if (found.state === 'Z' || found.state === 'X') return dead(`its owner, process ${owner.pid}, has died`);
  if (owner.process_start && owner.process_start !== found.startTime)
    return dead(`its owner, process ${owner.pid}, is gone; another process has that number now`);
  return alive;
}

function judgeSilence(
  { due, lastEventAt, owner, host }: Signs,
  nowMicros: number,
  staleAfterSeconds: number,
): Judgement {
  const dueMicros = due === null ? null : parseInstant(due);
  if (dueMicros !== null)
    return dueMicros >= nowMicros
      ? { life: 'alive', isOver: false, reason: `its next beat is due by ${due}` }
      : { life: 'silent', isOver: true, reason: `its beat was due by ${due}` };
  const last = lastEventAt === null ? null : parseInstant(lastEventAt);
  const silentSeconds = last === null ? Infinity : (nowMicros - last) / 1e6;
  const whose = owner ? `its owner is on ${host ?? 'another host'}, out of sight` : 'it has no owner';
  return silentSeconds > staleAfterSeconds
    ? {
        life: 'silent',
        isOver: !owner,
        reason: `${whose}, and it said nothing for more than ${durationText(staleAfterSeconds)}`,
      }
    : { life: 'unknown', isOver: false, reason: `${whose}, and it spoke not long ago` };
}
