import truncatedWidth from 'fast-string-truncated-width';

/** Text of which each character takes one column. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Columns that a text takes in a terminal: wide characters (CJK, emoji) take two, combining ones none. */
export function columns(text: string): number {
  return truncatedWidth(text).width;
}

/** Filled up with spaces to `width` columns. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** Breaks text at spaces into lines of at most `width` columns; a longer word stands alone on its line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && columns(line) + 1 + columns(word) > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** A paragraph under a label: `  Fix      Check the …`, further lines indented below the text. */
export function labelled(label: string, text: string, width: number): string {
  const indent = 10;
  return wrap(text, Math.max(20, width - indent))
    .map((line, index) => (index === 0 ? label.padEnd(indent) : ' '.repeat(indent)) + line)
    .join('\n');
}

/** Cut to `width` columns with an ellipsis where something is left out. */
export function clip(text: string, width: number): string {
  if (columns(text) <= width) return text;
  // The first Segmenter of a process takes 25 ms: a tenth of what a whole report may.
  if (PLAIN.test(text)) return `${text.slice(0, Math.max(0, width - 1))}…`;
  let cut = '';
  let used = 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += columns(segment);
    if (used > width) break;
    cut += segment;
  }
  return `${cut}…`;
}
