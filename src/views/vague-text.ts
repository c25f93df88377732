// Does a text say anything of its own, or is it what anybody could have written without having seen what went wrong? Pure.

/** A text as long as this is not made of such words alone. */
const LONG = 200;

/**
 * Words that fit any failure. An exception's own words have a name, a number, a path or a thing in them; what is not made of these
 * words alone, in whatever language, counts as its own.
 */
const FITS_ANYTHING = new Set(
  `a an the an it its this that there something somewhere somehow some unknown unspecified unexpected unexpectedly generic general
  internal fatal critical error errors err exception exceptions failure failures fail fails failed failing issue issues problem
  problems wrong went go goes gone was were is are has have had been be did does do not no n t didn doesn couldn could can cannot
  unable to occurred occur occurs happened happen happens encountered during while in with of for and or but an some step steps
  task tasks process processing execution operation work worked working complete completed finish finished successful successfully
  succeed please try again later oops sorry null none undefined na true false
  fehler ein eine ist etwas unbekannter unbekannt aufgetreten passiert schiefgelaufen fehlgeschlagen`.split(/\s+/),
);

export function saysSomething(text: string | null | undefined): boolean {
  if (text === null || text === undefined) return false;
  if (text.length > LONG) return true;
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.some((word) => !FITS_ANYTHING.has(word));
}
