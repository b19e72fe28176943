import type { Stage } from './stage.js';

/** Rules of an earlier layer decide before rules of a later one (causes.md: text, provider's code, enhanced code, basic code). */
export const LAYERS = ['text', 'provider', 'enhanced', 'weak', 'code'] as const;
export type Layer = (typeof LAYERS)[number];

/** Something that finds a phrase in a reply. */
export interface Phrase {
  /** The expressions, any of which is looked for. */
  readonly patterns: readonly string[];
  /** All of them as one expression. */
  readonly source: string;
  /** @param text in lower case */
  test(text: string): boolean;
  /** The first piece of the text that one of them fits, `null` when none does. */
  find(text: string): string | null;
}

/** One rule; see `rules/README.md`. A condition that is empty holds always. */
export interface Rule {
  id: string;
  cause: string;
  layer: Layer;
  rank: number;
  text: Phrase | null;
  not: Phrase | null;
  code: string[];
  enhanced: string[];
  stage: Stage[];
  provider: string[];
  examples: string[];
  counter: string[];
  /** The file that it stands in, and the line where it begins there. */
  file: string;
  line: number;
  /** Written by the admin of this host, not by us. */
  own: boolean;
}

/** A rule file as it was read from the disk. */
export interface RuleFile {
  name: string;
  text: string;
}
