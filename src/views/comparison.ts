// In what do runs differ, and in what are they the same? Everything that is known of several runs, thing by thing beside each
// other; what each run says is asked in comparison-parts.ts. Pure.
import type { Json } from '../events/vocabulary.js';
import { align, type Key } from './alignment.js';
import { PARTS, sharedIssues, type SectionName } from './comparison-parts.js';
import type { Kind, Thing } from './comparison-settings.js';
import type { RunState } from './run.js';

export interface Comparison {
  /** Always all of them, in this order. */
  sections: ComparedSection[];
}

export interface ComparedSection {
  name: SectionName;
  things: ComparedThing[];
}

/** A setting, a step, a metric, an error...: what is said of it in each run. */
export interface ComparedThing {
  key: Key;
  /** 1, but for things whose keys are the same in one run: then the how manieth of them. */
  nth: number;
  /** By run: whether it has it at all. */
  present: boolean[];
  facts: ComparedFact[];
  isDifferent: boolean;
}

export interface ComparedFact {
  name: string;
  kind: Kind;
  /** By run; null where a run does not say. */
  values: Json[];
  /** By run: more than the value is not known, but it may be more. */
  isLeast: boolean[];
  isDifferent: boolean;
}

/** Two durations are the same as long as the longer one is no more than this part of it, or so many seconds, longer. */
const SAME_PART = 0.1;
const SAME_SECONDS = 0.1;

/** Compares runs, all with the first; each as it reads now. */
export function compareRuns(states: readonly RunState[]): Comparison {
  const shared = sharedIssues(states);
  const sections = PARTS.map(({ name, thingsOf }): ComparedSection => {
    const lists = states.map((state) => thingsOf(state, shared));
    const things = align(lists, ({ key }) => key).map(({ key, nth, values }) => comparedThing(key, nth, values));
    return { name, things };
  });
  return { sections };
}

function comparedThing(key: Key, nth: number, values: readonly (Thing | null)[]): ComparedThing {
  const present = values.map((value) => value !== null);
  const names = new Map(values.flatMap((thing) => thing?.facts ?? []).map(({ name, kind }) => [name, kind]));
  const facts = [...names].map(([name, kind]): ComparedFact => {
    const own = values.map((thing) => thing?.facts.find((fact) => fact.name === name));
    const said = own.map((fact) => fact?.value ?? null);
    const isLeast = own.map((fact) => fact?.isLeast === true);
    return { name, kind, values: said, isLeast, isDifferent: !areSame(kind, said) };
  });
  const isDifferent = present.includes(false) || facts.some((fact) => fact.isDifferent);
  return { key, nth, present, facts, isDifferent };
}

function areSame(kind: Kind, values: readonly Json[]): boolean {
  if (kind === 'example') return true;
  if (kind === 'seconds' && values.every((value) => typeof value === 'number')) {
    const longest = Math.max(...values);
    const apart = longest - Math.min(...values);
    return apart <= SAME_SECONDS || apart <= longest * SAME_PART;
  }
  const [first, ...rest] = values.map((value) => JSON.stringify(value));
  return rest.every((value) => value === first);
}

/** How far a number is from the one it is compared with, in percent of its size; null where that says nothing. */
export function changePercent(from: Json, to: Json): number | null {
  if (typeof from !== 'number' || typeof to !== 'number' || from === 0) return null;
  return ((to - from) / Math.abs(from)) * 100;
}

/** The things of a section. */
export function thingsIn({ sections }: Comparison, name: SectionName): ComparedThing[] {
  return sections.find((section) => section.name === name)?.things ?? [];
}
