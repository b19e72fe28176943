import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogRecord } from '../../src/log/record.js';
import { FIXTURES } from '../run.js';

/** A line and, in one line, the record that it is. */
export interface Form {
  line: string;
  expected: string;
}

/** Pairs of lines (`line`, `=> record`) of a fixture; `#` begins a comment. */
export function forms(name: string): Form[] {
  const lines = readFileSync(join(FIXTURES, 'lines', name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const pairs: Form[] = [];
  for (let i = 0; i < lines.length; i += 2) {
    const expected = lines[i + 1];
    if (expected === undefined || !expected.startsWith('=> ')) throw new Error(`${name}: no record for "${lines[i]}"`);
    pairs.push({ line: lines[i] ?? '', expected: expected.slice(3) });
  }
  return pairs;
}

/** A record in one line: `-` says nothing, `?` is not understood. */
export function inWords(record: LogRecord | null): string {
  if (record === null) return '-';
  switch (record.kind) {
    case 'not-understood':
      return '?';
    case 'attempt': {
      const orig = record.origRecipient === null ? '' : ` (${record.origRecipient})`;
      const at = record.mx === null ? '' : ` at ${record.mx}[${record.mxIp}]`;
      const sender = record.sender === null ? '' : ` from ${named(record.sender)}`;
      const by = record.transport === null ? '' : ` by ${record.transport}`;
      return `${record.result} ${record.recipient}${orig}${record.tried ? '' : ' untried'}${sender}${at}${by} :: ${record.text}`;
    }
    case 'sent':
      return `sent ${record.to} ${record.recipient}${record.mx === null ? '' : ` at ${record.mx}`}`;
    case 'accepted': {
      const parts = [
        record.opens ? ' new' : '',
        record.sender === null ? '' : ` from ${named(record.sender)}`,
        record.messageId === null ? '' : ` id ${record.messageId}`,
        record.authUser === null ? '' : ` user ${record.authUser}`,
        record.client === null && record.clientIp === null ? '' : ` client ${record.client ?? ''}[${record.clientIp}]`,
        record.requeuedFrom === null ? '' : ` before ${record.requeuedFrom}`,
      ];
      return `accepted${parts.join('')}`;
    }
    case 'expired':
      return `over ${record.sender ?? record.text}`;
    case 'done':
      return record.by === null ? 'done' : `done by ${record.by}`;
    case 'host-error':
      return `host ${record.mx}[${record.mxIp}]`;
    case 'rejected': {
      const client = record.client === null && record.clientIp === null ? 'local' : `${record.client ?? ''}[${record.clientIp}]`;
      const queueId = record.queueId === null ? '' : ` in ${record.queueId}`;
      return `rejected ${record.recipient ?? '?'} from ${named(record.sender)} client ${client} helo ${record.helo ?? '?'}${queueId} :: ${record.text}`;
    }
  }
}

function named(address: string | null): string {
  return address === null ? '?' : address === '' ? '<>' : address;
}
