import { readData } from './data.js';

/** Who operates a receiving mail server. */
export interface Provider {
  id: string;
  name: string;
  /** Suffixes of its MX hosts' names. */
  mx: string[];
  /** Recipient domains that are its own. */
  domains?: string[];
  /** Expressions for words that only its servers use in replies. */
  says?: string[];
}

let providers: Provider[] | null = null;

/** All providers that bouncelog knows by name. */
export function allProviders(): readonly Provider[] {
  providers ??= readData('providers.toml')['provider'] as Provider[];
  return providers;
}

/** What people call a provider; its id where it has no other name. */
export function providerName(id: string): string {
  return allProviders().find((provider) => provider.id === id)?.name ?? id;
}
