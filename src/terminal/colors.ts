// Colours: chalk's one home. Tones become colours where the stream is a terminal and nobody asked for none.
import type { ChalkInstance } from 'chalk';
import type { Tone } from '../formats/report.js';
import { isTerminal } from './screen.js';

export interface Painter {
  paint: (tone: Tone, text: string) => string;
  bold: (text: string) => string;
  faint: (text: string) => string;
}

const PLAIN: Painter = { paint: (_, text) => text, bold: (text) => text, faint: (text) => text };

/** FORCE_COLOR, NO_COLOR and TERM=dumb are heard by chalk; --no-color comes first. */
export function painter(isColorless: boolean, env: NodeJS.ProcessEnv): Painter {
  const isPlain = isColorless || (env['NO_COLOR'] ?? '') !== '';
  // Chalk would say the same, but takes a tenth of Node's start to load.
  if (isPlain || (env['FORCE_COLOR'] === undefined && !isTerminal(1))) return PLAIN;
  const { Chalk, supportsColor } = require('chalk') as typeof import('chalk');
  const chalk = new Chalk({ level: supportsColor === false ? 0 : supportsColor.level });
  const tones: Record<Tone, ChalkInstance | null> = {
    good: chalk.green,
    bad: chalk.red,
    warning: chalk.yellow,
    faint: chalk.dim,
    plain: null,
  };
  return {
    paint: (tone, text) => tones[tone]?.(text) ?? text,
    bold: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
  };
}
