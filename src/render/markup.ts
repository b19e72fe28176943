import { safeText } from './safe.js';

/** HTML or SVG that is safe to insert as it is. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | null | readonly Markup[];

/** Text in a template becomes text, never markup: values are escaped unless they were made by this function. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let markup = '';
  for (const [index, text] of strings.entries()) markup += text + render(parts[index] ?? null);
  return { markup };
}

/** Names, numbers and times, of which a page has thousands. */
const HARMLESS = /^[\w .:@%+-]*$/;

function render(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string') return HARMLESS.test(part) ? part : escaped(safeText(part));
  if (typeof part === 'number') return String(part);
  if ('markup' in part) return part.markup;
  return part.map(({ markup }) => markup).join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
