// All rules over one text or one list of arguments. The order is theirs: what one masks another must not see.
import { CommandWalk, maskCommandFlags } from './commands.js';
import { maskKeyBlocks } from './key-blocks.js';
import { maskNamedValues } from './named-values.js';
import { type Named, classifyName, classifyOption } from './names.js';
import { isNextOption, maskOptions } from './options.js';
import { COMMAND_HINT } from './suspicion.js';
import { maskTokens } from './tokens.js';
import { maskUrls } from './urls.js';
import { isSecret, mark } from './values.js';

/** Masks secrets in free text, command lines and command output. Redacting twice changes nothing more. */
export function redactText(text: string): string {
  if (text.length < 6) return text;
  let masked = text;
  // A mask can uncover the start of another secret. In practice the second pass changes nothing.
  for (let pass = 0; pass < 4; pass++) {
    const next = maskOnce(masked);
    if (next === masked) break;
    masked = next;
  }
  return masked;
}

function maskOnce(text: string): string {
  let masked = text;
  if (masked.includes('PRIVATE KEY')) masked = maskKeyBlocks(masked);
  // Before names: in https://token:…@host the name is a user.
  if (masked.includes('://')) masked = maskUrls(masked);
  if (masked.includes('=') || masked.includes(':') || masked.includes('</')) masked = maskNamedValues(masked);
  if (masked.includes('-')) masked = maskOptions(masked);
  if (COMMAND_HINT.test(masked)) masked = maskCommandFlags(masked);
  return maskTokens(masked);
}

/** Masks a list of arguments, where a value may be an element of its own and may hold spaces. */
export function redactArgv(argv: readonly string[]): string[] {
  const walk = new CommandWalk();
  let option = '';
  let named: Named | null = null;
  return argv.map((element) => {
    const walked = walk.next(element, false);
    if (named !== null && !isNextOption(element)) {
      const masked = isSecret(element, option, named) ? mark(named.rule) : redactText(element);
      named = null;
      return masked;
    }
    named = /^--?[A-Za-z][\w-]*$/.test(element) ? classifyOption(element) : null;
    option = element;
    return redactText(maskAssignment(walked));
  });
}

function maskAssignment(element: string): string {
  const [all, name] = /^(-{0,2}[A-Za-z_][\w-]{0,80})=/.exec(element) ?? [];
  if (all === undefined || name === undefined) return element;
  const named = name.startsWith('-') ? classifyOption(name) : classifyName(name, false);
  const value = element.slice(all.length);
  return named?.isCertain && isSecret(value, name, named) ? all + mark(named.rule) : element;
}
