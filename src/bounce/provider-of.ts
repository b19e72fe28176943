import { getDomain } from 'tldts';
import { allProviders } from './providers.js';

let byMx: Map<string, string> | null = null;
let byDomain: Map<string, string> | null = null;

/**
 * The provider of a receiving host: the longest known suffix of its name, else the registrable domain of
 * the name (Public Suffix List), which is its own provider. Without an MX the recipient's domain decides,
 * if it is a provider's own.
 * @returns `null` when nothing tells (local delivery, DNS failure of an unknown domain).
 */
export function providerOf(mx: string | null, recipientDomain: string | null): string | null {
  byMx ??= new Map(allProviders().flatMap((provider) => provider.mx.map((suffix) => [suffix, provider.id] as const)));
  byDomain ??= new Map(allProviders().flatMap((provider) => (provider.domains ?? []).map((domain) => [domain, provider.id] as const)));
  if (mx === null) return recipientDomain === null ? null : (byDomain.get(recipientDomain) ?? null);
  const name = mx.toLowerCase().replace(/\.$/, '');
  for (let at = 0; at >= 0 && at < name.length; at = name.indexOf('.', at) + 1) {
    const known = byMx.get(name.slice(at));
    if (known !== undefined) return known;
    if (name.indexOf('.', at) < 0) break;
  }
  return getDomain(name, { allowPrivateDomains: false }) ?? name;
}
