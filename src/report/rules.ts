import { providerOfReply } from '../bounce/advice.js';
import { Classifier } from '../bounce/classify.js';
import { Interpreter } from '../bounce/interpret.js';
import type { Rule } from '../bounce/rule.js';
import { textForRules } from '../bounce/template.js';

/** Which rule decides a reply, and why. */
export interface RuleTest {
  text: string;
  /** What the rules look at: the reply without what varies. */
  seen: string;
  code: number | null;
  enhanced: string | null;
  stage: string;
  provider: string | null;
  cause: string;
  /** All rules that hold, the deciding one first. */
  holding: { rule: Rule; found: string | null }[];
}

/** Tells which rules hold for a reply. @param rules in deciding order */
export function testReply(text: string, rules: readonly Rule[]): RuleTest {
  const classifier = new Classifier(rules);
  const provider = providerOfReply(text);
  const { kind } = new Interpreter(classifier).readBare(text, provider);
  const seen = textForRules(kind.template);
  return {
    text,
    seen,
    code: kind.code,
    enhanced: kind.enhanced,
    stage: kind.stage,
    provider: kind.provider,
    cause: kind.cause,
    holding: classifier.allThatHold(kind).map((rule) => ({ rule, found: rule.text?.find(seen) ?? null })),
  };
}

/** An example that a rule does not decide, or a counter-example that it does. */
export interface FailedExample {
  rule: Rule;
  example: string;
  /** The rule that decided instead, `null` = none. */
  decidedBy: string | null;
  isCounter: boolean;
}

/** Tries the examples of an admin's own rules among all rules. */
export function tryExamples(rules: readonly Rule[]): FailedExample[] {
  const interpreter = new Interpreter(new Classifier(rules));
  const failed: FailedExample[] = [];
  for (const rule of rules.filter(({ own }) => own)) {
    const decider = (example: string) => interpreter.readBare(example, rule.provider[0] ?? providerOfReply(example)).kind.rule;
    for (const example of rule.examples)
      if (decider(example) !== rule.id) failed.push({ rule, example, decidedBy: decider(example), isCounter: false });
    for (const example of rule.counter) if (decider(example) === rule.id) failed.push({ rule, example, decidedBy: rule.id, isCounter: true });
  }
  return failed;
}
