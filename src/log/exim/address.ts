/** The recipient of an Exim delivery line. */
export interface LoggedAddress {
  recipient: string;
  origRecipient: string | null;
  /** Position after the address part. */
  end: number;
}

/**
 * `address [(parent)] [<original>]`, ended by the first field (` F=<`, ` R=`, ` T=`), ` routing`, ` defer (`
 * or, for an address that was not routed, by `: `. The address is printed without the quotes of its local
 * part; `|command`, `/file` and `:blackhole:` stand for deliveries that have no address of their own.
 */
export function readAddress(line: string, at: number): LoggedAddress {
  const end = addressPartEnd(line, at);
  const part = line.slice(at, end);
  const open = part.endsWith('>') ? part.lastIndexOf(' <') : -1;
  const original = open >= 0 ? part.slice(open + 2, -1) : null;
  const address = withoutParent(open >= 0 ? part.slice(0, open) : part);
  if (original === null) return { recipient: unbracket(address), origRecipient: null, end };
  // Exim lower-cases the domain and strips quotes; the original is then the same address, better spelt.
  if (unquote(original).toLowerCase() === address.toLowerCase()) return { recipient: original, origRecipient: null, end };
  const isAddress = address.includes('@') && !/^[|/:]/.test(address);
  return isAddress ? { recipient: unbracket(address), origRecipient: original, end } : { recipient: original, origRecipient: original, end };
}

/** Fields that may follow the address, or the words of an unrouted one. */
const FIELD = / (?:[FP]=<|[RTHS]=|routing defer |defer \()/g;
const FIELD_OR_TEXT = / (?:[FP]=<|[RTHS]=|routing defer |defer \()|: /g;

function addressPartEnd(line: string, at: number): number {
  // A command may hold anything; `:blackhole:` ends with a colon of its own.
  const isCommand = line[at] === '|' || line[at] === '/' || line[at] === ':';
  const after = isCommand ? FIELD : FIELD_OR_TEXT;
  after.lastIndex = at;
  const found = after.exec(line);
  return found === null ? line.length : found.index;
}

/** With `+all_parents`: `child@x (parent@y, parent2@z)`. */
function withoutParent(address: string): string {
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
