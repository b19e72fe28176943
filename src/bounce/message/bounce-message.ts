/** One recipient that a bounce message is about. */
export interface FailedRecipient {
  /** The address that failed, `null` when the message does not name it. */
  address: string | null;
  /** The address that the sender wrote to, where that is another one. */
  original: string | null;
  /** `failed`, `delayed`, `relayed`, `delivered`, `expanded` (RFC 3464 section 2.3.3). */
  action: string;
  /** The server that refused, as the message names it. */
  server: string | null;
  serverIp: string | null;
  /** RFC 3463 status that the reporting MTA gave. */
  status: string | null;
  /** The line that matters: the reply, with an MTA's own words around it where they tell its place in the conversation. */
  reply: string;
}

/** A bounce message, read. */
export interface BounceMessage {
  /** Who wrote it. */
  reportingMta: string | null;
  subject: string | null;
  /** What is known of the message that bounced. */
  originalMessageId: string | null;
  originalSubject: string | null;
  recipients: FailedRecipient[];
}

export function recipient(address: string | null, reply: string, more: Partial<FailedRecipient> = {}): FailedRecipient {
  return {
    address,
    original: null,
    action: 'failed',
    server: null,
    serverIp: null,
    status: null,
    ...more,
    reply: reply.replaceAll(/\s+/g, ' ').trim(),
  };
}
