import { describe, expect, it } from 'vitest';
import { FailedRecipients } from '../../src/delivery/failed.js';

const dead = (index: number) => `dead${index}@company${index % 977}.example`;
const alive = (index: number) => `alive${index}@company${index % 977}.example`;
const rateOfWrong = (failed: FailedRecipients) =>
  Array.from({ length: 20_000 }, (_, index) => failed.mayHave(alive(index))).filter(Boolean).length / 20_000;

describe('the filter of failed recipients', () => {
  it('knows everybody who is in it, in any case of letters, and hardly anybody else', () => {
    const failed = new FailedRecipients();
    for (let index = 0; index < 10_000; index++) failed.add(dead(index));
    for (let index = 0; index < 10_000; index++) expect(failed.mayHave(dead(index).toUpperCase())).toBe(true);
    expect(rateOfWrong(failed)).toBeLessThan(0.001);
  });

  it('grows with a million dead addresses instead of taking everybody for one, and is restored as it was', () => {
    const failed = new FailedRecipients();
    for (let index = 0; index < 1_000_000; index++) failed.add(dead(index));
    expect(rateOfWrong(failed)).toBeLessThan(0.01);
    const restored = new FailedRecipients();
    restored.restore(failed.takeChanges());
    for (let index = 0; index < 1_000_000; index += 97) expect(restored.mayHave(dead(index))).toBe(true);
    expect(rateOfWrong(restored)).toBe(rateOfWrong(failed));
    // What comes later goes where the other one would have put it.
    for (const one of [failed, restored]) one.add('late@company.example');
    expect(restored.takeChanges().map(({ page }) => page)).toEqual(failed.takeChanges().map(({ page }) => page));
  });
});
