import type { Said } from './said-postfix.js';
import { stageOfCommand } from './said-postfix.js';
import type { Stage } from './stage.js';

/** `SMTP error from remote mail server after RCPT TO:<x>: [host mx [ip]: ]550 …`, also LMTP and older Exim's wording. */
const ERROR_FROM =
  /^(?:SMTP error from remote (?:mail server|mailer)|LMTP error) after (?:pipelined |sending |response to )?(initial connection|end of data|[A-Z]{4,8}(?: FROM| TO)?)([^\n]*)$/i;
const HOST = /^host [^\s[]+ \[[^\]]*\](?::\d+)?: /;
const REJECTED = /^(temporarily )?rejected (RCPT|MAIL|EHLO or HELO|EHLO|HELO|connection|after DATA|\w+): ?([\s\S]*)$/;

export function saidToExim(text: string): Said {
  const error = ERROR_FROM.exec(text);
  if (error !== null) {
    const command = error[1] ?? '';
    const reply = afterCommand(error[2] ?? '');
    return { reply: reply.replace(HOST, '').trim(), stage: stageOfEximCommand(command), remote: true };
  }
  const rejected = REJECTED.exec(text);
  if (rejected !== null) return { reply: text, stage: stageOfEximCommand(rejected[2] ?? ''), remote: false };
  return { reply: text, stage: 'unknown', remote: false };
}

/** `:<two: words@x> SIZE=1376: 550 …` → `550 …`: the reply starts at the first `: ` with a code, or failing that the first at all. */
function afterCommand(rest: string): string {
  const coded = /: ?(?=[245]\d\d[- ]|(?:host [^\s[]+ \[[^\]]*\](?::\d+)?: )?[245]\d\d\b)/.exec(rest);
  if (coded !== null) return rest.slice(coded.index + coded[0].length);
  const colon = rest.indexOf(': ');
  return colon < 0 ? rest : rest.slice(colon + 2);
}

function stageOfEximCommand(command: string): Stage {
  const lower = command.toLowerCase();
  if (lower === 'initial connection' || lower === 'connection') return 'connect';
  if (lower === 'end of data' || lower === 'after data') return 'eod';
  return stageOfCommand(command);
}

/** Postfix's own are few; Exim's have any name, and those of a configuration that delivers here say so. */
const LOCAL_TRANSPORT =
  /^(?:address_|local|virtual|pipe$|userforward$)|lmtp|maildir|mail_?spool|mbox|appendfile|procmail|maildrop|dovecot|cyrus|mailman|autoreply|vacation|_pipe$/;
const REMOTE_TRANSPORT = /smtp|relay|remote|smarthost/;

const OWN_WORDS: [RegExp, Stage][] = [
  [
    /name service error|unable to look up|host or domain name not found|does not accept mail \(nullmx\)|no SMTP service|host lookup did not complete|unrouteable address|all relevant MX records|lowest numbered MX|loops back to myself|no host found|MX record|malformed DNS|domain not found|NXDOMAIN/i,
    'dns',
  ],
  [/\bTLS\b|STARTTLS|certificate/i, 'tls'],
  [/while sending RCPT|after RCPT|response to RCPT/i, 'rcpt'],
  [/while sending MAIL|after MAIL|response to MAIL/i, 'mail'],
  [/while sending end of data|end of data|while sending message body|after end of data|final dot/i, 'eod'],
  [/while sending DATA|after DATA|response to DATA/i, 'data'],
  [/EHLO|HELO/, 'helo'],
  [
    /^connect to |connection (refused|timed out|reset)|no route to host|network is unreachable|initial (server )?greeting|could not connect|initial connection|retry time not reached for any host/i,
    'connect',
  ],
  [
    /unknown user:|command died|command output|mailbox|maildir|child process of|temporary failure|quota|user lookup error|error in redirect|transport|cannot (update|open|create|append)/i,
    'local',
  ],
];

/** Delivers on this host: what it says is no server's. */
export function isLocalTransport(transport: string): boolean {
  return LOCAL_TRANSPORT.test(transport) && !REMOTE_TRANSPORT.test(transport);
}

/** The stage that our own MTA's words show. */
export function ownStage(text: string, transport: string | null): Stage {
  if (transport !== null && isLocalTransport(transport)) return 'local';
  for (const [pattern, stage] of OWN_WORDS) if (pattern.test(text)) return stage;
  return 'unknown';
}
