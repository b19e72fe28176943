import type { Interpreter } from '../bounce/interpret.js';
import type { BounceMessage, FailedRecipient } from '../bounce/message/bounce-message.js';
import { providerOf } from '../bounce/provider-of.js';
import { type Explanation, explain } from './explain.js';
import { type KnownDomains, suggestionFor } from './typo.js';

/** One recipient of a bounce message, explained. */
export interface ExplainedRecipient {
  recipient: FailedRecipient;
  explanation: Explanation;
  /** What the sender probably meant, `null` = nothing likely. */
  suggestion: string | null;
}

/** A bounce message explained, recipient by recipient. */
export interface ExplainedMessage {
  message: BounceMessage;
  recipients: ExplainedRecipient[];
}

/** @param delivered domains that this host delivers to, for typos */
export function explainMessage(message: BounceMessage, interpreter: Interpreter, delivered: KnownDomains): ExplainedMessage {
  const recipients = message.recipients.map((recipient) => {
    const { server, status, reply, address, original } = recipient;
    const provider = server === null ? null : providerOf(server, null);
    const explanation = explain(reply, interpreter, { provider, status });
    return { recipient, explanation, suggestion: suggestionFor(explanation.cause.id, original ?? address, delivered) };
  });
  return { message, recipients };
}
