import { describe, expect, it } from 'vitest';
import { exim, postfix } from '../records.js';
import { forms, inWords } from './forms.js';

describe('every form of Postfix', () => {
  it.each(forms('postfix.txt'))('$line', ({ line, expected }) => {
    const bar = line.indexOf(' | ');
    expect(inWords(postfix(line.slice(bar + 3), line.slice(0, bar)))).toBe(expected);
  });
});

describe('every form of Exim', () => {
  it.each(forms('exim.txt'))('$line', ({ line, expected }) => {
    expect(inWords(exim(line))).toBe(expected);
  });
});
