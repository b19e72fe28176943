import { readData } from './data.js';

interface Codes {
  reply: Record<string, string>;
  enhanced: Record<string, string>;
}

let codes: Codes | null = null;

function all(): Codes {
  codes ??= readData('codes.toml') as unknown as Codes;
  return codes;
}

/** What a reply code means, `null` when no RFC says. */
export function replyCodeMeaning(code: number): string | null {
  return all().reply[String(code)] ?? null;
}

/** What an enhanced status code means, whatever its class; `null` when the registry does not say. */
export function enhancedMeaning(enhanced: string): string | null {
  return all().enhanced[enhanced.slice(2)] ?? null;
}
