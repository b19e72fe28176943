import { hardnessOf } from '../delivery/event.js';
import type { EventRow } from '../report/question.js';
import { type Cell, csvLine } from './csv.js';
import { safeText } from './safe.js';
import { styleFor } from './style.js';
import { isoTime, shortTime } from './time.js';
import { clip, wrap } from './wrap.js';

/** One event as the contract of `events` has it; keys in its order. */
export function eventJson(event: EventRow): Record<string, unknown> {
  return {
    id: event.id,
    time: isoTime(event.time),
    host: event.host,
    mta: event.mta,
    queue_id: event.queueId,
    message_id: event.messageId,
    sender: event.sender,
    auth_user: event.authUser,
    recipient: event.recipient,
    recipient_domain: event.recipientDomain,
    orig_recipient: event.origRecipient,
    mx: event.mx,
    mx_ip: event.mxIp,
    provider: event.provider,
    transport: event.transport,
    stage: event.stage,
    outcome: event.outcome,
    hardness: hardnessOf(event.outcome),
    code: event.code,
    enhanced: event.enhanced,
    cause: event.cause,
    rule: event.rule,
    listing: event.listing,
    reply: event.reply,
    attempt: event.attempt,
    delay_seconds: event.delaySeconds,
  };
}

export const EVENT_KEYS = [
  'id',
  'time',
  'host',
  'mta',
  'queue_id',
  'message_id',
  'sender',
  'auth_user',
  'recipient',
  'recipient_domain',
  'orig_recipient',
  'mx',
  'mx_ip',
  'provider',
  'transport',
  'stage',
  'outcome',
  'hardness',
  'code',
  'enhanced',
  'cause',
  'rule',
  'listing',
  'reply',
  'attempt',
  'delay_seconds',
] as const;

export function eventCsv(event: EventRow): string {
  const json: Record<string, unknown> = {
    ...eventJson(event),
    listing: event.listing === null ? null : `${event.listing.list} ${event.listing.subject}`.trim(),
  };
  return csvLine(EVENT_KEYS.map((key) => json[key] as Cell));
}

/** Two lines for people: what happened to whom, and what was said. */
export function eventText(event: EventRow, options: { width: number; coloured: boolean; zone: string; now: number }): string {
  const style = styleFor(options.coloured);
  const hardness = hardnessOf(event.outcome);
  const paint = hardness === 'hard' ? style.hard : hardness === 'soft' ? style.soft : style.good;
  const sender = event.sender === null ? '?' : event.sender === '' ? '<>' : safeText(event.sender);
  const who = `${sender} → ${safeText(event.recipient ?? '?')}`;
  const head = `${shortTime(event.time, options.zone, options.now)}  ${paint(event.outcome.padEnd(9))} ${style.strong(event.cause)}`;
  const where = event.mx === null ? '' : ` at ${safeText(event.mx)}`;
  const lines = wrap(safeText(event.reply), options.width - 4).slice(0, 4);
  return [head, `    ${clip(who + where, options.width - 4)}`, ...lines.map((line) => style.faint(`    ${clip(line, options.width - 4)}`)), ''].join(
    '\n',
  );
}
