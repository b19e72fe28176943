import { execFileSync } from 'node:child_process';

/** Tests that run the command run what is in the sources now. */
export default function build(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
}
