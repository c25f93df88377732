// A comparison of runs as JSON and as rows of text: what `runlog compare` shows.
import type { Json } from '../events/vocabulary.js';
import { changePercent, type ComparedFact, type ComparedThing, type Comparison } from '../views/comparison.js';
import type { SectionName } from '../views/comparison-parts.js';
import type { Kind } from '../views/comparison-settings.js';
import type { Judgement } from '../views/conditions.js';
import { countText, durationText, measureText, moneyText } from './quantities.js';
import { statusTone, type Tone } from './report.js';
import { shellQuote } from './shell-words.js';
import { toVisibleLine } from './visible-text.js';

/** Sections under their names: what differs, then what is the same. Every value by run, in the order of the runs. */
export function comparisonObjects({ sections }: Comparison): Record<string, unknown>[] {
  return sections.map(({ name, things }) => ({
    name,
    different: things.filter(({ isDifferent }) => isDifferent).map(thingObject),
    same: things.filter(({ isDifferent }) => !isDifferent).map(thingObject),
  }));
}

function thingObject({ key, nth, present, facts }: ComparedThing): Record<string, unknown> {
  return {
    key,
    nth,
    present,
    facts: facts.map(({ name, kind, values, isLeast, isDifferent }) => ({
      name,
      kind,
      values,
      at_least: isLeast,
      different: isDifferent,
      change_percent: values.map((value, run) => (run === 0 ? null : changePercent(values[0] ?? null, value))),
    })),
  };
}

export function judgementObjects(
  judgements: readonly Judgement[],
  runIds: readonly string[],
): Record<string, unknown>[] {
  return judgements.map(({ condition, run, issue, baseline, value, verdict, unknown }) => ({
    condition: condition.text,
    run_id: runIds[run],
    issue_iid: issue,
    baseline,
    value,
    verdict,
    unknown,
  }));
}

export interface ComparedRow {
  label: string;
  /** 0 for a thing, 1 for what else is said of it. */
  depth: 0 | 1;
  /** By run. */
  cells: ComparedCell[];
  tone: Tone;
}

export interface ComparedCell {
  value: string;
  /** How far it is from the first run's; '' where that says nothing. */
  change: string;
}

export interface ComparedTable {
  title: string;
  rows: ComparedRow[];
  /** How many things differ that have no rows. */
  hidden: number;
}

/** More than anybody reads; all is in the JSON. */
const THINGS_SHOWN = 40;

/** What differs, as rows that are safe to print; sections without any are left out. */
export function comparedTables(comparison: Comparison): ComparedTable[] {
  return differencesOf(comparison)
    .map(({ name, things }) => ({
      title: `${name[0]?.toUpperCase()}${name.slice(1)}`,
      rows: things.slice(0, THINGS_SHOWN).flatMap((thing) => rowsOf(name, thing)),
      hidden: Math.max(0, things.length - THINGS_SHOWN),
    }))
    .filter(({ rows }) => rows.length > 0);
}

function differencesOf({ sections }: Comparison): Comparison['sections'] {
  return sections.map(({ name, things }) => {
    // Of one model the sums of all calls have said everything.
    const own = name === 'cost' && things.length === 2 ? things.slice(0, 1) : things;
    return { name, things: own.filter(({ isDifferent }) => isDifferent) };
  });
}

/** `configuration 9, steps 4`: how many things are the same; '' where none is. */
export function sameText({ sections }: Comparison): string {
  return sections
    .map(({ name, things }) => ({ name, same: things.filter(({ isDifferent }) => !isDifferent).length }))
    .filter(({ same }) => same > 0)
    .map(({ name, same }) => `${name} ${countText(same)}`)
    .join(', ');
}

/** A thing under its name with the first of its facts, then what else differs. */
function rowsOf(section: SectionName, thing: ComparedThing): ComparedRow[] {
  const { present, facts } = thing;
  const [first, ...others] = facts;
  if (first === undefined) return [];
  const isEverywhere = !present.includes(false);
  const telling = others.filter((fact) => (isEverywhere ? fact.isDifferent : isTellingAlone(section, fact)));
  const absent = { value: section === 'outcome' ? '-' : 'none', change: '' };
  const cells = cellsOf(first).map((cell, run) => (present[run] === true ? cell : absent));
  return [
    { label: labelOf(section, thing), depth: 0, cells, tone: toneOf(section, thing) },
    ...telling.map((fact): ComparedRow => {
      const own = cellsOf(fact).map((cell, run) => (present[run] === true ? cell : { value: '', change: '' }));
      return { label: fact.name, depth: 1, cells: own, tone: toneOfFact(fact) };
    }),
  ];
}

/** Of what only some runs have: what is worth a row where there is nothing to compare it with. */
function isTellingAlone(section: SectionName, { kind, values }: ComparedFact): boolean {
  if (kind === 'example' || (section === 'tools' && kind === 'seconds')) return false;
  return values.some((value) => value !== null && value !== 0);
}

function cellsOf({ kind, values, isLeast }: ComparedFact): ComparedCell[] {
  return values.map((value, run) => {
    const atLeast = isLeast[run] === true && value !== null ? '>= ' : '';
    const isPartial = isLeast[run] === true || isLeast[0] === true;
    return { value: atLeast + valueText(kind, value), change: isPartial ? '' : changeText(values[0] ?? null, value) };
  });
}

function valueText(kind: Kind, value: Json): string {
  if (value === null) return '-';
  if (typeof value === 'number') {
    if (kind === 'seconds') return durationText(value);
    if (kind === 'usd') return moneyText(value);
    return kind === 'count' ? countText(value) : measureText(value);
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (kind === 'commit') return toVisibleLine(String(value).slice(0, 12));
  if (kind === 'command' && Array.isArray(value)) return toVisibleLine(shellQuote(value.map(String)));
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}

/** `(+26%)`, `(-0.4%)`; '' for none. */
function changeText(from: Json, to: Json): string {
  const percent = changePercent(from, to);
  if (percent === null || percent === 0) return '';
  const size = Math.abs(percent);
  const digits = size < 10 ? String(Number(size.toPrecision(2))) : countText(Math.round(size));
  return `(${percent < 0 ? '-' : '+'}${digits}%)`;
}

function labelOf(section: SectionName, { key, nth, facts }: ComparedThing): string {
  const text = (name: string): string | null => (key[name] === null ? null : oneLine(String(key[name] ?? '')));
  const issue = text('issue_iid');
  const again = nth > 1 ? ` (${nth})` : '';
  const about = issue === null ? again : ` (issue ${issue})${again}`;
  switch (section) {
    case 'issues': {
      const iids = facts.find(({ name }) => name === 'issue')?.values.filter((value) => value !== null) ?? [];
      return `issue ${[...new Set(iids.map((iid) => oneLine(String(iid))))].join(', ')}`;
    }
    case 'steps': {
      const attempt = key['attempt'] === 1 ? '' : ` (attempt ${key['attempt']})`;
      return `${[text('agent') ?? '-', text('task')].filter((part) => part !== null).join(': ')}${attempt}${about}`;
    }
    case 'errors': {
      const [message] = facts.find(({ name }) => name === 'message')?.values.filter((value) => value !== null) ?? [];
      return `${text('error_type')}: ${oneLine(String(message ?? ''))}${about}`;
    }
    case 'metrics': {
      const units = facts.find(({ name }) => name === 'unit')?.values ?? [];
      const unit = units.every((value) => value === units[0]) && typeof units[0] === 'string' ? ` in ${units[0]}` : '';
      return `${text('name')}${oneLine(unit)}${about}`;
    }
    case 'tools':
      return `${text('tool')}${key['agent'] === null ? '' : ` (${text('agent')})`}`;
    case 'cost':
      return text('name') ?? ([text('provider'), text('model')].filter((part) => part !== null).join(' / ') || '-');
    default:
      return `${text('name')}${again}`;
  }
}

/** As the latest run has it: what is wrong there is what one looks for. */
function toneOf(section: SectionName, { present, facts }: ComparedThing): Tone {
  if (section === 'errors') return present.at(-1) === true ? 'bad' : 'good';
  const tones = facts.map(toneOfFact);
  return tones.find((tone) => tone === 'bad') ?? tones.find((tone) => tone !== 'plain') ?? 'plain';
}

function toneOfFact({ kind, values, isDifferent }: ComparedFact): Tone {
  return kind === 'status' && isDifferent ? statusTone(String(values.at(-1))) : 'plain';
}

function oneLine(text: string): string {
  return toVisibleLine(text.replaceAll(/\s*\n\s*/g, ' '));
}

const KIND_OF: Readonly<Record<Judgement['condition']['subject'], Kind>> = {
  cost: 'usd',
  duration: 'seconds',
  tokens: 'count',
  errors: 'count',
  failed_steps: 'count',
  metric: 'measure',
};

export interface JudgedRow {
  /** The verdict, the condition, and what it was judged by. */
  cells: [string, string, string];
  tone: Tone;
}

/** `nameOf` says what a run is called in the text. */
export function judgedRows(judgements: readonly Judgement[], nameOf: (run: number) => string): JudgedRow[] {
  return judgements.map(({ condition, run, issue, baseline, value, verdict, unknown }) => {
    const kind = KIND_OF[condition.subject];
    const of = `${nameOf(run)}${issue === null ? '' : `, issue ${oneLine(issue)}`}`;
    const facts = [valueText(kind, baseline), '->', valueText(kind, value), changeText(baseline, value)];
    return {
      cells: [
        verdict === 'kept' ? 'ok' : verdict === 'broken' ? 'FAIL' : 'unknown',
        oneLine(condition.text),
        `${of}: ${unknown === null ? facts.join(' ').trimEnd() : oneLine(unknown)}`,
      ],
      tone: verdict === 'kept' ? 'good' : 'bad',
    };
  });
}
