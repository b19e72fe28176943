import { COLON, LOWER_C, LOWER_F, LOWER_M, LOWER_P, LOWER_R, LOWER_T, LOWER_U, SPACE } from '../ascii.js';
import { isAlphanumeric } from '../ascii-classes.js';
import { detach } from '../encoding.js';
import type { Envelope } from '../envelope.js';
import type { LogRecord } from '../record.js';
import { readAttempt } from './attempt.js';
import { readCleanup, readClient, readPickup, readQueueManager } from './queue.js';
import { readRefusal, refusalAt } from './reject.js';

/**
 * Postfix: `queueid: key=value, …` (see the manual pages of qmgr(8), cleanup(8), smtp(8), smtpd(8)).
 *
 * rsyslog's RFC 5424 template cuts the program name at the slash, so which daemon wrote a line may be
 * unknown; the record is recognised by the form of its text.
 */
export function readPostfix(block: string, env: Envelope): LogRecord | null {
  const colon = queueIdEnd(block, env.text, env.end);
  if (colon < 0) return block.startsWith('NOQUEUE: ', env.text) ? refusal(block, env, env.text + 9, null) : null;
  const at = colon + 2;
  const id = colon - env.text;
  // The first letter decides: most lines are none of these and cost one look.
  switch (block.charCodeAt(at)) {
    case LOWER_T:
      return block.startsWith('to=<', at) ? readAttempt(textOf(block, env), id, daemonOf(block, env)) : null;
    case LOWER_F:
      return block.startsWith('from=<', at) ? readQueueManager(detach(textOf(block, env)), id) : null;
    case LOWER_R:
      if (env.end - at === 7 && block.startsWith('removed', at))
        return { kind: 'done', queueId: block.slice(env.text, colon), by: remover(block, env) };
      if (block.startsWith('resent-message-id=', at)) return readCleanup(detach(textOf(block, env)), id, id + 20);
      return refusal(block, env, at, colon);
    case LOWER_M:
      if (block.startsWith('message-id=', at)) return readCleanup(detach(textOf(block, env)), id, id + 13);
      return refusal(block, env, at, colon);
    case LOWER_P:
      return refusal(block, env, at, colon);
    case LOWER_C:
      return block.startsWith('client=', at) ? readClient(detach(textOf(block, env)), id) : null;
    case LOWER_U:
      return block.startsWith('uid=', at) ? readPickup(detach(textOf(block, env)), id) : null;
    default:
      return null;
  }
}

function refusal(block: string, env: Envelope, at: number, colon: number | null): LogRecord | null {
  const said = refusalAt(block, at);
  if (said < 0) return null;
  const text = detach(textOf(block, env));
  return readRefusal(text.slice(said - env.text), colon === null ? null : text.slice(0, colon - env.text));
}

/** `postsuper -d` writes the same words as qmgr(8) at the end of a message. */
function remover(block: string, env: Envelope): string | null {
  return block.startsWith('postsuper', env.tagEnd - 9) ? 'postsuper' : null;
}

/** The text as a view of the block: what is kept of it must be detached first (once for the whole line). */
function textOf(block: string, env: Envelope): string {
  return block.slice(env.text, env.end);
}

/** `smtp` of `postfix/smtp`; null where the envelope has cut the name at the slash. */
function daemonOf(block: string, env: Envelope): string | null {
  const slash = block.lastIndexOf('/', env.tagEnd);
  return slash > env.tag ? block.slice(slash + 1, env.tagEnd) : null;
}

/** Queue ids are 6-12 hex digits, or up to 20 characters of base 52 with `enable_long_queue_ids`. */
const MAX_QUEUE_ID = 20;

function queueIdEnd(block: string, at: number, end: number): number {
  const limit = Math.min(at + MAX_QUEUE_ID + 1, end - 2);
  let i = at;
  for (; i < limit; i++) {
    const c = block.charCodeAt(i);
    if (!isAlphanumeric(c)) break;
  }
  return i - at >= 5 && block.charCodeAt(i) === COLON && block.charCodeAt(i + 1) === SPACE && !(i - at === 7 && block.startsWith('NOQUEUE', at))
    ? i
    : -1;
}

/** Daemons whose lines may be records; the last part of `postfix/relay/smtp`, `mta-out/smtpd`. */
const DAEMONS = new Set([
  'smtp',
  'lmtp',
  'local',
  'virtual',
  'pipe',
  'error',
  'retry',
  'discard',
  'relay',
  'qmgr',
  'oqmgr',
  'nqmgr',
  'cleanup',
  'smtpd',
  'postscreen',
  'pickup',
  'bounce',
  'submission',
  'smtps',
  'postsuper',
]);

/**
 * Whether a program name is Postfix's: `…/daemon` with any `syslog_name` before it (`postfix-out/smtp`,
 * `postfix/submission/smtpd`), or `postfix…` where the envelope cuts at the slash.
 */
export function isPostfix(program: string, cutAtSlash: boolean): boolean {
  const slash = program.lastIndexOf('/');
  if (slash > 0) return program.startsWith('postfix') || DAEMONS.has(program.slice(slash + 1));
  return cutAtSlash ? !KNOWN_OTHERS.test(program) : program === 'postfix';
}

/** Programs that share the mail log; their text may quote anything. */
const KNOWN_OTHERS =
  /^(dovecot|amavis|opendkim|opendmarc|spamd|rspamd|clam|exim|sendmail|sm-mta|postgrey|policyd|saslauthd|sudo|kernel|systemd|CRON|cron|sshd|php|nginx|apache|httpd|named)/i;
