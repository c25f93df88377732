// The completion scripts of the shells. Each asks runlog what may follow: a first line says what kind, each further one is a word and,
// behind a tab, what it is.
import bash from './completion/bash.sh';
import fish from './completion/fish.fish';
import zsh from './completion/zsh.sh';

export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = { bash, zsh, fish };
