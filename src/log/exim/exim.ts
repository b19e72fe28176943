import { ASTERISK, DASH, EQUALS, GREATER, LESS, OPEN_PARENTHESIS, SPACE, UPPER_C } from '../ascii.js';
import { detach } from '../encoding.js';
import type { Envelope } from '../envelope.js';
import { skipPid } from '../envelope.js';
import type { LogRecord } from '../record.js';
import { readArrival } from './arrival.js';
import { readFailure, readSent } from './delivery.js';
import { readHostError } from './host-error.js';
import { readRejection } from './reject.js';

/**
 * Exim's main log (Exim specification, chapter "Log files"): `[stamp] [pid] message-id flag …`.
 * Through syslog the stamp may stand a second time before the message id.
 */
export function readExim(block: string, env: Envelope): LogRecord | null {
  const start = env.dialect === 'exim' ? env.text : skipOwnStamp(block, env.text, env.end);
  const idEnd = messageIdEnd(block, start, env.end);
  if (idEnd < 0) {
    const line = block.slice(start, env.end);
    return line.includes('rejected ') ? readRejection(detach(line), null) : null;
  }
  const at = idEnd + 1;
  const length = idEnd - start;
  const second = block.charCodeAt(at + 1);
  switch (block.charCodeAt(at)) {
    case LESS: // <=
    case OPEN_PARENTHESIS: // (=
      return second === EQUALS ? readArrival(detach(block.slice(start, env.end)), length) : null;
    case EQUALS: // => ==
      if (second === EQUALS) return readFailure(detach(block.slice(start, env.end)), length);
      return second === GREATER ? readSent(block.slice(start, env.end), length) : null;
    case DASH: // ->
    case GREATER: // >>
      return second === GREATER ? readSent(block.slice(start, env.end), length) : null;
    case ASTERISK: // ** (and *> which delivered nothing, *** Frozen)
      return second === ASTERISK && block.charCodeAt(at + 2) === SPACE ? readFailure(detach(block.slice(start, env.end)), length) : null;
    case UPPER_C: // Completed
      return block.startsWith('Completed', at) ? { kind: 'done', queueId: block.slice(start, idEnd), by: null } : null;
    default:
      return readWords(detach(block.slice(start, env.end)), length);
  }
}

const REMOVED = /^removed by (\S+)/;
/** By an administrator (`-Mg`), `timeout_frozen_after` or a system filter; what is left is returned to the sender. */
const CANCELLED = /^cancelled by /;

/** Lines of one message that begin with words: refusals after DATA, hosts that failed on the way, what an administrator did. */
function readWords(line: string, idEnd: number): LogRecord | null {
  const queueId = line.slice(0, idEnd);
  const text = line.slice(idEnd + 1);
  if (text.includes('rejected ')) {
    const rejection = readRejection(text, queueId);
    if (rejection !== null) return rejection;
  }
  if (text.startsWith('H=')) return readHostError(line, idEnd);
  const removed = REMOVED.exec(text);
  if (removed !== null) return { kind: 'done', queueId, by: removed[1] ?? '' };
  return CANCELLED.test(text) ? { kind: 'expired', queueId, sender: null, text, always: false } : null;
}

/** Whether a syslog program name is Exim's. */
export function isExim(program: string): boolean {
  return program.startsWith('exim');
}

/** `xxxxxx-xxxxxx-xx`, from Exim 4.97 `xxxxxx-xxxxxxxxxxx-xxxx`; -1 when there is none. */
function messageIdEnd(block: string, at: number, end: number): number {
  if (block.charCodeAt(at + 6) !== DASH) return -1;
  const idEnd = block.charCodeAt(at + 13) === DASH ? at + 16 : block.charCodeAt(at + 18) === DASH ? at + 23 : -1;
  return idEnd > 0 && idEnd < end && block.charCodeAt(idEnd) === SPACE ? idEnd : -1;
}

const OWN_STAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?( [+-]\d{4})? /;

function skipOwnStamp(block: string, at: number, end: number): number {
  const stamp = OWN_STAMP.exec(block.slice(at, Math.min(at + 40, end)));
  return skipPid(block, stamp === null ? at : at + stamp[0].length, end);
}
