import { describe, expect, it } from 'vitest';
import { bar, sparkline } from '../../src/render/sparkline.js';
import { humaneTime } from '../../src/render/time.js';
import { clip, columns, padded, wrap } from '../../src/render/wrap.js';

describe('text in columns', () => {
  it('counts wide characters twice, combining ones not at all', () => {
    expect(['abc', '日本語', 'é', '📮', '👩‍💻'].map(columns)).toEqual([3, 6, 1, 2, 2]);
    expect(padded('日本', 6)).toBe('日本  ');
  });

  it('is cut between characters as people see them', () => {
    expect(clip('日本語テスト', 7)).toBe('日本語…');
    expect(columns(clip('日本語テスト', 6))).toBeLessThanOrEqual(6);
    expect(clip('👩‍💻👩‍💻👩‍💻', 5)).toBe('👩‍💻👩‍💻…');
    expect(clip('short', 10)).toBe('short');
    expect(['short', '日本'].map((text) => clip(text, 1))).toEqual(['…', '…']);
    expect(['short', '日本'].map((text) => clip(text, 0))).toEqual(['…', '…']);
  });

  it('is wrapped at its width', () => {
    for (const line of wrap('日本語 テスト 日本語 テスト 日本語', 14)) expect(columns(line)).toBeLessThanOrEqual(14);
  });
});

describe('small pictures', () => {
  it('are as high as their share of the highest', () => {
    expect(sparkline([0, 1, 4, 8, null, 8])).toBe('·▁▄█ █');
    expect(sparkline([0, 0])).toBe('··');
  });

  it('are as long as their share of the whole', () => {
    expect([0, 0.5, 1, 0.3].map((share) => bar(share, 4))).toEqual(['', '██', '████', '█▎']);
  });
});

describe('a time of the last day', () => {
  const now = Date.parse('2026-11-24T12:00:00Z');
  it.each([
    ['2026-11-24T11:59:40Z', 'just now'],
    ['2026-11-24T11:57:00Z', '3 min ago'],
    ['2026-11-24T07:00:00Z', '5 h ago'],
    ['2026-11-23T07:00:00Z', '23 Nov 07:00'],
    ['2026-11-24T12:30:00Z', '24 Nov 12:30'],
  ])('%s is %s', (time, text) => {
    expect(humaneTime(Date.parse(time), 'UTC', now)).toBe(text);
  });
});
