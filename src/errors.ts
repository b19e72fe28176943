/** Something the user can mend: shown as one line, without a stack trace unless `--debug`. */
export class UserError extends Error {
  /** What to do about it, in one sentence. */
  readonly hint: string | null;
  /** Process exit code: 1 it failed, 2 wrong usage. */
  readonly exitCode: 1 | 2;

  constructor(message: string, options: { hint?: string; exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'UserError';
    this.hint = options.hint ?? null;
    this.exitCode = options.exitCode ?? 1;
  }
}
