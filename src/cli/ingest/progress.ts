import cliProgress from 'cli-progress';
import { safeText } from '../../render/safe.js';
import type { Source } from '../../source/source.js';

/** A bar on stderr for long work, on a terminal only. */
export class Progress {
  readonly #bar: cliProgress.SingleBar | null;
  readonly #done = new Map<Source, number>();
  readonly #started = Date.now();
  #shown = false;
  readonly #total: number;

  constructor(sources: readonly Source[], quiet: boolean) {
    this.#total = sources.reduce((sum, source) => sum + (source.size ?? 0), 0);
    const wanted = process.stderr.isTTY === true && !quiet && this.#total > 0;
    this.#bar = wanted
      ? new cliProgress.SingleBar(
          { format: '{bar} {percentage}% {name}', stream: process.stderr, clearOnComplete: true, hideCursor: true },
          cliProgress.Presets.rect,
        )
      : null;
  }

  update(source: Source, bytes: number): void {
    if (this.#bar === null) return;
    this.#done.set(source, Math.min(bytes, source.size ?? 0));
    // Work that is done at once needs no bar.
    if (!this.#shown && Date.now() - this.#started < 300) return;
    const name = safeText(source.name);
    if (!this.#shown) this.#bar.start(this.#total, 0, { name });
    this.#shown = true;
    let done = 0;
    for (const part of this.#done.values()) done += part;
    this.#bar.update(done, { name });
  }

  stop(): void {
    if (this.#shown) this.#bar?.stop();
    this.#shown = false;
  }
}
