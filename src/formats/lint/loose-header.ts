// Does a line want to be the header of an entry that the decoder cannot read as one? What is wrong with it, and how it was probably
// meant, so that one slip gives one finding and hides nothing below it. Pure.
import { likelyActionType } from '../../events/action-type.js';
import { ACTION_TYPE } from '../../events/vocabulary.js';
import { parseLocalTime } from '../design-log.js';
import { quoted } from './quoted.js';

export interface LooseHeader {
  /** What is wrong with the line's form; null where only the action is. */
  layoutFault: string | null;
  actionFault: string | null;
  /** Null where the time cannot be told. */
  localTime: string | null;
  /** Null where it cannot be told. */
  action: string | null;
  description: string | null;
}

type Action = Pick<LooseHeader, 'layoutFault' | 'actionFault' | 'action' | 'description'>;

// Every repetition is bounded, for a line may be megabytes long.
const DATE = String.raw`(?:\d{2,4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?!\.\d)`;
const CLOCK = String.raw`\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?`;
const BOTH = String.raw`${DATE}[T ,_]{1,3}${CLOCK}`;
const CLOSED = new RegExp(String.raw`^\[( {0,9}(?:${DATE}|${CLOCK})[^\][]{0,40})\]`);
const UNCLOSED = new RegExp(String.raw`^\[( {0,9}(?:${BOTH}|${DATE}|${CLOCK}))`);
const UNOPENED = new RegExp(String.raw`^(${BOTH}) {0,9}\]`);
/** Without any bracket only what follows tells it from a sentence that begins with a date. */
const BARE = new RegExp(String.raw`^(${BOTH}) {1,9}(?=[A-Z][A-Z0-9_]{1,99}(?::|[ \t]{0,9}$))`);

const FORMS: readonly { form: RegExp; fault: string | null }[] = [
  { form: CLOSED, fault: null },
  { form: UNCLOSED, fault: 'the header has no ] after its time' },
  { form: UNOPENED, fault: 'the header has no [ before its time' },
  { form: BARE, fault: 'the time of the header stands in no brackets' },
];

const FORM = 'a header is written [YYYY-MM-DD HH:MM:SS] ACTION_TYPE: description';
const HEAD_CHARACTERS = 200;
const MOST_WORDS = 4;

/** Null where the line is no attempt at a header. Not for lines that are one. */
export function readLooseHeader(line: string): LooseHeader | null {
  const text = line.trimStart();
  const head = text.slice(0, HEAD_CHARACTERS);
  for (const { form, fault } of FORMS) {
    const match = form.exec(head);
    if (match === null) continue;
    const [whole, stamp = ''] = match;
    const after = text.slice(whole.length);
    const action = readAction(after.trimStart());
    const faults = [
      text === line ? null : 'the header is indented',
      fault,
      timeFault(stamp),
      form === BARE || /^ \S/.test(after) || after.trim() === '' ? null : 'one space belongs between ] and the action',
      action.layoutFault,
    ].filter((found) => found !== null);
    const layoutFault = faults.length > 0 ? faults.join('; ') : action.actionFault === null ? FORM : null;
    return { ...action, layoutFault, localTime: parseLocalTime(stamp) === null ? null : stamp };
  }
  return null;
}

function timeFault(stamp: string): string | null {
  if (parseLocalTime(stamp) !== null) return null;
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(stamp)
    ? `the time ${stamp} does not exist`
    : `the time must be written YYYY-MM-DD HH:MM:SS, not ${quoted(stamp)}`;
}

function readAction(after: string): Action {
  const colon = after.indexOf(':');
  const name = (colon === -1 ? after : after.slice(0, colon)).slice(0, HEAD_CHARACTERS).trim();
  const description = colon === -1 ? null : after.slice(colon + 1).trim();
  const sound = { layoutFault: null, actionFault: null };
  if (ACTION_TYPE.test(name)) return { ...sound, layoutFault: colonFault(after, colon), action: name, description };
  const [first = ''] = name.split(/\s/, 1);
  if (first.length > 1 && ACTION_TYPE.test(first) && name !== name.toUpperCase())
    return {
      ...sound,
      layoutFault: `a colon belongs between ${first} and its description`,
      action: first,
      description: after.slice(first.length).trim(),
    };
  if (!isActionLike(name, colon !== -1))
    return { ...sound, layoutFault: 'no action type stands after the time', action: null, description };
  const likely = likelyActionType(name);
  const remedy = likely === '' ? '' : `; write ${likely}`;
  return {
    ...sound,
    actionFault: `an action type is upper case, with digits and underscores, not ${quoted(name)}${remedy}`,
    action: likely === '' ? null : likely,
    description,
  };
}

function colonFault(after: string, colon: number): string | null {
  if (colon === -1) return null;
  if (/\s/.test(after[colon - 1] ?? '')) return 'no space belongs before the colon';
  return /\S/.test(after[colon + 1] ?? '') && after[colon + 1] !== ' ' ? 'a space belongs after the colon' : null;
}

/** One word, or a few that a colon ends or that are in capitals: anything else is a sentence. */
function isActionLike(name: string, hasColon: boolean): boolean {
  if (!/^[\p{L}\p{N}_ .-]{1,60}$/u.test(name)) return false;
  const words = name.split(/ +/).length;
  return words === 1 || (words <= MOST_WORDS && (hasColon || name === name.toUpperCase()));
}
