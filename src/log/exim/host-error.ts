import { decodeUtf8 } from '../encoding.js';
import type { LogRecord } from '../record.js';

const HOST = /^H=([^\s[(]*)(?: ?\([^)]*\))?(?: DS)? ?\[([^\]\s]+)\](?::\d+)?\*?(?: I=\S+)?:? \S/;

/** `id H=mx.example [ip] Connection refused`: the host that the deferral after it does not name again. */
export function readHostError(line: string, idEnd: number): LogRecord | null {
  const found = HOST.exec(line.slice(idEnd + 1));
  if (found === null) return null;
  return { kind: 'host-error', queueId: line.slice(0, idEnd), mx: decodeUtf8(found[1] || (found[2] ?? '')), mxIp: found[2] ?? null };
}
