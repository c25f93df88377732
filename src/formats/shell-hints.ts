// Patterns by which the functions of a shell tell what they may write themselves from what is left to the executable.

/**
 * What any secret, in lower case, has something of: bits of the rules' words that are few, and rare in other text. A test holds the
 * rules' words against these. The other words begin tokens that are long, which is asked first.
 */
export const BITS: readonly string[] =
  'p[as][sk] pw ok[eis] c[ru][er][dlt] key sig uth ql m[ao][rns][igq][aou] -cli login dap 7z x[oa][xp] c_ k_[lpt] sntry yj fm[12] y[va][12] 1//0 8q~ tt3 rivate dentified arer ://*@'.split(
    ' ',
  );
/** The rules' words themselves, names aside: who has one is left to the executable. */
export const BEGINNINGS: readonly string[] = [
  '://*@',
  'k_[lpt]',
  'xox',
  'xapp',
  'whsec_',
  'glc_',
  'sntry',
  'dapi',
  'eyJ',
  'fm[12]',
  'FlyV1',
  'ya29.',
  '1//0',
  '8Q~',
  'TT3',
  'hooks',
  'PRIVATE',
  'rivate-',
  'dentified',
  'DENTIFIED',
  'earer',
  'aws_secret',
];
/** Starts of tokens that the rules tell by what follows. */
export const VAGUE_TOKENS: readonly string[] = [
  'SG.',
  'secret_',
  'SK[0-9a-f]',
  'sk-',
  'key-',
  'sk_',
  'sq[apu]_',
  'pat',
  'EAA',
  'AAAA',
  '[MNO][DTjz]',
];

/** So much of a token as all have whose beginnings are not in BITS; no path. */
export const TOKEN_RUN: string = `${'[!./ ]'.repeat(15)}*`;
