import cliProgress from 'cli-progress';
import { safeText } from '../render/safe.js';

/** Work that is done sooner needs no bar. */
const PATIENCE_MS = 300;

/** A bar on stderr for long work, on a terminal only. */
export class Bar {
  readonly #bar: cliProgress.SingleBar | null;
  readonly #total: number;
  readonly #started = Date.now();
  #isShown = false;

  /** @param total of what `update` counts; 0 = there is nothing to do */
  constructor(total: number, quiet = false) {
    this.#total = total;
    const wanted = process.stderr.isTTY === true && !quiet && total > 0;
    this.#bar = wanted
      ? new cliProgress.SingleBar(
          { format: '{bar} {percentage}% {name}', stream: process.stderr, clearOnComplete: true, hideCursor: true },
          cliProgress.Presets.rect,
        )
      : null;
  }

  /** @param name what is worked at */
  update(done: number, name: string): void {
    if (this.#bar === null || (!this.#isShown && Date.now() - this.#started < PATIENCE_MS)) return;
    if (!this.#isShown) this.#bar.start(this.#total, 0, { name: safeText(name) });
    this.#isShown = true;
    this.#bar.update(done, { name: safeText(name) });
    // What works without a pause leaves the bar no turn of its own.
    this.#bar.render();
  }

  stop(): void {
    if (this.#isShown) this.#bar?.stop();
    this.#isShown = false;
  }
}
