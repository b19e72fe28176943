import { Classifier } from '../bounce/classify.js';
import { Interpreter } from '../bounce/interpret.js';
import type { RuleFile } from '../bounce/rule.js';
import { allRules } from '../bounce/rules.js';
import type { IngestStore } from '../store/store.js';
import { InterpretingWriter } from './interpreting-writer.js';

/**
 * A writer that classifies by the built-in rules and an admin's own.
 * @throws UserError when a rule is not valid
 */
export function newWriter(store: IngestStore, own: readonly RuleFile[]): InterpretingWriter {
  const classifier = new Classifier(allRules(own));
  store.noteRules(classifier.version);
  return new InterpretingWriter(new Interpreter(classifier), store);
}
