import { addName, bitsSet, mayHaveLowerCase, mayHaveName } from './bloom.js';

/**
 * Pages of each layer: one, four and sixteen megabytes. A host to which a million addresses are dead needs the second; a filter of one size
 * would be full of them, and every recipient look like one of these.
 */
const LAYERS = [256, 1024, 4096];
/** A layer takes no more when so much of it is set: then one name in 250 that is not there seems to be there. */
const FULL = 0.4;
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
  readonly #layers: Layer[] = [newLayer(0)];
  readonly #changed = new Set<number>();

  restore(pages: Iterable<FailedPage>): void {
    for (const { page, bits } of pages) {
      while (page >= this.#last.first + this.#last.pages.length && this.#layers.length < LAYERS.length)
        this.#layers.push(newLayer(this.#layers.length));
      const layer = this.#layers.find(({ first, pages: own }) => page >= first && page < first + own.length);
      layer?.pages[page - layer.first]?.set(bits);
    }
    for (const layer of this.#layers) layer.set = layer.pages.reduce((sum, page) => sum + bitsSet(page), 0);
  }

  add(recipient: string): void {
    if (this.mayHave(recipient)) return;
    if (this.#last.set > this.#last.pages.length * PAGE_BYTES * 8 * FULL && this.#layers.length < LAYERS.length) {
      this.#layers.push(newLayer(this.#layers.length));
    }
    const layer = this.#last;
    const number = hashOf(recipient) % layer.pages.length;
    layer.set += addName(layer.pages[number] as Uint8Array, recipient);
    this.#changed.add(layer.first + number);
  }

  mayHave(recipient: string): boolean {
    const hash = hashOf(recipient);
    return this.#layers.some(({ pages }) => mayHaveName(pages[hash % pages.length] as Uint8Array, recipient));
  }

  /** The same, of a recipient in `bytes[start, end)` whose letters in lower case have this FNV-1a hash. */
  mayHaveAt(bytes: Uint8Array, start: number, end: number, fnv: number): boolean {
    let hash = end - start;
    const last = Math.min(end, start + PAGE_LETTERS);
    for (let i = start; i < last; i++) hash = (Math.imul(hash, 31) + ((bytes[i] as number) | 32)) | 0;
    for (const { pages } of this.#layers) if (mayHaveLowerCase(pages[(hash >>> 0) % pages.length] as Uint8Array, fnv)) return true;
    return false;
  }

  /** Pages that changed since the last call. */
  takeChanges(): FailedPage[] {
    const changed = [...this.#changed].map((page) => {
      const layer = this.#layers.find(({ first, pages }) => page >= first && page < first + pages.length) as Layer;
      return { page, bits: layer.pages[page - layer.first] as Uint8Array };
    });
    this.#changed.clear();
    return changed;
  }

  get #last(): Layer {
    return this.#layers.at(-1) as Layer;
  }
}

interface Layer {
  /** The number of its first page among all. */
  first: number;
  pages: Uint8Array[];
  /** Bits that are set. */
  set: number;
}

function newLayer(index: number): Layer {
  const first = LAYERS.slice(0, index).reduce((sum, pages) => sum + pages, 0);
  return { first, pages: Array.from({ length: LAYERS[index] as number }, () => new Uint8Array(PAGE_BYTES)), set: 0 };
}

const PAGE_LETTERS = 24;

/** By length and a few letters: good enough to spread addresses, and quick. */
function hashOf(recipient: string): number {
  let hash = recipient.length;
  const last = Math.min(recipient.length, PAGE_LETTERS);
  for (let i = 0; i < last; i++) hash = (Math.imul(hash, 31) + (recipient.charCodeAt(i) | 32)) | 0;
  return hash >>> 0;
}
