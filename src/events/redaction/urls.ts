// Passwords and tokens in the user part of a URL.
import type { Named } from './names.js';
import { isSecret, mark } from './values.js';

export const USER_AND_PASSWORD: RegExp = /(:\/\/[^\s/?#"'`<>@:[\]]{0,999}:)([^\s/"'`<>]{1,9999})(?=@(?!sha256:))/g;
export const TOKEN_AS_USER: RegExp = /(:\/\/)([\w~.%-]{20,9999})(?=(?::x-oauth-basic|:)?@)/g;
export const URL_PASSWORD: Named = { rule: 'url-password', isCertain: true, mayBePath: false };

export function maskUrls(text: string): string {
  return text
    .replace(USER_AND_PASSWORD, (all, before: string, value: string) =>
      isSecret(value, '', URL_PASSWORD) && !/^(?:x-oauth-basic$|\d{1,5}[?#,;&)])/.test(value)
        ? before + mark('url-password')
        : all,
    )
    .replace(TOKEN_AS_USER, (all, before: string, value: string) =>
      /\d/.test(value) && /[A-Za-z]/.test(value) ? before + mark('url-token') : all,
    );
}
