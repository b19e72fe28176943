import { CommanderError } from 'commander';
import { UserError } from '../errors.js';
import { safeText } from '../render/safe.js';
import { buildProgram } from './program.js';

/** Runs one command line and sets the exit code: 0 done, 1 it failed, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    const program = await buildProgram(argv.slice(2).find((word) => !word.startsWith('-')));
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else process.exitCode = report(error, argv.includes('--debug'));
  }
}

/** Tells the user in one line what went wrong and what to do; the stack trace only on request. */
function report(error: unknown, debug: boolean): number {
  const known = error instanceof UserError;
  const message = error instanceof Error ? error.message : String(error);
  const hint = known ? error.hint : 'This should not happen; run again with --debug and report it.';
  process.stderr.write(`bouncelog: ${safeText(message)}${hint === null ? '' : `. ${hint}`}\n`);
  if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n${error.cause instanceof Error ? `${error.cause.stack}\n` : ''}`);
  return known ? error.exitCode : 1;
}
