import { addName, mayHaveLowerCase, mayHaveName } from './bloom.js';

/** One megabyte in all: half a million addresses with one wrong in a thousand; more only make more wrong ones. */
const PAGES = 256;
/** With the row's head just one page of the database. */
const PAGE_BYTES = 4000;

/** A part of the filter, as it is stored. */
export interface FailedPage {
  page: number;
  bits: Uint8Array;
}

/**
 * The recipients to whom a delivery has failed for good, as a Bloom filter: only of them it is noted that mail reached them
 * later, so that nobody is suppressed who takes mail again. Delivered mail is not kept by recipient otherwise.
 */
export class FailedRecipients {
  readonly #pages = Array.from({ length: PAGES }, () => new Uint8Array(PAGE_BYTES));
  readonly #changed = new Set<number>();

  restore(pages: Iterable<FailedPage>): void {
    for (const { page, bits } of pages) this.#pages[page]?.set(bits);
  }

  add(recipient: string): void {
    const page = pageOf(recipient);
    addName(this.#page(page), recipient);
    this.#changed.add(page);
  }

  mayHave(recipient: string): boolean {
    return mayHaveName(this.#page(pageOf(recipient)), recipient);
  }

  /** The same, of a recipient in `bytes[start, end)` whose letters in lower case have this FNV-1a hash. */
  mayHaveAt(bytes: Uint8Array, start: number, end: number, fnv: number): boolean {
    let hash = end - start;
    const last = Math.min(end, start + PAGE_LETTERS);
    for (let i = start; i < last; i++) hash = (Math.imul(hash, 31) + ((bytes[i] as number) | 32)) | 0;
    return mayHaveLowerCase(this.#page((hash >>> 0) % PAGES), fnv);
  }

  /** Pages that changed since the last call. */
  takeChanges(): FailedPage[] {
    const changed = [...this.#changed].map((page) => ({ page, bits: this.#page(page) }));
    this.#changed.clear();
    return changed;
  }

  #page(number: number): Uint8Array {
    return this.#pages[number] ?? (this.#pages[0] as Uint8Array);
  }
}

const PAGE_LETTERS = 24;

/** By length and a few letters: good enough to spread addresses, and quick. */
function pageOf(recipient: string): number {
  let hash = recipient.length;
  const last = Math.min(recipient.length, PAGE_LETTERS);
  for (let i = 0; i < last; i++) hash = (Math.imul(hash, 31) + (recipient.charCodeAt(i) | 32)) | 0;
  return (hash >>> 0) % PAGES;
}
