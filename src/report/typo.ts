import { allProviders } from '../bounce/providers.js';

/** Domains that people really write to, each with how often; more of it makes a likelier guess. */
export type KnownDomains = ReadonlyMap<string, number>;

/** Causes behind which a typo may stand. */
const TYPO_CAUSES = new Set(['unknown-user', 'domain-not-found', 'no-mail-service', 'bad-address-syntax']);

export function mayBeTypo(cause: string): boolean {
  return TYPO_CAUSES.has(cause);
}

/** What was probably meant by an address that failed for this cause; `null` when nothing is likely. */
export function suggestionFor(cause: string, address: string | null, delivered: KnownDomains): string | null {
  return address === null || !mayBeTypo(cause) ? null : likelyAddress(address, delivered);
}

/** What a provider's own domain weighs where this host has delivered nothing to it yet. */
const PROVIDER_WEIGHT = 20;
/** A guess must be this many times as frequent as what was written: `gmx.net` is no typo of `gmx.de`. */
const MUCH_MORE = 20;
const ENDINGS = new Map([
  ['con', 'com'],
  ['cmo', 'com'],
  ['ocm', 'com'],
  ['vom', 'com'],
  ['xom', 'com'],
  ['comm', 'com'],
  ['coom', 'com'],
  ['cim', 'com'],
  ['copm', 'com'],
  ['nte', 'net'],
  ['ent', 'net'],
  ['nett', 'net'],
  ['ogr', 'org'],
  ['orgg', 'org'],
  ['ed', 'de'],
  ['dee', 'de'],
]);

/**
 * The address that the sender probably meant: the same mailbox at a domain that looks alike and gets far more mail, or the
 * address without stray characters. `null` when nothing is likely.
 * @param delivered domains that this host delivers to
 */
export function likelyAddress(address: string, delivered: KnownDomains): string | null {
  const at = address.lastIndexOf('@');
  if (at < 0) return likelyWithoutAt(address, delivered);
  const local = address.slice(0, at);
  const domain = address.slice(at + 1).toLowerCase();
  const cleanLocal = cleaned(local);
  const likely = likelyDomain(domain, delivered);
  if (likely === null && cleanLocal === local) return null;
  return cleanLocal === '' ? null : `${cleanLocal}@${likely ?? domain}`;
}

/** Without what is left of copying; a local part that is quoted as a whole is meant so. */
function cleaned(local: string): string {
  if (/^".*"$/.test(local)) return local;
  return local
    .replace(/^(?:mailto:|smtp:)/i, '')
    .replaceAll(/^["'<\s]+|["'\s.]+$/g, '')
    .replaceAll(/\s+/g, '');
}

/** The domain that was probably meant, `null` when the one given is as good as any. */
export function likelyDomain(domain: string, delivered: KnownDomains): string | null {
  const { guesses } = indexOf(delivered);
  let guess = guesses.get(domain);
  if (guess === undefined) {
    guess = guessDomain(domain, delivered);
    guesses.set(domain, guess);
  }
  return guess;
}

function guessDomain(domain: string, delivered: KnownDomains): string | null {
  const clean = domain
    .trim()
    .toLowerCase()
    .replaceAll(/[\s,;:>"')\]]+/g, '')
    .replaceAll(/\.{2,}/g, '.')
    .replaceAll(/^\.+|\.+$/g, '');
  const known = indexOf(delivered);
  const own = known.weights.get(clean) ?? 0;
  let best: string | null = null;
  let bestScore = 0;
  const letters = lettersOf(clean);
  for (const candidate of known.byDigits.get(digitsOf(clean)) ?? []) {
    if (candidate.name === clean || candidate.weight < own * MUCH_MORE || isUnlike(letters, candidate.letters)) continue;
    const likeness = likenessOf(clean, candidate.name);
    // Nearness counts more than frequency: a distance of one beats one of two unless that is a hundred times as frequent.
    const score = likeness * likeness * Math.log2(2 + candidate.weight);
    if (likeness > 0 && score > bestScore) {
      best = candidate.name;
      bestScore = score;
    }
  }
  if (best !== null) return best;
  const mended = withMendedEnding(clean);
  return mended !== null && own === 0 ? mended : clean !== domain && clean.includes('.') ? clean : null;
}

/** `someone.gmail.com`, `someonegmail.com`: the at sign was left out. */
function likelyWithoutAt(text: string, delivered: KnownDomains): string | null {
  for (const domain of indexOf(delivered).weights.keys()) {
    if (text.toLowerCase().endsWith(domain) && text.length > domain.length + 1) {
      const local = text.slice(0, -domain.length).replace(/[.#\s]+$/, '');
      if (local !== '') return `${local}@${domain}`;
    }
  }
  return null;
}

/** A domain that may be meant. */
interface Candidate {
  name: string;
  weight: number;
  /** Which letters are in it, a bit each. */
  letters: number;
}

interface KnownIndex {
  weights: Map<string, number>;
  /** Names that differ in their digits are different names (`mail1.example`, `mail2.example`): only those with the same are compared. */
  byDigits: Map<string, Candidate[]>;
  /** What was guessed already: addresses are many, their domains few. */
  guesses: Map<string, string | null>;
}

const indexes = new WeakMap<KnownDomains, KnownIndex>();

function indexOf(delivered: KnownDomains): KnownIndex {
  let index = indexes.get(delivered);
  if (index !== undefined) return index;
  index = { weights: new Map(), byDigits: new Map(), guesses: new Map() };
  for (const { domains = [] } of allProviders()) for (const domain of domains) index.weights.set(domain, PROVIDER_WEIGHT);
  for (const [domain, count] of delivered) index.weights.set(domain, Math.max(index.weights.get(domain) ?? 0, count));
  for (const [name, weight] of index.weights) {
    const candidate = { name, weight, letters: lettersOf(name) };
    const others = index.byDigits.get(digitsOf(name));
    if (others === undefined) index.byDigits.set(digitsOf(name), [candidate]);
    else others.push(candidate);
  }
  indexes.set(delivered, index);
  return index;
}

function digitsOf(domain: string): string {
  return domain.replaceAll(/\D/g, '');
}

function lettersOf(domain: string): number {
  let letters = 0;
  for (let i = 0; i < domain.length; i++) letters |= 1 << (domain.charCodeAt(i) & 31);
  return letters;
}

/** An edit adds one letter and takes one away at most; an ending that is mistyped, or left out dots, three. */
function isUnlike(a: number, b: number): boolean {
  let different = a ^ b;
  let count = 0;
  for (; different !== 0 && count <= 4; count++) different &= different - 1;
  return count > 4;
}

/** 0 = not alike; 1 = nothing but a missing dot or a mistyped ending apart. */
function likenessOf(written: string, candidate: string): number {
  if (written.replaceAll('.', '') === candidate.replaceAll('.', '')) return 1;
  if (withMendedEnding(written) === candidate) return 1;
  // Endings that there are, and that are seldom meant where the same name with `.com` is known.
  if (/\.(?:cm|co|om|cam)$/.test(written) && written.replace(/\.\w+$/, '.com') === candidate) return 0.9;
  const distance = editDistance(written, candidate, 2);
  // In short names two letters make another name.
  const name = candidate.indexOf('.');
  const allowed = name >= 8 ? 2 : name >= 4 ? 1 : 0;
  if (distance > allowed) return 0;
  // Another country's domain of the same name is another domain (`yahoo.co.uk`, `yahoo.co.in`), as is another label (`mail2.example`).
  if (sameName(written, candidate) || /\d/.test(written) !== /\d/.test(candidate)) return 0;
  return distance === 1 ? 0.9 : 0.5;
}

/** Only the endings differ, and both are endings that there are. */
function sameName(a: string, b: string): boolean {
  const split = (domain: string) => [domain.slice(0, domain.indexOf('.')), domain.slice(domain.indexOf('.') + 1)] as const;
  const [nameA, endA] = split(a);
  const [nameB] = split(b);
  return nameA === nameB && !ENDINGS.has(endA.split('.').at(-1) ?? '') && REAL_ENDING.test(endA);
}

const REAL_ENDING = /^(?:[a-z]{2}|com|net|org|info|biz|edu|gov|mil|int|online|shop|app|dev|(?:co|com|org|net|ac|gov|edu)\.[a-z]{2})$/;

function withMendedEnding(domain: string): string | null {
  const dot = domain.lastIndexOf('.');
  const mended = ENDINGS.get(domain.slice(dot + 1));
  return dot < 0 || mended === undefined ? null : `${domain.slice(0, dot + 1)}${mended}`;
}

/** Insertions, deletions, replacements and swaps of neighbours that make one text of the other; `limit + 1` where it takes more than `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let least = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (isSwap) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row[j] = least;
    }
    if (Math.min(...row) > limit) return limit + 1;
    before = previous;
    previous = row;
  }
  return Math.min(previous[b.length] ?? 0, limit + 1);
}
