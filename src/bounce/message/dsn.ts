import { type FailedRecipient, recipient } from './bounce-message.js';

type Fields = Map<string, string>;

/**
 * A `message/delivery-status` part (RFC 3464; RFC 6533 for addresses in UTF-8): groups of fields, the first about the message,
 * each further one about a recipient.
 */
export function readDeliveryStatus(text: string): { reportingMta: string | null; recipients: FailedRecipient[] } {
  const groups = text
    .replaceAll('\r\n', '\n')
    .split(/\n[ \t]*\n/)
    .map(fieldsOf)
    .filter((fields) => fields.size > 0);
  const message = groups.find((fields) => fields.has('reporting-mta'));
  const recipients = groups.filter((fields) => fields.has('final-recipient') || fields.has('original-recipient')).map(recipientOf);
  return { reportingMta: fieldValue(message?.get('reporting-mta')), recipients };
}

function fieldsOf(group: string): Fields {
  const fields: Fields = new Map();
  // Folded lines: what begins with a space goes on with the line before.
  for (const line of group.replaceAll(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}

function recipientOf(fields: Fields): FailedRecipient {
  const final = addressOf(fields.get('final-recipient'));
  const original = addressOf(fields.get('original-recipient'));
  const remote = fieldValue(fields.get('remote-mta'));
  const status = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(fields.get('status') ?? '')?.[0] ?? null;
  const ip = /\[?((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]*:[0-9a-f:]+)\]?/i.exec(remote ?? '')?.[1] ?? null;
  return recipient(final ?? original, fieldValue(fields.get('diagnostic-code')) ?? fields.get('status') ?? '', {
    original: original !== null && original.toLowerCase() !== final?.toLowerCase() ? original : null,
    action: (fields.get('action') ?? 'failed').toLowerCase(),
    server: remote?.replace(/\s*[[(].*$/, '') || null,
    serverIp: ip,
    status,
  });
}

/** `type; value` → the value; comments behind an address or name stay out. */
function fieldValue(field: string | undefined): string | null {
  if (field === undefined) return null;
  const semicolon = field.indexOf(';');
  const value = (/^[\w-]{1,20}$/.test(field.slice(0, Math.max(semicolon, 0)).trim()) ? field.slice(semicolon + 1) : field).trim();
  return value === '' ? null : value;
}

function addressOf(field: string | undefined): string | null {
  const value = fieldValue(field);
  return value === null ? null : value.replace(/^<(.*)>$/, '$1').replace(/^(?:rfc822|smtp):/i, '');
}
