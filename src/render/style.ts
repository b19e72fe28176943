/** Colours by meaning, for a terminal; every function gives its text back unchanged where colour is not wanted. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
  hard(text: string): string;
  soft(text: string): string;
  good(text: string): string;
}

/** The basic colours only: they follow the terminal's theme, so they can be read on dark and on light. */
const COLOURED: Style = {
  strong: (text) => `\x1b[1m${text}\x1b[22m`,
  faint: (text) => `\x1b[2m${text}\x1b[22m`,
  hard: (text) => `\x1b[31m${text}\x1b[39m`,
  soft: (text) => `\x1b[33m${text}\x1b[39m`,
  good: (text) => `\x1b[32m${text}\x1b[39m`,
};

const same = (text: string) => text;
const PLAIN: Style = { strong: same, faint: same, hard: same, soft: same, good: same };

export function styleFor(coloured: boolean): Style {
  return coloured ? COLOURED : PLAIN;
}
