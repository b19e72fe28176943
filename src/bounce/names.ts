import { allProviders } from './providers.js';

/**
 * Host names that carry meaning and are therefore not masked in templates: zones and sites of block lists,
 * providers' help pages. Everybody else's host names vary from receiver to receiver.
 */
const LIST_SITES = [
  'spamhaus.org',
  'barracudacentral.org',
  'barracudanetworks.com',
  'spamcop.net',
  'sorbs.net',
  'uceprotect.net',
  'backscatterer.org',
  'surriel.com',
  'mailspike.net',
  'mailspike.org',
  'manitu.net',
  'abusix.zone',
  'abusix.com',
  'invaluement.com',
  'spamrats.com',
  'gbudb.net',
  'junkemailfilter.com',
  'senderscore.org',
  'senderscore.com',
  'abuseat.org',
  'surbl.org',
  'uribl.com',
  'blocklist.de',
  'dronebl.org',
  'efnetrbl.org',
  's5h.net',
  '0spam.org',
  'kempt.net',
  'unsubscore.com',
  'njabl.org',
  'dsbl.org',
  'ahbl.org',
  'proofpoint.com',
  'cloudmark.com',
  'senderbase.org',
  'talosintelligence.com',
  'mail-abuse.com',
  'trendmicro.com',
  'mimecast.org',
  'symantec.com',
  'fortiguard.com',
  'vadesecure.com',
  'office.com',
  'microsoft.com',
  'live.com',
  'aka.ms',
  'yahooinc.com',
  'openspf.org',
  'openspf.net',
  'openspf.com',
  'spamrl.com',
  'postgrey.schweikert.ch',
  'nerd.dk',
];

let names: Set<string> | null = null;

/** Whether `host` is, or lies below, a name with a meaning of its own; machine names (`mta5.am0.yahoodns.net`) vary and do not count. */
export function isMeaningfulName(host: string): boolean {
  names ??= new Set([...LIST_SITES, ...allProviders().flatMap((provider) => provider.domains ?? [])]);
  const lower = host.toLowerCase();
  for (let at = 0; ; ) {
    if (names.has(lower.slice(at))) return !/\d{2}|\d\./.test(lower.slice(0, at).replace(/^dnsbl-\d\./, ''));
    const dot = lower.indexOf('.', at);
    if (dot < 0) return HELP_PAGE.test(lower) || LIST_NAME.test(lower);
    at = dot + 1;
  }
}

/** A zone that calls itself a list, also one that nobody has told us of: `rbl.example.net`, `dnsbl-2.example.org`, `bl.foo.example`. */
const LIST_NAME = /(?:^|[.-])(?:bl|rbl|dnsbl|dnsrbl|blacklist|blocklist)(?:-?\d)?\.|(?:rbl|dnsbl)\.[a-z]+$/;

/** Providers' help pages: `postmaster.gmx.net`, `support.google.com`, `help.yahoo.com`. */
const HELP_PAGE = /^(?:postmaster|support|help|senders?)\.(?:[a-z0-9-]+\.)?[a-z0-9-]+\.(?:com|net|org|de|fr|it|jp|ru|cn|io)$/;
