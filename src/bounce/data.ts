import { parse } from 'smol-toml';
import { readDataText } from './data-files.js';

/** What one of the TOML files of this folder says. The bundle has another module here, with what they say: parsing them took 10 ms of a report. */
export function readData(name: string): Record<string, unknown> {
  return parse(readDataText(name));
}
