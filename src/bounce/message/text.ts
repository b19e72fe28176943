import { type FailedRecipient, recipient } from './bounce-message.js';

/** A way in which some MTA writes bounces as plain text: finds the recipients, or none when it is not its own. */
type TextForm = (text: string) => FailedRecipient[];

const ADDRESS = String.raw`(?:"[^"\n]{1,64}"|[^\s<>()[\]",;:]{1,64})@[^\s<>()[\]",;:]{1,255}`;

/**
 * Exim: `  address`, then indented `host mx [ip]`, `SMTP error from remote mail server after RCPT TO:<x>:` and the reply. Also
 * pasted as one line, as a help desk gets it.
 */
const exim: TextForm = (text) => {
  if (
    !/created automatically by mail delivery software|following address(?:\(es\)|es)? failed|SMTP error from remote mail(?:er| server) after/i.test(
      text,
    )
  )
    return [];
  const body = text.split(/\n-{3,} ?(?:This is a copy|The body of)|\nReporting-MTA:/i)[0] ?? '';
  const blocks = [...body.matchAll(new RegExp(`^ {2}(?:<?(${ADDRESS})>?|(?:pipe to|save to) .*)[ \\t]*\\n((?: {3,}.*(?:\\n|$))+)`, 'gm'))];
  if (blocks.length > 0) return blocks.map((block) => eximRecipient(block[1] ?? null, block[2] ?? ''));
  const flat = body.replaceAll(/\s+/g, ' ');
  const error = /(?:host (\S+) \[([^\]]+)\](?::\d+)?:? )?SMTP error from remote mail(?:er| server) after (.*)$/i.exec(flat);
  if (error === null) return [];
  const named = new RegExp(`RCPT TO:<(${ADDRESS})>`, 'i').exec(flat)?.[1] ?? new RegExp(ADDRESS).exec(flat.slice(0, error.index))?.[0] ?? null;
  return [recipient(named, `SMTP error from remote mail server after ${error[3]}`, { server: error[1] ?? null, serverIp: error[2] ?? null })];
};

function eximRecipient(address: string | null, details: string): FailedRecipient {
  const flat = details.replaceAll(/\s+/g, ' ').trim();
  const parent = new RegExp(`(?:generated (?:from|by)|ultimately generated from) (${ADDRESS})`).exec(flat);
  const host = /host (\S+) \[([^\]]+)\](?::\d+)?:? /.exec(flat);
  const said = flat.replace(/\(?(?:ultimately )?generated (?:from|by) \S+\)?\s*/, '').replace(host?.[0] ?? '', '');
  return recipient(address ?? parent?.[1] ?? null, said, {
    original: address === null ? null : (parent?.[1] ?? null),
    server: host?.[1] ?? null,
    serverIp: host?.[2] ?? null,
  });
}

/** Postfix: `<address>[ (expanded from <alias>)]: host mx[ip] said: 550 … (in reply to RCPT TO command)`, folded. */
const postfix: TextForm = (text) => {
  const blocks = text.matchAll(new RegExp(`^<(${ADDRESS})>(?: \\(expanded from <([^>\\n]*)>\\))?: ((?:.+)(?:\\n[ \\t]+.+)*)`, 'gm'));
  return [...blocks].map((block) => {
    const said = (block[3] ?? '').replaceAll(/\s+/g, ' ');
    const host = /^host (\S+?)\[([^\]]+)\]/.exec(said) ?? /^(?:connect to|conversation with|lost connection with) (\S+?)\[([^\]]+)\]/.exec(said);
    return recipient(block[1] ?? null, said, { original: block[2] ?? null, server: host?.[1] ?? null, serverIp: host?.[2] ?? null });
  });
};

/** qmail, and others after it (Yahoo, netqmail, Courier's oldest): `<address>:` alone, then lines of reason up to a blank one. */
const qmail: TextForm = (text) => {
  const blocks = text.matchAll(new RegExp(`^<?(${ADDRESS})>?:[ \\t]*\\n((?:(?!--- |<).+(?:\\n|$))+)`, 'gm'));
  return [...blocks].map((block) => {
    const lines = (block[2] ?? '').trim();
    const flat = lines.replaceAll(/\s+/g, ' ');
    const said = /Remote host said: (.*?)(?: Giving up on .*)?$/.exec(flat)?.[1] ?? flat.replace(/ Giving up on .*$/, '');
    const server = /^(?:Connected to )?((?:\d{1,3}\.){3}\d{1,3}|[\w.-]+\.[a-z]{2,})(?: does not like| failed| but | said)/i.exec(flat)?.[1] ?? null;
    const isIp = server !== null && /^[\d.]+$/.test(server);
    return recipient(block[1] ?? null, said, { server: isIp ? null : server, serverIp: isIp ? server : null });
  });
};

/** sendmail: `<address>` with `(reason: …)`, or the transcript's `<<< 550 …` of the session. */
const sendmail: TextForm = (text) => {
  if (!/-----\s*(?:The following addresses had|Transcript of session follows)/.test(text)) return [];
  const server = /while talking to ([^\s:]+?)\.?:/.exec(text)?.[1] ?? null;
  const listed = [...text.matchAll(new RegExp(`^ *<?(${ADDRESS})>?\\s*\\n((?:[ \\t]+\\(.*\\)?(?:\\n|$))*)`, 'gm'))];
  const transcript = text.split(/-----\s*Transcript of session follows\s*-----/)[1] ?? '';
  const replies = [...transcript.matchAll(/^<<< ([245]\d\d[ -].*)$/gm)].map((reply) => reply[1] ?? '');
  const own = [...transcript.matchAll(/^([45]\d\d (?:[45]\.\d+\.\d+ )?.*)$/gm)].map((reply) => reply[1] ?? '');
  const seen = new Set<string>();
  return listed.flatMap((block) => {
    const address = block[1] ?? '';
    if (seen.has(address.toLowerCase())) return [];
    seen.add(address.toLowerCase());
    const reason = /\(reason: ([\s\S]*?)\)\s*(?:\n|$)/.exec(block[2] ?? '')?.[1];
    const about = own.find((reply) => reply.toLowerCase().includes(address.toLowerCase()));
    const original = new RegExp(`expanded from: <?(${ADDRESS})>?`).exec(block[2] ?? '')?.[1] ?? null;
    const said = reason ?? (replies.length > 0 ? replies.join(' ') : undefined) ?? about;
    return said === undefined ? [] : [recipient(address, said, { original, server })];
  });
};

/** Exchange and Microsoft 365: `Diagnostic information for administrators`, then server, address, and the reply behind `returned '` or `#`. */
const exchange: TextForm = (text) => {
  const details = /Diagnostic information for administrators:([\s\S]*?)(?:\nOriginal message headers|$)/i.exec(text)?.[1];
  if (details === undefined) return [];
  const found = details.matchAll(
    new RegExp(
      `(${ADDRESS})\\s*\\n(?:([\\w.-]+)\\s*\\n)?(?:Remote Server(?: at \\S+(?: \\(([^)]+)\\))?)? returned '?)?((?:#|<?)?[^\\n]*[245]\\d\\d[ -][\\s\\S]*?)(?:'?\\s*\\n\\s*\\n|'?\\s*$)`,
      'gi',
    ),
  );
  return [...found].map((match) => {
    const said = (match[4] ?? '')
      .replaceAll(/\s+/g, ' ')
      .replace(/^[<#\s]+/, '')
      .replace(/[#>'\s]+$/, '');
    return recipient(match[1] ?? null, said, { server: match[2] ?? null, serverIp: match[3] ?? null });
  });
};

/** Gmail: the recipient in a sentence or alone, the reply behind `The response (was|from the remote server was):`. */
const google: TextForm = (text) => {
  const said =
    /(?:The response(?: from the remote server)? was|The error that the other server returned was):\s*\n+([\s\S]+?)(?:\n\s*\n|\n-----|$)/i.exec(
      text,
    )?.[1];
  const address =
    new RegExp(
      `(?:wasn.t delivered to|recipients? failed permanently:|delivering your message to|deliver your message to|delivered to)\\s+<?(${ADDRESS})>?`,
      'i',
    ).exec(text)?.[1] ?? null;
  if (said === undefined || address === null) return [];
  const server = /by ([\w.-]+\.[a-z]{2,})\.? \[([^\]]+)\]/i.exec(text);
  return [recipient(address, said, { server: server?.[1] ?? null, serverIp: server?.[2] ?? null })];
};

/** Whoever wrote it: the first line with a reply code or status, and the address in it or the nearest before it. */
const anyone: TextForm = (text) => {
  const lines = text.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => /(?:^|[\s:'"(#])[45]\d\d[ -]\s?(?:[45]\.\d{1,3}\.\d{1,3}\b|\S)|#?\b[45]\.\d{1,3}\.\d{1,3}\b/.test(line));
  if (at < 0) return [];
  // A reply runs over lines until a blank one.
  const end = lines.findIndex((line, index) => index > at && line === '');
  const said = lines.slice(at, end < 0 ? at + 6 : Math.min(end, at + 6)).join(' ');
  const found = new RegExp(ADDRESS);
  const before = lines.slice(0, at).reverse();
  const address = found.exec(said)?.[0] ?? before.map((line) => found.exec(line)?.[0]).find((one) => one !== undefined) ?? null;
  return [recipient(address, said.replace(/^.*?(?=\b[45]\d\d[ -])/, ''))];
};

const FORMS: readonly TextForm[] = [exim, postfix, sendmail, exchange, google, qmail, anyone];

/** Bounces are short; what follows is the message that bounced. */
const MAX_TEXT = 100_000;

/** The recipients that the text of a bounce names, none when it is no bounce. */
export function readBounceText(text: string): FailedRecipient[] {
  const clean = text.replaceAll('\r\n', '\n').slice(0, MAX_TEXT);
  for (const form of FORMS) {
    const found = form(clean);
    if (found.length > 0) return found;
  }
  return [];
}

/** Whether a text is a bounce message and not a reply alone. */
export function looksLikeBounceText(text: string): boolean {
  return OPENINGS.test(text) || (text.trim().includes('\n') && /\n\s*\n/.test(text.trim()));
}

const OPENINGS =
  /created automatically by mail delivery software|This is the mail system at host|qmail-send program|Delivery has failed to these recipients|Diagnostic information for administrators|Transcript of session follows|following address(?:\(es\)|es)? (?:failed|had)|wasn.t delivered to|Delivery to the following recipients?|unable to deliver your message/i;
