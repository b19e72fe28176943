/** Breaks text at spaces into lines of at most `width` characters; a longer word stands alone on its line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
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

/** Cut to `width` characters with an ellipsis where something is left out. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
