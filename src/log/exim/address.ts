/** The recipient of an Exim delivery line. */
export interface LoggedAddress {
  recipient: string;
  origRecipient: string | null;
  /** Position after the address part. */
  end: number;
}

/**
 * `address [(parents)] [<original>]`, ended by the first field (` F=<`, ` R=`, ` T=`), ` routing`, ` defer (` or, for an
 * address that was not routed, by `: ` (deliver.c of Exim: string_log_address). The address is printed without the quotes of
 * its local part; `|command`, `/file`, `>autoreply`, `save file` and `:blackhole:` stand for deliveries that have no
 * address of their own.
 */
export function readAddress(line: string, at: number): LoggedAddress {
  const isOther = NO_ADDRESS.test(line.slice(at, at + 5));
  const end = addressPartEnd(line, at, isOther);
  const part = line.slice(at, end);
  const open = part.endsWith('>') ? originalStart(part) : -1;
  const original = open >= 0 ? part.slice(open + 2, -1) : null;
  const address = withoutParents(open >= 0 ? part.slice(0, open) : part);
  if (original === null) return { recipient: unbracket(address), origRecipient: null, end };
  // Exim lower-cases the domain and strips quotes; the original is then the same address, better spelt.
  if (unquote(original).toLowerCase() === address.toLowerCase()) return { recipient: original, origRecipient: null, end };
  const isAddress = address.includes('@') && !isOther;
  return isAddress ? { recipient: unbracket(address), origRecipient: original, end } : { recipient: original, origRecipient: original, end };
}

/** Pipe, file, `:blackhole:` and the like, autoreply, file named by a filter. */
const NO_ADDRESS = /^(?:[|/:>]|save )/;

/** What may follow a command; what may follow an address: any field, also of versions to come, or the words of an unrouted one. */
const FIELD = / (?:[FP]=<|[QRTHS]=|routing defer |defer \()/g;
const FIELD_OR_TEXT = / (?:[A-Z]{1,4}=|routing defer |defer \()|: /g;

/** A command may hold anything, also what looks like a field, but its original address stands in brackets before the first real one. */
const ORIGINAL_THEN_FIELD = />(?= (?:[FP]=<|[QRTS]=|routing defer |defer \()|: )/g;

function addressPartEnd(line: string, at: number, isOther: boolean): number {
  if (isOther) {
    ORIGINAL_THEN_FIELD.lastIndex = at + 1;
    const original = ORIGINAL_THEN_FIELD.exec(line);
    if (original !== null) return original.index + 1;
  }
  // `:blackhole:` ends with a colon of its own.
  const after = isOther ? FIELD : FIELD_OR_TEXT;
  after.lastIndex = at;
  const found = after.exec(line);
  return found === null ? line.length : found.index;
}

/** Where ` <original>` starts; a quoted local part in it may hold ` <` itself. */
function originalStart(part: string): number {
  const quoted = part.lastIndexOf(' <"');
  return quoted >= 0 ? quoted : part.lastIndexOf(' <');
}

/** With `+all_parents`: `child@x (parent@y, parent2@z)`. */
function withoutParents(address: string): string {
  const paren = address.endsWith(')') ? address.indexOf(' (') : -1;
  return paren > 0 ? address.slice(0, paren) : address;
}

function unbracket(address: string): string {
  return address.startsWith('<') && address.endsWith('>') ? address.slice(1, -1) : address;
}

function unquote(address: string): string {
  const at = address.lastIndexOf('@');
  const local = at < 0 ? address : address.slice(0, at);
  const rest = at < 0 ? '' : address.slice(at);
  return local.startsWith('"') && local.endsWith('"') ? local.slice(1, -1).replaceAll(/\\(.)/g, '$1') + rest : address;
}
