import { BACKSLASH, QUOTE } from './ascii.js';
/** The domain of an address, in lower case; `null` when it has none. */
export function domainOf(address: string): string | null {
  const at = address.lastIndexOf('@');
  return at < 0 || at === address.length - 1 ? null : address.slice(at + 1).toLowerCase();
}

/**
 * Position of the `>` that ends the address which starts at `at` (just after `<`); -1 when there is none.
 * A quoted local part may hold `>` and `,` and is skipped as a whole (RFC 5321 section 4.1.2).
 */
export function addressEnd(line: string, at: number): number {
  let i = at;
  if (line.charCodeAt(i) === QUOTE) {
    for (i++; i < line.length; i++) {
      const c = line.charCodeAt(i);
      if (c === BACKSLASH) i++;
      else if (c === QUOTE) break;
    }
  }
  return line.indexOf('>', i);
}
