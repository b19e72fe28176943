import { execSync } from 'node:child_process';

/** Tests that run the command run what is in the sources now. */
export default function build(): void {
  execSync('npm run -s build', { stdio: 'inherit' });
}
