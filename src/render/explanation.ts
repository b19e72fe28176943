import { providerName } from '../bounce/providers.js';
import type { Explanation } from '../report/explain.js';
import type { ExplainedMessage } from '../report/explain-message.js';
import { safeText } from './safe.js';
import { styleFor } from './style.js';
import { clip, labelled } from './wrap.js';

const WHO: Record<string, string> = {
  sender: 'the sender',
  recipient: 'the recipient',
  admin: 'you, the admin of this host',
  receiver: "the receiver's admin",
  nobody: 'nobody, it mends itself',
};

const STAGES: Record<string, string> = {
  connect: 'when we connected',
  helo: 'after EHLO',
  mail: 'after MAIL FROM',
  rcpt: 'after RCPT TO',
  data: 'after DATA',
  eod: 'after the whole message',
  tls: 'at TLS',
};

/** A bounce message explained, recipient by recipient, as a help desk reads it. */
export function messageText({ message, recipients }: ExplainedMessage, options: { width: number; coloured: boolean }): string {
  const style = styleFor(options.coloured);
  const about = message.originalSubject ?? message.originalMessageId;
  const parts = about === null ? [] : [style.faint(clip(`About the message ${safeText(about)}`, options.width))];
  for (const { recipient, explanation, suggestion } of recipients) {
    const { address, original, server, serverIp, action } = recipient;
    const to = `${safeText(address ?? 'An unknown recipient')}${original === null ? '' : ` (for ${safeText(original)})`}`;
    const at = server === null && serverIp === null ? null : `${safeText(server ?? '')}${serverIp === null ? '' : ` [${safeText(serverIp)}]`}`.trim();
    const place = STAGES[explanation.stage];
    const lines = [
      style.strong(clip(`${to}${action === 'failed' ? '' : `: ${safeText(action)}`}`, options.width)),
      ...(at === null ? [] : [labelled('  Server', `${at}${place === undefined ? '' : `, ${place}`}`, options.width)]),
      labelled('  Said', safeText(explanation.text), options.width),
      ...(suggestion === null ? [] : [labelled('  Typo?', `${safeText(suggestion)} is probably meant`, options.width)]),
    ];
    parts.push(`${lines.join('\n')}\n${explanationText(explanation, options).trimEnd()}`);
  }
  return `${parts.join('\n\n')}\n`;
}

/** A reply explained, for a terminal. */
export function explanationText(explanation: Explanation, options: { width: number; coloured: boolean }): string {
  const style = styleFor(options.coloured);
  const { cause, hardness, code, enhanced, listing, advice } = explanation;
  const kind = hardness === 'hard' ? style.hard('hard: refused for good') : hardness === 'soft' ? style.soft('soft: will be tried again') : '';
  const facts = [
    code === null ? null : `code ${code}${explanation.codeMeaning === null ? '' : ` (${explanation.codeMeaning})`}`,
    enhanced === null ? null : `status ${enhanced}${explanation.enhancedMeaning === null ? '' : ` (${explanation.enhancedMeaning})`}`,
  ].filter((fact) => fact !== null);
  const lines = [
    `${style.strong(cause.title)} (${cause.id})`,
    ...(kind === '' ? [] : [`  Kind    ${kind}`]),
    labelled('  Means', cause.meaning, options.width),
    labelled('  Who', WHO[cause.who] ?? cause.who, options.width),
    labelled('  Fix', cause.fix, options.width),
  ];
  if (advice.provider !== null) {
    lines.push(labelled(`  There`, `${providerName(advice.provider.id)}: ${advice.provider.fix}`, options.width));
    lines.push(labelled('', advice.provider.url, options.width));
  }
  if (listing !== null) {
    lines.push(labelled('  List', safeText(`${listing.list}${listing.subject === '' ? '' : `, ${listing.subject}`}`), options.width));
    if (explanation.delistUrl !== null) lines.push(labelled('  Removal', explanation.delistUrl, options.width));
  }
  if (facts.length > 0) lines.push(labelled('  Codes', facts.join(', '), options.width));
  lines.push(labelled('  Rule', explanation.rule ?? 'none fits; see `bouncelog top --cause unclassified --by reply`', options.width));
  return `${lines.join('\n')}\n`;
}
