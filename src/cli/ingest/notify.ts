import { spawn } from 'node:child_process';

/**
 * Tells systemd how a daemon is (sd_notify(3)), by its own command: Node has no datagram sockets of the UNIX kind. Says nothing
 * where systemd has not asked for it. The unit needs `NotifyAccess=all`.
 */
export class Notifier {
  readonly #asked: boolean;
  readonly #everyMs: number;
  #last = 0;

  constructor(env: NodeJS.ProcessEnv = process.env) {
    this.#asked = Boolean(env['NOTIFY_SOCKET']);
    const watchdog = Number(env['WATCHDOG_USEC']);
    // Twice in the time after which systemd gives up, as sd_watchdog_enabled(3) recommends.
    this.#everyMs = watchdog > 0 ? watchdog / 2000 : Number.POSITIVE_INFINITY;
  }

  ready(status: string): void {
    this.#tell('READY=1', `STATUS=${status}`);
  }

  stopping(): void {
    this.#tell('STOPPING=1');
  }

  /** To be called when a round of work has come to its end; `now` in UTC ms. */
  alive(now: number): void {
    if (now - this.#last < this.#everyMs) return;
    this.#last = now;
    this.#tell('WATCHDOG=1');
  }

  #tell(...words: string[]): void {
    if (!this.#asked) return;
    // Without the command systemd waits in vain and says so itself.
    spawn('systemd-notify', words, { stdio: 'ignore' }).on('error', () => {});
  }
}
