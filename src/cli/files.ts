import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { UserError } from '../errors.js';

/**
 * Writes a file that others read: they see the old one or the new one, never a part.
 * @param option that named the file
 * @throws UserError when it cannot be written
 */
export function replaceFile(path: string, text: string, option: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o644 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new UserError(`${path}: ${(error as Error).message}`, { hint: `Choose another file with ${option}.`, cause: error });
  }
}
