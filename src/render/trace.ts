import { hardnessOf } from '../delivery/event.js';
import type { EventRow } from '../report/question.js';
import type { DeliveryState, TraceAnswer, TracedDelivery, TracedMessage } from '../report/trace.js';
import { duration } from './duration.js';
import { eventJson } from './events.js';
import { count } from './number.js';
import { safeText } from './safe.js';
import { type Style, styleFor } from './style.js';
import { isoTime, secondTime } from './time.js';
import { clip, wrap } from './wrap.js';

export interface TraceOptions {
  width: number;
  coloured: boolean;
  zone: string;
  /** UTC ms; decides whether a time needs its year, and how long a delivery has been waiting. */
  now: number;
}

/** Where the text of a line begins, behind its time. */
const INDENT = 18;

/** The lives of deliveries as timelines for a terminal. */
export function traceText(answer: TraceAnswer, options: TraceOptions): string {
  const style = styleFor(options.coloured);
  if (answer.messages.length === 0) {
    const lines = [`Nothing failed that ${safeText(answer.what)} names.`, 'Mail that was delivered at the first try is counted, not kept.'];
    return `${lines.join('\n')}\n`;
  }
  const parts = answer.more > 0 ? [style.faint(`${count(answer.more)} earlier messages are not shown (--limit 0 shows all)`)] : [];
  for (const [index, message] of answer.messages.entries()) {
    const before = answer.messages[index - 1];
    const isNextHop = before !== undefined && message.messageId !== null && before.messageId === message.messageId;
    const text = messageText(message, isNextHop, style, options);
    if (isNextHop) parts.push(`${parts.pop()}\n${text}`);
    else parts.push(text);
  }
  return `${parts.join('\n\n')}\n`;
}

function messageText(message: TracedMessage, isNextHop: boolean, style: Style, options: TraceOptions): string {
  const lines = isNextHop ? [] : [headline(message, style, options)];
  const hop = [safeText(message.host), message.queueId === null ? 'refused by us' : safeText(message.queueId)].join('  ');
  lines.push(style.strong(clip(`${isNextHop ? 'and at ' : 'at '}${hop}`, options.width)));
  if (message.arrived !== null) lines.push(timeline(message.arrived, `arrived${origin(message)}`, options));
  if (message.requeuedFrom !== null)
    lines.push(
      `${' '.repeat(INDENT)}${clip(`came back from a content filter; before as ${safeText(message.requeuedFrom)}`, options.width - INDENT)}`,
    );
  for (const delivery of message.deliveries) lines.push(deliveryText(delivery, message, style, options));
  return lines.join('\n');
}

function headline(message: TracedMessage, style: Style, { width }: TraceOptions): string {
  const from = message.sender === null ? 'an unknown sender' : message.sender === '' ? '<> (a bounce)' : safeText(message.sender);
  const who = message.authUser === null ? '' : ` (logged in as ${safeText(message.authUser)})`;
  const id = message.messageId === null ? '' : `\n${style.faint(clip(`Message-ID ${safeText(message.messageId)}`, width))}`;
  return `${style.strong(clip(`From ${from}${who}`, width))}${id}`;
}

function origin({ client, clientIp }: TracedMessage): string {
  if (client === null && clientIp === null) return '';
  return ` from ${safeText(client ?? '')}${clientIp === null ? '' : `${client === null ? '' : ' '}[${safeText(clientIp)}]`}`;
}

function deliveryText(delivery: TracedDelivery, message: TracedMessage, style: Style, options: TraceOptions): string {
  const orig = delivery.origRecipient === null || delivery.origRecipient === delivery.recipient ? '' : ` (for ${safeText(delivery.origRecipient)})`;
  const lines = [clip(`  to ${safeText(delivery.recipient ?? 'an unknown recipient')}${orig}`, options.width)];
  let before: EventRow | null = null;
  for (const event of delivery.events) {
    lines.push(...eventLines(event, before, message.arrived, style, options));
    before = event;
  }
  if (delivery.suggestion !== null)
    lines.push(`${' '.repeat(INDENT)}${clip(`${safeText(delivery.suggestion)} is probably meant`, options.width - INDENT)}`);
  const end = endOf(delivery, options.now);
  if (end !== null) lines.push(timeline(delivery.ended, end, options));
  return lines.join('\n');
}

/** `time  deferred (attempt 2) after 15 min: cause`, and below it where and what was said, unless the same was said just before. */
function eventLines(event: EventRow, before: EventRow | null, arrived: number | null, style: Style, options: TraceOptions): string[] {
  const hardness = hardnessOf(event.outcome);
  const paint = hardness === 'hard' ? style.hard : hardness === 'soft' ? style.soft : style.good;
  const wasTried = event.attempt > (before?.attempt ?? 0);
  const number = event.outcome === 'rejected' ? '' : wasTried ? ` (attempt ${event.attempt})` : event.outcome === 'deferred' ? ' (not tried)' : '';
  const since = before?.time ?? arrived;
  const waited = since === null || event.time <= since ? '' : ` after ${duration((event.time - since) / 1000)}`;
  const what = event.outcome === 'recovered' ? 'delivered' : event.outcome;
  const head = timeline(
    event.time,
    `${paint(what)}${number}${waited}${event.outcome === 'recovered' ? '' : `: ${style.strong(event.cause)}`}`,
    options,
  );
  if (event.outcome === 'recovered' || (before !== null && before.reply === event.reply && before.mx === event.mx)) return [head];
  const where = event.mx === null ? '' : `${safeText(event.mx)}${event.mxIp === null ? '' : ` [${safeText(event.mxIp)}]`}: `;
  return [
    head,
    ...wrap(where + safeText(event.reply), options.width - INDENT - 2).map((line) =>
      style.faint(' '.repeat(INDENT + 2) + clip(line, options.width - INDENT - 2)),
    ),
  ];
}

const ENDS: Record<Exclude<DeliveryState, 'delivered' | 'bounced' | 'expired' | 'rejected' | 'waiting'>, string> = {
  removed: 'taken out of the queue',
  discarded: 'discarded, as configured',
  completed: 'left the queue; the log does not say how',
  replaced: 'ended unseen: another message has its queue id',
  forgotten: 'the log says no more of it',
};

/** What happened last, where no event says it. */
function endOf({ state, endedBy, events }: TracedDelivery, now: number): string | null {
  if (state === 'delivered' || state === 'bounced' || state === 'expired' || state === 'rejected') return null;
  if (state !== 'waiting') return `${ENDS[state]}${endedBy === null ? '' : ` by ${safeText(endedBy)}`}`;
  const first = events[0];
  return `in the queue${first === undefined ? '' : `, deferred for ${duration(Math.max(0, now - first.time) / 1000)}`}`;
}

function timeline(time: number | null, text: string, { zone, now }: TraceOptions): string {
  return `  ${(time === null ? '' : secondTime(time, zone, now)).padEnd(INDENT - 2)}${text}`;
}

/** The contract `bouncelog/trace/1`. */
export function traceJson(answer: TraceAnswer): object {
  return {
    schema: 'bouncelog/trace/1',
    what: answer.what,
    messages: answer.messages.map((message) => ({
      host: message.host,
      mta: message.mta,
      queue_id: message.queueId,
      message_id: message.messageId,
      sender: message.sender,
      auth_user: message.authUser,
      client: message.client,
      client_ip: message.clientIp,
      helo: message.helo,
      requeued_from: message.requeuedFrom,
      arrived: isoTime(message.arrived),
      deliveries: message.deliveries.map(deliveryJson),
    })),
    more: answer.more,
  };
}

function deliveryJson({ recipient, origRecipient, state, ended, endedBy, suggestion, events }: TracedDelivery): object {
  return {
    recipient,
    orig_recipient: origRecipient,
    state,
    attempts: events.at(-1)?.attempt ?? 0,
    first_cause: events[0]?.cause ?? null,
    ended: isoTime(ended),
    ended_by: endedBy,
    suggestion,
    events: events.map((event, index) => ({ ...eventJson(event), waited_seconds: waitedSeconds(event, events[index - 1]) })),
  };
}

/** Since the event before, or since the message arrived. */
function waitedSeconds(event: EventRow, before: EventRow | undefined): number | null {
  return before === undefined ? event.delaySeconds : (event.time - before.time) / 1000;
}
