// Commands with short options for passwords: mysql -p…, curl -u user:….
import { COMMAND_HINT } from './suspicion.js';
import { URL_PASSWORD } from './urls.js';
import { isHarmless, mark } from './values.js';

interface Flags {
  /** The option with its value in the same word (`-pSECRET`). */
  attached?: RegExp;
  /** The option whose value is the next word. */
  separate?: RegExp;
  /** The value is `user:password`, and only what follows the colon is secret. */
  isPair?: true;
}

const MYSQL: Flags = { attached: /^-p(?=.)/ };
const REGISTRY: Flags = {};
const LOGIN: Flags = { separate: /^-p$/ };
const COMMANDS = new Map<string, Flags>([
  ...['mysql', 'mysqldump', 'mysqladmin', 'mysqlimport', 'mariadb', 'mariadb-dump'].map(
    (name) => [name, MYSQL] as const,
  ),
  ['sshpass', { attached: /^-p(?=.)/, separate: /^-p$/ }],
  ...['mongo', 'mongosh', 'mongodump', 'mongorestore', 'mongoexport', 'mongoimport', 'cqlsh'].map(
    (name) => [name, LOGIN] as const,
  ),
  ...['ldapsearch', 'ldapadd', 'ldapmodify', 'ldapdelete', 'ldapwhoami'].map(
    (name) => [name, { separate: /^-w$/ }] as const,
  ),
  ...['sqlcmd', 'mosquitto_pub', 'mosquitto_sub'].map((name) => [name, { separate: /^-P$/ }] as const),
  ...['7z', '7za', '7zz'].map((name) => [name, MYSQL] as const),
  ['ssh-keygen', { separate: /^-[NP]$/ }],
  ['redis-cli', { separate: /^-a$/ }],
  [
    'curl',
    {
      attached: /^(?:-u|--user=|--proxy-user=)(?=.)/,
      separate: /^(?:-[A-Za-z]*[uU]|--user|--proxy-user)$/,
      isPair: true,
    },
  ],
  ...['docker', 'podman', 'nerdctl', 'helm', 'az'].map((name) => [name, REGISTRY] as const),
]);
const SHELL_WORD = /[^\s"';|&]+|"[^"\n]*"|'[^'\n]*'|[;|&\n]/g;

/** Follows a command line word by word; a word comes back masked where the command makes it a password. */
export class CommandWalk {
  #flags: Flags | undefined;
  #isPending = false;

  next(word: string, continuesInQuotes: boolean): string {
    if (/^[;|&\n]$/.test(word)) {
      this.#flags = undefined;
      this.#isPending = false;
      return word;
    }
    if (this.#isPending) {
      this.#isPending = false;
      return this.#mask('', word);
    }
    const command = COMMANDS.get(word.slice(word.lastIndexOf('/') + 1));
    if (command !== undefined) this.#flags = command;
    else if (word === 'login' && this.#flags === REGISTRY) this.#flags = LOGIN;
    else if (this.#flags !== undefined) return this.#flag(word, this.#flags, continuesInQuotes);
    return word;
  }

  #flag(word: string, flags: Flags, continuesInQuotes: boolean): string {
    const isOpen = continuesInQuotes && (flags.attached?.test(`${word}x`) ?? false) && !flags.attached?.test(word);
    this.#isPending = isOpen || (flags.separate?.test(word) ?? false);
    const option = this.#isPending ? null : (flags.attached?.exec(word) ?? null);
    return option === null ? word : this.#mask(option[0], word.slice(option[0].length));
  }

  #mask(option: string, word: string): string {
    const quote = /^["']/.exec(word)?.[0] ?? '';
    const value = quote === '' ? word : word.slice(1, -1);
    const colon = this.#flags?.isPair ? value.indexOf(':') : -1;
    const secret = value.slice(colon + 1);
    if ((this.#flags?.isPair && colon < 0) || isHarmless(secret, '', URL_PASSWORD)) return option + word;
    return option + quote + value.slice(0, colon + 1) + mark('password') + quote;
  }
}

export function maskCommandFlags(text: string): string {
  const walk = new CommandWalk();
  return text.replace(SHELL_WORD, (word, offset: number) => {
    const next = walk.next(word, /["']/.test(text.charAt(offset + word.length)));
    // `sh -c "mysql -p…"`: a command line within a word. It cannot hold its own kind of quote, so this goes two deep at most.
    if (next !== word || !/^["']/.test(word) || !COMMAND_HINT.test(word)) return next;
    return word.charAt(0) + maskCommandFlags(word.slice(1, -1)) + word.charAt(0);
  });
}
