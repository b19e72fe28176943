import { readData } from './data.js';

export type ListingKind = 'ip' | 'domain' | 'reputation';

/** A block list that bouncelog knows by name. */
export interface BlockList {
  id: string;
  kind: ListingKind;
  /** Where an admin looks up and removes an entry; empty when the list is closed. */
  url: string;
  markers: RegExp[];
}

/** Which list named which IP or domain. `subject` is `''` when the reply does not say. */
export interface Listing {
  list: string;
  subject: string;
  kind: ListingKind;
}

let lists: BlockList[] | null = null;

export function allLists(): readonly BlockList[] {
  lists ??= (readData('listings.toml')['list'] as (Omit<BlockList, 'markers'> & { markers: string[] })[]).map((list) => ({
    ...list,
    markers: list.markers.map((marker) => new RegExp(marker, 'i')),
  }));
  return lists;
}

/** A list that nobody has told us of is named by the text itself. */
const NAMED = [
  /\b(?:blocked|deferred|rejected|listed|blacklisted|found)\s+(?:using|at|in|on|by|via)\s+(?:the\s+)?((?:[a-z0-9_-]+\.)+[a-z]{2,24})\b/i,
  /\b(?:rbl|dnsbl|blacklist|blocklist|block list|black list)\s+(?:on|at|by|of|:)?\s*((?:[a-z0-9_-]+\.)+[a-z]{2,24})\b/i,
  /\b((?:[a-z0-9_-]+\.)*(?:rbl|dnsbl|bl|blacklist|blocklist|spam)\.(?:[a-z0-9_-]+\.)+[a-z]{2,24})\b/i,
  /\b((?:[a-z0-9-]+\.)*[a-z0-9-]*(?:rbl|dnsbl)[a-z0-9-]*\.[a-z]{2,24})\b/i,
];
const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
const ADDRESS = String.raw`(?<![\d.])(${OCTET}(?:\.${OCTET}){3})`;
const IP = new RegExp(String.raw`${ADDRESS}(?!\.?\d)(?!\.[a-z])(\/(?:[89]|[12]\d|3[01])(?!\d))?`, 'gi');
const IN_LINK = new RegExp(
  String.raw`(?:[?&](?:ip|pr=1&ip|addr|address|q|query|lookup|host|i)=|/ip/|bl\.shtml\?|lookup\.shtml\?)${ADDRESS}(?!\d)`,
  'i',
);
const REVERSED = new RegExp(String.raw`(?<![\d.])(${OCTET})\.(${OCTET})\.(${OCTET})\.(${OCTET})\.(?=[a-z][a-z0-9-]*\.[a-z])`, 'i');
const IPV6 = /\b((?:[0-9a-f]{1,4}:){2,7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}|(?:[0-9a-f]{1,4}:){2,7}:)/i;
const DOMAIN = /(?:listed (?:in|on|at|by) \S+:?|domain|uri|url|link|host)s?[:\s"'<[(=]+(?:https?:\/\/)?((?:[a-z0-9-]+\.)+[a-z]{2,24})/gi;
/** What a list answers for "listed" (RFC 5782); never the subject. */
const LIST_ANSWER = /^127\./;

/**
 * The listing that a reply about a block list names.
 * @param text the exact reply
 * @param kind whether the reply is about an IP address or about a domain
 * @param known the list that we know by name in it, where that was looked for before
 */
export function listingOf(text: string, kind: 'ip' | 'domain', known = knownList(text)): Listing | null {
  const list = known?.id ?? namedList(text);
  if (list === null) return null;
  const subject = kind === 'ip' ? ipOf(text) : domainOf(text);
  return { list, subject: subject ?? '', kind: kind === 'domain' ? 'domain' : (known?.kind ?? 'ip') };
}

/** The list that we know by name in a reply, `null` when there is none. */
export function knownList(text: string): BlockList | null {
  return allLists().find((list) => list.markers.some((marker) => marker.test(text))) ?? null;
}

/** Where to ask for removal from a list, `null` for lists that only the text names. */
export function delistUrl(list: string): string | null {
  return allLists().find((one) => one.id === list)?.url || null;
}

function namedList(text: string): string | null {
  for (const pattern of NAMED) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found.toLowerCase();
  }
  return null;
}

/** The address or range that is listed. A look-up link names it for sure; `10.2.0.192.zen.example` has it backwards, as DNS asks. */
function ipOf(text: string): string | null {
  const asked = REVERSED.exec(text);
  if (asked !== null) return asked.slice(1, 5).reverse().join('.');
  const inLink = IN_LINK.exec(text)?.[1];
  if (inLink !== undefined) return inLink;
  for (const found of text.matchAll(IP)) {
    const ip = found[1] ?? '';
    if (!LIST_ANSWER.test(ip)) return ip + (found[2] ?? '');
  }
  return IPV6.exec(text)?.[1]?.toLowerCase() ?? null;
}

function domainOf(text: string): string | null {
  for (const found of text.matchAll(DOMAIN)) {
    const domain = (found[1] ?? '').toLowerCase();
    if (!/(spamhaus|surbl|uribl|invaluement)\./.test(domain)) return domain;
  }
  return null;
}
