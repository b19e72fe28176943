import { decodeUtf8 } from '../encoding.js';

/**
 * `host[ip]:port`, `host[ip]`, `host[private/socket]`, `/socket`, `none`, `local` → host and IP. Behind a UNIX socket is a
 * daemon of this host; the name before it is our own.
 */
export function splitRelay(relay: string): { host: string | null; ip: string | null } {
  const bracket = relay.indexOf('[');
  if (bracket <= 0) return { host: null, ip: null };
  const close = relay.indexOf(']', bracket);
  const inside = close > 0 ? relay.slice(bracket + 1, close) : '';
  if (inside.includes('/')) return { host: null, ip: null };
  return { host: decodeUtf8(relay.slice(0, bracket)), ip: /^[0-9a-f.:]+$/i.test(inside) ? inside : null };
}
