import PostalMime, { type Email } from 'postal-mime';
import type { BounceMessage, FailedRecipient } from './bounce-message.js';
import { readDeliveryStatus } from './dsn.js';
import { readBounceText } from './text.js';

/** A bounce is a few kilobytes and the message that bounced; more is not looked at. */
const MAX_BYTES = 20 * 1024 * 1024;

/** Whether content begins like a mail message: header fields, perhaps after an mbox line. */
export function isMailMessage(content: Buffer): boolean {
  const head = content.subarray(0, 4096).toString('latin1');
  return /^(?:From \S.*\r?\n)?(?:[\w-]+:.*(?:\r?\n[ \t].*)*\r?\n){2,}/.test(head);
}

/**
 * Reads a bounce message: the delivery status of a `multipart/report` (RFC 6522, RFC 3464), filled up from its text, or the text
 * alone as MTAs without DSN write it.
 * @returns `recipients` is empty when it is no bounce that we can read
 */
export async function readBounceMessage(raw: Buffer): Promise<BounceMessage> {
  const mail = await PostalMime.parse(raw.subarray(0, MAX_BYTES), { forceRfc822Attachments: true });
  const status = mail.attachments.find(({ mimeType }) => /^message\/(?:global-)?delivery-status$/i.test(mimeType));
  const fromText = readBounceText(textOf(mail));
  const dsn = status === undefined ? { reportingMta: null, recipients: [] } : readDeliveryStatus(decode(status.content));
  const original = mail.attachments.find(({ mimeType }) =>
    /^(?:message\/(?:rfc822|global)|text\/rfc822-headers|message\/(?:rfc822|global)-headers)$/i.test(mimeType),
  );
  const headers = original === undefined ? textOf(mail) : decode(original.content).slice(0, 20_000);
  return {
    reportingMta: dsn.reportingMta ?? (mail.from?.address?.split('@')[1] || null),
    subject: mail.subject ?? null,
    originalMessageId: /^Message-ID:\s*<([^>\s]+)>/im.exec(headers)?.[1] ?? null,
    originalSubject: original === undefined ? null : (/^Subject:[ \t]*(.*)$/im.exec(headers)?.[1]?.trim() ?? null),
    recipients: dsn.recipients.length === 0 ? fromText : dsn.recipients.map((one) => filledUp(one, fromText, dsn.recipients.length)),
  };
}

/** What a status leaves out, the text may tell: the server, and more of the reply. */
function filledUp(one: FailedRecipient, fromText: readonly FailedRecipient[], count: number): FailedRecipient {
  const same = (other: FailedRecipient) =>
    other.address?.toLowerCase() === one.address?.toLowerCase() || other.address?.toLowerCase() === one.original?.toLowerCase();
  const told = fromText.find(same) ?? (count === 1 && fromText.length === 1 ? fromText[0] : undefined);
  if (told === undefined) return one;
  const isBare = !/[a-z]{3}/i.test(one.reply.replaceAll(/\b[245]\.\d+\.\d+\b/g, ''));
  // The text keeps the MTA's words around the reply, which tell its place in the conversation.
  const tellsPlace = /in reply to|error from remote mail/i.test(told.reply) && told.reply.length >= one.reply.length;
  return {
    ...one,
    original: one.original ?? told.original,
    server: one.server ?? told.server,
    serverIp: one.serverIp ?? told.serverIp,
    reply: isBare || tellsPlace ? told.reply : one.reply,
  };
}

function textOf(mail: Email): string {
  return mail.text ?? (mail.html === undefined ? '' : withoutTags(mail.html));
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ', '#39': "'" };

/** Enough of HTML to read a bounce: line breaks, entities, no tags. */
function withoutTags(html: string): string {
  return html
    .slice(0, 500_000)
    .replaceAll(/<(?:style|script)\b[^>]*>[^<]*<\/(?:style|script)>/gi, '')
    .replaceAll(/<(?:br|\/p|\/div|\/tr|\/h\d|\/li)\b[^>]*>/gi, '\n')
    .replaceAll(/<[^>]{0,2000}>/g, '')
    .replaceAll(/&(#?\w{1,6});/g, (all, name: string) => ENTITIES[name] ?? all);
}

function decode(content: ArrayBuffer | Uint8Array | string): string {
  return typeof content === 'string' ? content : Buffer.from(content as Uint8Array).toString('utf8');
}
