import type { Explanation } from '../report/explain.js';
import type { ExplainedMessage } from '../report/explain-message.js';

/** One line of `classify`: the contract. The provider is who the reply's own words name; a bare reply knows no MX. */
export function classifiedJson(explanation: Explanation): object {
  const { text, code, enhanced, cause, hardness, rule, provider, listing, advice } = explanation;
  return {
    text,
    code,
    enhanced,
    cause: cause.id,
    hardness,
    rule,
    provider,
    listing: listing === null ? null : { list: listing.list, subject: listing.subject },
    advice: {
      meaning: advice.meaning,
      fix: advice.fix,
      who: advice.who,
      provider_fix: advice.provider?.fix ?? null,
      provider_url: advice.provider?.url ?? null,
    },
  };
}

/** The same as text, with a line end. What says the advice is the same for each cause and provider, and made once. */
export function classifiedLine(explanation: Explanation): string {
  const { text, code, enhanced, cause, hardness, rule, provider, listing } = explanation;
  const key = `${cause.id} ${provider}`;
  let end = lineEnds.get(key);
  if (end === undefined) {
    end = `"advice":${JSON.stringify((classifiedJson(explanation) as { advice: object }).advice)}}\n`;
    lineEnds.set(key, end);
  }
  const named = listing === null ? null : { list: listing.list, subject: listing.subject };
  const head = JSON.stringify({ text, code, enhanced, cause: cause.id, hardness, rule, provider, listing: named });
  return `${head.slice(0, -1)},${end}`;
}

const lineEnds = new Map<string, string>();

/** `explain` of a bounce message: the contract `bouncelog/bounce/1`. */
export function messageJson({ message, recipients }: ExplainedMessage): object {
  return {
    schema: 'bouncelog/bounce/1',
    reporting_mta: message.reportingMta,
    subject: message.subject,
    original_message_id: message.originalMessageId,
    original_subject: message.originalSubject,
    recipients: recipients.map(({ recipient, explanation, suggestion }) => ({
      address: recipient.address,
      original_address: recipient.original,
      action: recipient.action,
      server: recipient.server,
      server_ip: recipient.serverIp,
      status: recipient.status,
      suggestion,
      ...explanationJson(explanation),
    })),
  };
}

/** `explain --format json`: the same, with what the codes and the list mean. */
export function explanationJson(explanation: Explanation): object {
  const { stage, codeMeaning, enhancedMeaning, delistUrl, cause } = explanation;
  return {
    ...classifiedJson(explanation),
    stage,
    code_meaning: codeMeaning,
    enhanced_meaning: enhancedMeaning,
    title: cause.title,
    lasts: cause.lasts,
    delist_url: delistUrl,
  };
}
