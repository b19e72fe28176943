import type { Stage } from './stage.js';

/** A reply and who said it; `remote` = a receiving server spoke. */
export interface Said {
  reply: string;
  stage: Stage;
  remote: boolean;
}

const SUSPENDED = 'delivery temporarily suspended: ';
const HOST_SAID = /^host [^\s[]+(?:\[[^\]]*\](?::\d+)?)? said: ([\s\S]*)$/;
const REFUSED = /^(?:host [^\s[]+(?:\[[^\]]*\](?::\d+)?)?|connect to [^\s[]+\[[^\]]*\](?::\d+)?: server) refused to talk to me: ([\s\S]*)$/;
const IN_REPLY_TO = /(?<!\s)\s*\(in reply to ([^()]*)\)\s*$/;
/** The same, cut off by syslog in the middle. */
const IN_REPLY_CUT = /(?<!\s)\s*\(in reply to ([^()]*)$/;

const COMMANDS: [RegExp, Stage][] = [
  [/^end of DATA/i, 'eod'],
  [/^DATA/i, 'data'],
  [/^RCPT/i, 'rcpt'],
  [/^MAIL/i, 'mail'],
  [/^(EHLO|HELO|LHLO|AUTH|XFORWARD)/i, 'helo'],
  [/^STARTTLS/i, 'tls'],
  [/^(initial|greeting)/i, 'connect'],
];

/** The stage that a command name stands for. */
export function stageOfCommand(command: string): Stage {
  for (const [pattern, stage] of COMMANDS) if (pattern.test(command)) return stage;
  return 'unknown';
}

/** `host mx[ip] said: 550 … (in reply to RCPT TO command)`, `host … refused to talk to me: 554 …` (smtp(8), lmtp(8)). */
export function saidToPostfix(text: string): Said {
  const inner = text.startsWith(SUSPENDED) ? text.slice(SUSPENDED.length) : text;
  const refused = REFUSED.exec(inner)?.[1];
  if (refused !== undefined) return { reply: refused.trim(), stage: 'connect', remote: true };
  const said = HOST_SAID.exec(inner)?.[1];
  if (said === undefined) return { reply: text, stage: 'unknown', remote: false };
  const command = IN_REPLY_TO.exec(said) ?? IN_REPLY_CUT.exec(said);
  if (command === null) return { reply: said.trim(), stage: 'unknown', remote: true };
  return { reply: said.slice(0, command.index).trim(), stage: stageOfCommand(command[1] ?? ''), remote: true };
}
