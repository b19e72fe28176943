import { decodeUtf8 } from '../encoding.js';
import type { LogRecord } from '../record.js';

const CLIENT = /(?:^| )H=([^\s([]+)?(?: ?\(([^)]*)\))? ?\[([0-9a-fA-F.:]+)\]/;
const WHAT =
  / (temporarily )?rejected (RCPT|MAIL|EHLO or HELO|EHLO|HELO|VRFY|EXPN|ETRN|AUTH|STARTTLS|connection|after DATA|during MIME ACL checks|DKIM|unaccepted)\b ?([^\s:]+(?: [^\s:<]+)*)?(?:: (.*))?$/s;

/** `H=(helo) [ip] F=<sender> [temporarily ]rejected RCPT <recipient>: reason`, in the main and the reject log. */
export function readRejection(line: string, queueId: string | null): LogRecord | null {
  const what = WHAT.exec(line);
  if (what === null) return null;
  const before = line.slice(0, what.index);
  const client = CLIENT.exec(before);
  if (client === null) return null;
  const argument = what[3] ?? '';
  const reason = what[4] ?? '';
  return {
    kind: 'rejected',
    queueId,
    client: client[1] === undefined ? null : decodeUtf8(client[1]),
    clientIp: client[3] ?? null,
    helo: client[2] === undefined ? null : decodeUtf8(client[2]),
    sender: /F=<([^>]*)>/.exec(before)?.[1] ?? null,
    recipient: what[2] === 'RCPT' ? decodeUtf8(argument.replace(/^<|>$/g, '')) : null,
    text: decodeUtf8(`${what[1] ?? ''}rejected ${what[2]}: ${reason}`),
  };
}
