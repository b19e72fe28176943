/**
 * A reply as a template: what varies from mail to mail is masked, so that a year of mail has thousands of
 * templates, not millions. Template and values together give the exact text back (`fillTemplate`).
 *
 * Masks stand in the template as `{address}`, `{ip}`, … What the event knows anyway (its recipient, its MX)
 * has masks without a value and costs nothing to keep.
 */
export interface Template {
  template: string;
  values: string[];
}

/** What is known of the delivery, to recognise it in the text. Absent = null. */
export interface MaskContext {
  recipient: string | null;
  mx: string | null;
  mxIp: string | null;
}

export const NO_CONTEXT: MaskContext = { recipient: null, mx: null, mxIp: null };

const MASK = /\{(address|ip|host|number|id|time|text|recipient|mx|mx-ip)\}/g;

/**
 * @param text one reply, code included
 * @param keepsName whether a host name carries meaning of its own (a block list's zone, a provider's help page) and stays
 */
export function maskReply(text: string, context: MaskContext, keepsName: (host: string) => boolean): Template {
  const values: string[] = [];
  const masking: Masking = { text, context, values, keepsName };
  let template = '';
  let last = 0;
  for (let at = 0; at < text.length; ) {
    const kind = kindAt(text, at);
    if (kind === BETWEEN) {
      at++;
      continue;
    }
    const end = kind === ALONE ? at + 1 : wordEnd(text, at);
    if (!isPlainWord(text, at, end) || isQuotedUser(text, at)) {
      const masked = maskWord(text.slice(at, end), at, masking);
      if (masked !== null) {
        template += text.slice(last, at) + masked;
        last = end;
      }
    }
    at = end;
  }
  return { template: template + text.slice(last), values };
}

/** What a character is to words: colons and at signs belong to them (IPv6, addresses, times). */
const OF_WORD = 0;
const LETTER = 1;
const BETWEEN = 2;
/** A word by itself: braces, which would look like masks, and control characters. */
const ALONE = 3;
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[{}\u0000-\u001f\u007f]/.test(character)) return ALONE;
  if (/[\s<>()[\]"',;=|\\]/.test(character)) return BETWEEN;
  return /[A-Za-z-]/.test(character) ? LETTER : OF_WORD;
});

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < 128) return KINDS[code] as number;
  return /\s/.test(text.charAt(at)) ? BETWEEN : OF_WORD;
}

/** By the character: an expression takes three times as long to tell words. */
function wordEnd(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && kindAt(text, end) <= LETTER) end++;
  return end;
}

/** Letters and dashes, perhaps with the end of a sentence behind them: never masked. */
function isPlainWord(text: string, start: number, end: number): boolean {
  const last = text.charCodeAt(end - 1);
  const isEnded = end - start > 1 && (last === 46 || last === 58 || last === 33 || last === 63);
  for (let at = start; at < (isEnded ? end - 1 : end); at++) if (kindAt(text, at) !== LETTER) return false;
  return true;
}

/** The exact text: the inverse of `maskReply` with the same context. */
export function fillTemplate(template: string, values: readonly string[], context: MaskContext): string {
  let next = 0;
  return template.replaceAll(MASK, (_, kind: string) => {
    if (kind === 'recipient') return context.recipient ?? '';
    if (kind === 'mx') return context.mx ?? '';
    if (kind === 'mx-ip') return context.mxIp ?? '';
    return values[next++] ?? '';
  });
}

/** Ends a sentence, not a word. */
const TRAILING = '.:!?*';
const IPV4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:(:)(\d+))?$/;
const IPV6 = /^(?=(?:[^:]*:){2})[0-9a-f:]*(?:\d{1,3}(?:\.\d{1,3}){3})?$/i;
const STATUS_CODE = /^#?[245]\.\d{1,3}\.\d{1,3}$/;
const REPLY_CODE_LINE = /^([245]\d\d-)(.+)$/;
const REPLY_CODE = /^[245]\d\d$/;
const HOST =
  /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+([a-z]{2,24}|xn--[a-z0-9-]+)$|^(?=.{4,253}$)(?:[A-Z0-9_](?:[A-Z0-9_-]*[A-Z0-9])?\.)+([A-Z]{2,24})$/;
/** File endings and abbreviations that look like a host's last label. */
const NO_TLD = /^(?:exe|zip|scr|bat|cmd|doc|docx|xls|xlsx|pdf|html?|php|asp|aspx|cgi|shtml|txt|lasso|please|see|for|the|this|and|or|you)$/i;
const TIME = /^(?:\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?|\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?|\d{1,2}\/\d{1,2}\/\d{2,4})$/;
/** `S3140`, `OFR_416`, `LPN007_416`, `DY-001`, `RCP-P2`, `AUP#I-1000`: codes that providers publish; they are the reason itself. */
const REASON_CODE = /^(?:[A-Z]{1,6}[-_#]?\d{1,6}(?:[-_]\d{1,4})?|[A-Z]{3}-[A-Z]\d|[A-Z]{3}#[A-Za-z-]{1,5}\d{1,5})$/;
const TERM = /^(?:ipv[46]|smtputf8|rfc[-.]?\d+|[78]bit\w*|utf-?8|base64|sha\d+|md5|tls(?:v?1(?:\.\d)?)?|ssl(?:v?[23])?|http2?|mp[34]|x509|level\d)$/i;
const URL_START = /^(?:https?:\/\/|www\.)/i;

/** What masking one reply needs at every word. */
interface Masking {
  text: string;
  context: MaskContext;
  values: string[];
  keepsName: (host: string) => boolean;
}

function maskWord(word: string, index: number, masking: Masking): string | null {
  const { text, context, values } = masking;
  if (word.length === 1 && /[{}\u0000-\u001f\u007f]/.test(word)) return keep(values, 'text', word);
  if (isQuotedUser(text, index)) return maskQuotedUser(word, context, values);
  let end = word.length;
  while (end > 0 && TRAILING.includes(word[end - 1] ?? '')) end--;
  if (end === 0) return null;
  const masked = maskCore(end === word.length ? word : word.slice(0, end), index, masking);
  return masked === null ? null : masked + word.slice(end);
}

function maskCore(core: string, index: number, masking: Masking): string | null {
  const { text, context, values, keepsName } = masking;
  if (core === context.mx) return keepsName(core) ? null : '{mx}';
  if (core === context.mxIp) return '{mx-ip}';
  const at = core.indexOf('@');
  if (at >= 0 && core.length > 2) return maskAddress(core, context, values);
  // Which characters a word has rules most forms out: a third of the time of trying them all.
  const has = charactersOf(core);
  if ((has & (SLASH | DOT)) !== 0 && URL_START.test(core)) return maskParts(core, /[/?&=#;:+]/, values, keepsName);
  const line = (has & DASH) === 0 ? null : REPLY_CODE_LINE.exec(core);
  if (line !== null) {
    const rest = line[2] ?? '';
    const masked = maskCore(rest, index + 4, masking);
    return masked === null ? null : (line[1] ?? '') + masked;
  }
  const isDotted = (has & (DIGIT | DOT)) === (DIGIT | DOT);
  if (isDotted && STATUS_CODE.test(core)) return null;
  const ip = isDotted ? IPV4.exec(core) : null;
  if (ip !== null) {
    const address = ip[1] === context.mxIp ? '{mx-ip}' : keep(values, 'ip', ip[1] ?? '');
    return ip[3] === undefined ? address : `${address}:${keep(values, 'number', ip[3])}`;
  }
  if ((has & DIGIT) !== 0 && (has & (COLON | DASH | SLASH)) !== 0 && TIME.test(core)) return keep(values, 'time', core);
  if ((has & COLON) !== 0 && IPV6.test(core) && /[0-9a-f]/i.test(core)) return keep(values, 'ip', core);
  const host = (has & DOT) === 0 ? null : HOST.exec(core);
  if (host !== null && !NO_TLD.test(host[1] ?? host[2] ?? '')) return keepsName(core) ? null : keep(values, 'host', core);
  if ((has & (SLASH | COLON)) !== 0) return maskParts(core, /[/:]/, values, keepsName);
  return maskPlain(core, text, index, values);
}

const DIGIT = 1;
const DOT = 2;
const COLON = 4;
const SLASH = 8;
const DASH = 16;

/** Which of the characters that make forms are in a word. */
function charactersOf(word: string): number {
  let has = 0;
  for (let i = 0; i < word.length; i++) {
    const c = word.charCodeAt(i);
    if (c >= 48 && c <= 57) has |= DIGIT;
    else if (c === 46) has |= DOT;
    else if (c === 58) has |= COLON;
    else if (c === 47) has |= SLASH;
    else if (c === 45) has |= DASH;
  }
  return has;
}

/** A word without structure: a number, a code that means something, or an opaque id. */
function maskPlain(core: string, text: string, index: number, values: string[]): string | null {
  if (!/\d/.test(core)) return looksRandom(core) ? keep(values, 'id', core) : null;
  if (REPLY_CODE.test(core) && isReplyCodeAt(text, index)) return null;
  if (/^#?\d+$/.test(core)) return isBracketedReason(core, text, index) ? null : keep(values, isNamedId(core, text, index) ? 'id' : 'number', core);
  if (/^[\d.,%+-]+$/.test(core)) return keep(values, isNamedId(core, text, index) ? 'id' : 'number', core);
  if (core.length <= 14 && REASON_CODE.test(core)) return null;
  if (TERM.test(core)) return null;
  return keep(values, 'id', core);
}

/** A code at the start, glued to a status code, or after a colon is the server's; any other number is a number. */
function isReplyCodeAt(text: string, index: number): boolean {
  return index === 0 || text.startsWith(': ', index - 2) || /^[- ]#?[245]\.\d/.test(text.slice(index + 3, index + 7));
}

/** Ids that happen to have no letter must not make a template of their own: behind a word for an id, or longer than any count. */
function isNamedId(core: string, text: string, index: number): boolean {
  return (
    core.length >= 10 ||
    /(?:\b|_)(?:id|ref|reference|ticket|session|transaction|queue|token|key)[ =:#]{1,2}$/i.test(text.slice(Math.max(0, index - 14), index))
  );
}

/** `[103]`, `[#102]`: short numbers alone in brackets are a server's reason code. */
function isBracketedReason(core: string, text: string, index: number): boolean {
  const before = text[index - 1];
  const after = text[index + core.length];
  return core.length <= 4 && ((before === '[' && after === ']') || (before === '(' && after === ')'));
}

/** Base-64-like words without digits: many changes of case in one long word, and no words between them. */
function looksRandom(core: string): boolean {
  const changes = core.match(/[a-z][A-Z]/g)?.length ?? 0;
  return core.length >= 16 && changes >= 4 && core.length / changes < 5;
}

function maskAddress(core: string, context: MaskContext, values: string[]): string {
  const prefix = /^(?:mailto|smtp|rfc822|SMTP|to|TO|from|FROM):/.exec(core)?.[0] ?? '';
  const address = core.slice(prefix.length);
  const same = context.recipient !== null && address === context.recipient;
  return prefix + (same ? '{recipient}' : keep(values, 'address', address));
}

/** Masks the variable parts of a URL or path and keeps its shape: `https://host/path?p=Reason` keeps `p=Reason`. */
function maskParts(word: string, separator: RegExp, values: string[], keepsName: (host: string) => boolean): string | null {
  let masked = '';
  let part = '';
  let changed = false;
  const flush = () => {
    const replaced = maskPart(part, values, keepsName);
    if (replaced !== null) changed = true;
    masked += replaced ?? part;
    part = '';
  };
  for (const character of word) {
    if (separator.test(character)) {
      flush();
      masked += character;
    } else {
      part += character;
    }
  }
  flush();
  return changed ? masked : null;
}

function maskPart(part: string, values: string[], keepsName: (host: string) => boolean): string | null {
  if (part === '') return null;
  if (part.includes('@')) return keep(values, 'address', part);
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(part)) return keep(values, 'ip', part);
  const host = HOST.exec(part);
  if (host !== null && !NO_TLD.test(host[1] ?? host[2] ?? '')) return keepsName(part) ? null : keep(values, 'host', part);
  return maskPlain(part, '', 1, values);
}

/** Postfix and Exim quote a local user's name: `unknown user: "kijitora"`. */
function isQuotedUser(text: string, index: number): boolean {
  return text.charCodeAt(index - 1) === 34 && text.startsWith('unknown user: "', index - 15);
}

function maskQuotedUser(word: string, context: MaskContext, values: string[]): string {
  return word === context.recipient ? '{recipient}' : keep(values, 'id', word);
}

function keep(values: string[], kind: string, value: string): string {
  values.push(value);
  return `{${kind}}`;
}

/**
 * The text that rules see: masks of one kind look alike whether or not the value is known, and the code that
 * starts every line of a multi-line reply stands once, so that a phrase is found across line ends.
 */
export function textForRules(template: string): string {
  const text = template.replaceAll('{recipient}', '{address}').replaceAll('{mx}', '{host}').replaceAll('{mx-ip}', '{ip}');
  const code = /^([245]\d\d)[- ]/.exec(text)?.[1];
  if (code === undefined) return text;
  const head = text.slice(0, 4);
  return (
    head +
    text
      .slice(4)
      .replaceAll(new RegExp(`(^|\\s)${code}[- ](?:[245]\\.\\d{1,3}\\.\\d{1,3}(?=\\s))?\\s?`, 'g'), (all, before: string, offset: number) =>
        offset === 0 ? all : before,
      )
  );
}
