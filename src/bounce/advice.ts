import { type Cause, causeOf } from './causes.js';
import { readData } from './data.js';
import { allProviders, type Provider } from './providers.js';

/** What to tell the admin about a cause. */
export interface Advice {
  meaning: string;
  fix: string;
  who: Cause['who'];
  /** What the provider itself asks for or offers, where that is known. */
  provider: { id: string; fix: string; url: string } | null;
}

interface ProviderAdvice {
  provider: string;
  cause: string[];
  fix: string;
  url: string;
}

let all: ProviderAdvice[] | null = null;

/** All advice that depends on the provider. */
export function allProviderAdvice(): readonly ProviderAdvice[] {
  all ??= readData('advice.toml')['advice'] as ProviderAdvice[];
  return all;
}

/** @param provider who refused, `null` = not known */
export function adviceFor(causeId: string, provider: string | null): Advice {
  const { meaning, fix, who } = causeOf(causeId);
  const own = provider === null ? undefined : allProviderAdvice().find((one) => one.provider === provider && one.cause.includes(causeId));
  return { meaning, fix, who, provider: own === undefined ? null : { id: own.provider, fix: own.fix, url: own.url } };
}

let marks: { any: RegExp; each: { id: string; pattern: RegExp }[] } | null = null;

/** The provider whose own words a reply holds (its help page, its codes), `null` when nothing tells. */
export function providerOfReply(text: string): string | null {
  marks ??= marksOf(allProviders());
  // Nearly all replies hold none: one look for all of them takes a third of the time of one for each.
  if (!marks.any.test(text)) return null;
  return marks.each.find(({ pattern }) => pattern.test(text))?.id ?? null;
}

function marksOf(providers: readonly Provider[]): { any: RegExp; each: { id: string; pattern: RegExp }[] } {
  const each = providers.flatMap(({ id, says }) => (says === undefined ? [] : [{ id, pattern: new RegExp(says.join('|')) }]));
  return { any: new RegExp(each.map(({ pattern }) => pattern.source).join('|')), each };
}
