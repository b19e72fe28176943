import { causeOf } from '../bounce/causes.js';

/** A kind of reply that no rule knows. */
export interface UnknownKind {
  template: string;
  code: number | null;
  enhanced: string | null;
  stage: string;
  deliveries: number;
  lastSeen: number;
  /** The exact text of one failure. */
  sample: string;
  /** Recipient domains, most deliveries first, as far as they help. */
  domains: string[];
}

/** Kinds that are alike, as one thing to write a rule for. */
export interface UnknownCluster {
  deliveries: number;
  lastSeen: number;
  codes: (number | null)[];
  enhanced: (string | null)[];
  domains: string[];
  sample: string;
  templates: string[];
  /** TOML to paste into a rules file. */
  rule: string;
}

/** More words in common than this makes two replies alike. */
const ALIKE = 0.6;
/** Clusters that a kind is compared with; beyond it a kind stands alone. */
const MAX_COMPARED = 2_000;

/** Kinds clustered by likeness of their words, most deliveries first. */
export function clusters(kinds: readonly UnknownKind[]): UnknownCluster[] {
  const groups: { words: Set<string>; kinds: UnknownKind[] }[] = [];
  for (const kind of kinds.toSorted((a, b) => b.deliveries - a.deliveries || (a.template < b.template ? -1 : 1))) {
    const words = wordsOf(kind.template);
    const alike = groups.slice(0, MAX_COMPARED).find((group) => likeness(group.words, words) >= ALIKE);
    if (alike === undefined) groups.push({ words, kinds: [kind] });
    else alike.kinds.push(kind);
  }
  return groups.map(({ kinds: members }) => clusterOf(members)).sort((a, b) => b.deliveries - a.deliveries);
}

function clusterOf(kinds: readonly UnknownKind[]): UnknownCluster {
  const first = kinds[0] as UnknownKind;
  return {
    deliveries: kinds.reduce((sum, kind) => sum + kind.deliveries, 0),
    lastSeen: Math.max(...kinds.map((kind) => kind.lastSeen)),
    codes: [...new Set(kinds.map((kind) => kind.code))],
    enhanced: [...new Set(kinds.map((kind) => kind.enhanced))],
    domains: [...new Set(kinds.flatMap((kind) => kind.domains))].slice(0, 5),
    sample: first.sample,
    templates: kinds.map((kind) => kind.template),
    rule: ruleFor(kinds),
  };
}

/** Words that say something: without masks, codes and numbers. */
function wordsOf(template: string): Set<string> {
  return new Set(
    template
      .replaceAll(/\{[a-z-]+\}/g, ' ')
      .toLowerCase()
      .match(/\p{L}{2,}/gu) ?? [],
  );
}

/** Jaccard's index: words in common among all words of both. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 && b.size === 0) return 1;
  let common = 0;
  for (const word of a) if (b.has(word)) common++;
  return common / (a.size + b.size - common);
}

/** A rule to start from: the words that all have in common, and a guess at the cause. */
function ruleFor(kinds: readonly UnknownKind[]): string {
  const first = kinds[0] as UnknownKind;
  const phrase = commonPhrase(kinds.map((kind) => kind.template));
  const guess = guessFor(first);
  const id = `own-${(phrase.toLowerCase().match(/[a-z0-9]+/g) ?? ['reply']).slice(0, 4).join('-')}`;
  const codes = [...new Set(kinds.flatMap((kind) => (kind.code === null ? [] : [String(kind.code)])))];
  return [
    '[[rule]]',
    `id = ${toml(id)}`,
    `cause = ${toml(guess)} # a guess: ${causeOf(guess).title.toLowerCase()}; all causes: bouncelog rules causes`,
    phrase === '' ? `code = [${(codes.length === 0 ? ['5'] : codes).map(toml).join(', ')}]` : `text = [${toml(escaped(phrase))}]`,
    `examples = [${toml(first.sample)}]`,
    '',
  ].join('\n');
}

/** The longest run of literal words that stands in all templates. */
function commonPhrase(templates: readonly string[]): string {
  const runs = (template: string) =>
    template
      .replace(/^[245]\d\d[- ](?:[245]\.\d{1,3}\.\d{1,3} )?/, '')
      .split(/\{[a-z-]+\}|[<>[\]()"'\u0000-\u001f]/)
      .map((run) => run.trim().replaceAll(/\s+/g, ' '))
      .filter((run) => /\p{L}{3}/u.test(run));
  const others = templates.slice(1).map((template) => template.toLowerCase());
  const candidates = runs(templates[0] ?? '').flatMap(partsOf);
  const common = candidates.filter((part) => others.every((template) => template.includes(part.toLowerCase())));
  return common.sort((a, b) => b.length - a.length)[0]?.slice(0, 120) ?? '';
}

/** A run of words, and every shorter run in it; bounded, since the longest nearly always serves. */
function partsOf(run: string): string[] {
  const words = run.split(' ').slice(0, 24);
  const parts: string[] = [];
  for (let start = 0; start < words.length; start++) for (let end = words.length; end > start; end--) parts.push(words.slice(start, end).join(' '));
  return parts;
}

function guessFor({ code, enhanced, stage }: UnknownKind): string {
  if (stage === 'local') return 'local-delivery-failed';
  return code !== null && code < 500 ? 'server-temporary-error' : enhanced?.startsWith('4') ? 'server-temporary-error' : 'policy-rejected';
}

function escaped(phrase: string): string {
  return phrase.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A TOML string: basic, because a literal one cannot hold an apostrophe. */
function toml(text: string): string {
  return JSON.stringify(text).replaceAll(/[\u007f-\u009f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
