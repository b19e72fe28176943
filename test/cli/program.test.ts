import { describe, expect, it } from 'vitest';
import { COMMANDS, type CommandName } from '../../src/cli/commands.js';
import { buildProgram } from '../../src/cli/program.js';

describe('the program', () => {
  it('shows the same help with one command loaded as with all', async () => {
    const all = (await buildProgram('help')).helpInformation();
    expect((await buildProgram(undefined)).helpInformation()).toBe(all);
    expect((await buildProgram('top')).helpInformation()).toBe(all);
  });

  it.each(Object.keys(COMMANDS) as CommandName[])('loads %s when it is asked for', async (name) => {
    const find = async (asked: string) => (await buildProgram(asked)).commands.find((command) => command.name() === name)?.helpInformation();
    expect(await find(name)).toBe(await find('help'));
  });
});
