import { UNCLASSIFIED } from './causes.js';
import type { Rule } from './rule.js';
import { builtInRules, versionOf } from './rules.js';
import type { Stage } from './stage.js';
import { textForRules } from './template.js';

/** What the rules look at. */
export interface Classifiable {
  template: string;
  code: number | null;
  enhanced: string | null;
  stage: Stage;
  /** `null` = not known, or none that a rule names; rules that name one then do not hold. */
  provider: string | null;
}

/** Our reading of a reply: the only part of it that a changed rule changes. */
export interface Classification {
  cause: string;
  /** The rule that decided; `null` when none did. */
  rule: string | null;
}

const NOTHING: Classification = { cause: UNCLASSIFIED, rule: null };

/** Decides the cause of replies by rules. Pure; one instance may serve any number of replies. */
export class Classifier {
  readonly #rules: readonly Rule[];
  /** Providers that rules name; what is said elsewhere means the same from any server. */
  readonly providers: ReadonlySet<string>;

  /** @param rules in deciding order (see `inOrder`) */
  constructor(rules: readonly Rule[] = builtInRules()) {
    this.#rules = rules;
    this.providers = new Set(rules.flatMap((rule) => rule.provider));
  }

  classify(reply: Classifiable): Classification {
    const text = textForRules(reply.template).toLowerCase();
    const rule = this.#rules.find((one) => holds(one, reply, text));
    return rule === undefined ? NOTHING : { cause: rule.cause, rule: rule.id };
  }

  /** All rules that hold for a reply, the deciding one first. */
  allThatHold(reply: Classifiable): Rule[] {
    const text = textForRules(reply.template).toLowerCase();
    return this.#rules.filter((one) => holds(one, reply, text));
  }

  /** Names the rules (see `versionOf`). */
  get version(): string {
    return versionOf(this.#rules);
  }
}

/** @param text in lower case */
function holds(rule: Rule, reply: Classifiable, text: string): boolean {
  return (
    (rule.code.length === 0 || (reply.code !== null && rule.code.some((code) => String(reply.code).startsWith(code)))) &&
    (rule.enhanced.length === 0 || (reply.enhanced !== null && rule.enhanced.some((status) => fits(reply.enhanced ?? '', status)))) &&
    (rule.stage.length === 0 || rule.stage.includes(reply.stage)) &&
    (rule.provider.length === 0 || (reply.provider !== null && rule.provider.includes(reply.provider))) &&
    (rule.text === null || rule.text.test(text)) &&
    (rule.not === null || !rule.not.test(text))
  );
}

/** `4.2.2` fits `4.2.2` and, without its class, `2.2`. */
function fits(enhanced: string, status: string): boolean {
  return enhanced === status || enhanced.slice(2) === status;
}
