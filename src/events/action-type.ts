// The ACTION_TYPE that a text was probably meant to be. Pure.

/** Upper case, with underscores for all else, a letter first; '' where nothing is left. */
export function likelyActionType(text: string): string {
  return text
    .trim()
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_+$/g, '');
}
