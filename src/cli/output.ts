import { once } from 'node:events';
import { UserError } from '../errors.js';

/** How stdout wants its tables. */
export interface Terminal {
  width: number;
  coloured: boolean;
  isTerminal: boolean;
}

/** 80 columns where the width is not known; colour only on a terminal, and not with NO_COLOR (no-color.org). */
export function terminal(): Terminal {
  const isTerminal = process.stdout.isTTY === true;
  const columns = isTerminal ? process.stdout.columns : Number(process.env['COLUMNS']);
  return {
    width: Math.min(Math.max(columns || 80, 60), 160),
    coloured: isTerminal && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    isTerminal,
  };
}

/** Writes to stdout and waits where the reader is slower than we are. */
export async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/**
 * Writes text for people: what does not fit the terminal goes through a pager, as git does it. `$PAGER` names another one, `cat`
 * or nothing none. The pager is a program without arguments; no shell reads the variable.
 */
export async function writePaged(text: string): Promise<void> {
  const pager = process.env['BOUNCELOG_PAGER'] ?? process.env['PAGER'] ?? 'less';
  const isLong = process.stdout.isTTY === true && text.split('\n').length > (process.stdout.rows || 24);
  if (!isLong || pager === '' || pager === 'cat' || !(await throughPager(pager, text))) await write(text);
}

/** @returns `false` when there is no such pager */
async function throughPager(pager: string, text: string): Promise<boolean> {
  const { spawn } = await import('node:child_process');
  // F: what fits is only printed; R: colours; X: it stays on the screen.
  const child = spawn(pager, [], { stdio: ['pipe', 'inherit', 'inherit'], env: { ...process.env, LESS: process.env['LESS'] ?? 'FRX' } });
  // Whoever has seen enough closes it before the end.
  child.stdin.on('error', () => {});
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', () => resolve(true));
  });
  child.stdin.end(text);
  return await ended;
}

/** Writes many small pieces in few writes. */
export async function writeAll(pieces: Iterable<string>): Promise<void> {
  let buffer = '';
  for (const piece of pieces) {
    buffer += piece;
    if (buffer.length >= 65_536) {
      await write(buffer);
      buffer = '';
    }
  }
  await write(buffer);
}

/** A whole number, 0 or more. */
export function wholeNumber(option: string): (text: string) => number {
  return (text) => {
    if (!/^\d+$/.test(text)) throw new UserError(`${option} takes a whole number, not "${text}"`, { exitCode: 2 });
    return Number(text);
  };
}
