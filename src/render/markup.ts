import { safeText } from './safe.js';

/** HTML or SVG that is safe to insert as it is. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | null | readonly Markup[];

/** Text in a template becomes text, never markup: values are escaped unless they were made by this function. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.map((text, index) => text + (index < parts.length ? render(parts[index] ?? null) : '')).join('') };
}

function render(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string') return escaped(safeText(part));
  if (typeof part === 'number') return String(part);
  if ('markup' in part) return part.markup;
  return part.map(({ markup }) => markup).join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
