// Colours: chalk's one home. Tones become colours where the stream is a terminal and nobody asked for none.
import { Chalk, type ChalkInstance, supportsColor } from 'chalk';
import type { Tone } from '../formats/report.js';

export interface Painter {
  paint: (tone: Tone, text: string) => string;
  bold: (text: string) => string;
  faint: (text: string) => string;
}

/** FORCE_COLOR, NO_COLOR and TERM=dumb are heard by chalk; --no-color comes first. */
export function painter(isColorless: boolean, env: NodeJS.ProcessEnv): Painter {
  const isPlain = isColorless || (env['NO_COLOR'] ?? '') !== '';
  const chalk = new Chalk({ level: isPlain ? 0 : supportsColor === false ? 0 : supportsColor.level });
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
