import { addressEnd } from '../address.js';
import { decodeUtf8 } from '../encoding.js';
import type { LogRecord } from '../record.js';

const CLIENT = /(?:^| )H=([^\s([]+)?(?: ?\(([^)]*)\))? ?\[([^\]\s]+)\]/;
/** `host_and_ident` of Exim begins each refusal: the host, or the local user; without either the sender stands first. */
const BEGINS = /^(?:(?:[HUFAX]|CV|DN|PRX|I)=|$)/;
const WHAT =
  /(?:^| )(temporarily )?rejected (RCPT|MAIL|EHLO or HELO|EHLO|HELO|VRFY|EXPN|ETRN|AUTH|STARTTLS|connection|after DATA PRDR|after DATA|DATA|during MIME ACL checks|DKIM|by non-SMTP ACL|by local_scan\(\)|unaccepted)(?![\w-])/;

/**
 * `H=host (helo) [ip] F=<sender> [temporarily ]rejected RCPT <recipient>: reason`, in the main and the reject log
 * (smtp_in.c of Exim: smtp_handle_acl_fail). A local client has `U=user` in place of `H=`.
 */
export function readRejection(line: string, queueId: string | null): LogRecord | null {
  const what = WHAT.exec(line);
  if (what === null) return null;
  const before = line.slice(0, what.index);
  if (!BEGINS.test(before)) return null;
  const verb = what[2] ?? '';
  const { argument, reason } = split(line, what.index + what[0].length);
  const client = CLIENT.exec(before);
  const sender = /(?:^| )F=<(.*?)>(?= |$)/.exec(before)?.[1];
  return {
    kind: 'rejected',
    queueId,
    client: client?.[1] === undefined ? null : decodeUtf8(client[1]),
    clientIp: client?.[3] ?? null,
    helo: client?.[2] === undefined ? null : decodeUtf8(client[2]),
    sender: sender !== undefined ? decodeUtf8(sender) : verb === 'MAIL' ? decodeUtf8(argument) : null,
    recipient: verb === 'RCPT' ? decodeUtf8(argument) : null,
    text: decodeUtf8(`${what[1] ?? ''}rejected ${verb}: ${reason}`),
  };
}

/** ` <argument> more: reason` → the argument without brackets, and the reason. */
function split(line: string, at: number): { argument: string; reason: string } {
  let end = at;
  let argument = '';
  if (line.startsWith(' <', at)) {
    const close = addressEnd(line, at + 2);
    if (close >= 0) {
      argument = line.slice(at + 2, close);
      end = close + 1;
    }
  }
  const colon = line.startsWith(':', end) ? end : line.indexOf(': ', end);
  if (colon < 0) return { argument: argument || line.slice(end).trim(), reason: '' };
  return { argument: argument || line.slice(end, colon).trim(), reason: line.slice(colon + 1).trim() };
}
