import type { Source } from '../../source/source.js';
import { Bar } from '../bar.js';

/** How far all sources together are read. */
export class Progress {
  readonly #bar: Bar;
  readonly #total: number;
  readonly #done = new Map<Source, number>();
  #sum = 0;

  constructor(sources: readonly Source[], quiet: boolean) {
    this.#total = sources.reduce((sum, source) => sum + (source.size ?? 0), 0);
    this.#bar = new Bar(this.#total, quiet);
  }

  update(source: Source, bytes: number): void {
    const done = Math.min(bytes, source.size ?? 0);
    this.#sum += done - (this.#done.get(source) ?? 0);
    this.#done.set(source, done);
    this.#bar.update(this.#sum, source.name);
  }

  /** All is read, and something else goes on. */
  finish(name: string): void {
    this.#bar.update(this.#total, name);
  }

  stop(): void {
    this.#bar.stop();
  }
}
