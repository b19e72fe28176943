import { decodeUtf8 } from '../encoding.js';

/**
 * Position of the `>` that ends the address which starts at `at` (just after `<`); -1 when there is none.
 * A quoted local part may hold `>` and `,` and is skipped as a whole (RFC 5321 section 4.1.2).
 */
export function addressEnd(line: string, at: number): number {
  let i = at;
  if (line.charCodeAt(i) === 34) {
    for (i++; i < line.length; i++) {
      const c = line.charCodeAt(i);
      if (c === 92) i++;
      else if (c === 34) break;
    }
  }
  return line.indexOf('>', i);
}

/** `host[ip]:port`, `host[ip]`, `[private/socket]`, `/socket`, `none`, `local` → host and IP. */
export function splitRelay(relay: string): { host: string | null; ip: string | null } {
  const bracket = relay.indexOf('[');
  if (bracket > 0) {
    const close = relay.indexOf(']', bracket);
    const inside = close > 0 ? relay.slice(bracket + 1, close) : '';
    const ip = /^[0-9a-f.:]+$/i.test(inside) ? inside : null;
    return { host: decodeUtf8(relay.slice(0, bracket)), ip };
  }
  return { host: null, ip: null };
}
