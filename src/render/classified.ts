import type { Explanation } from '../report/explain.js';

/** One line of `classify`: the contract, provider unknown (a bare reply names no MX). */
export function classifiedJson(explanation: Explanation): object {
  const { text, code, enhanced, cause, hardness, rule, listing } = explanation;
  return {
    text,
    code,
    enhanced,
    cause: cause.id,
    hardness,
    rule,
    provider: null,
    listing: listing === null ? null : { list: listing.list, subject: listing.subject },
    advice: { meaning: cause.meaning, fix: cause.fix, who: cause.who },
  };
}

/** `explain --format json`: the same, with what the codes and the list mean. */
export function explanationJson(explanation: Explanation): object {
  const { stage, codeMeaning, enhancedMeaning, delistUrl, cause } = explanation;
  return {
    ...classifiedJson(explanation),
    stage,
    code_meaning: codeMeaning,
    enhanced_meaning: enhancedMeaning,
    title: cause.title,
    lasts: cause.lasts,
    delist_url: delistUrl,
  };
}
