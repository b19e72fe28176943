import type { Command } from 'commander';

/** All commands in the order of `--help`, and what each does. */
export const COMMANDS = {
  ingest: 'Read logs into the database, going on where the last run stopped.',
  top: 'What fails most, hard and soft side by side.',
  report: 'The nightly digest: is mail healthy, what changed, why, and what to do.',
  trend: 'Failures over time, a small picture for each group; a gap is where the log has nothing at all.',
  blocklists: 'Block lists that name our IPs and domains: since when, who uses them, whether it is over, where to ask for removal.',
  events: 'The classified events themselves, oldest first.',
  trace: 'The life of a message or a recipient: every attempt, its reply and cause, to the end.',
  explain: 'What a reply, a code or a whole bounce message means: hard or soft, who must act, the fix.',
  classify: 'Classify replies from stdin, one a line, as NDJSON in the same order.',
  suppress: 'Addresses to stop mailing: they failed for good, for a reason of their own that lasts, and took no mail since.',
  unknown: 'Replies that no rule knows, alike ones together, most frequent first, each with a rule to start from.',
  rules: 'The classification rules: list them, check a file of your own, test which one decides a reply.',
  reclassify: 'Apply changed rules to all history, and say what moved from which cause to which.',
  check: 'One line for cron and monitoring (Nagios, Icinga): is mail healthy? Exit code 0 ok, 1 warning, 2 critical, 3 unknown.',
  metrics: 'Counters and gauges for Prometheus, for node_exporter’s textfile collector.',
  status: 'Sources, how far each is read, how much of it was understood; the database and the last run.',
  prune: 'Drop events older than a span and give the space back; totals stay, and so does what is still open.',
  backup: 'Copy the database to a file, also while an ingest writes to it.',
  config: 'The configuration file: defaults for options.',
  complete: 'The shell’s completion of commands, options, causes, and of providers, hosts, lists and domains in the database.',
} as const;
export type CommandName = keyof typeof COMMANDS;

/** A command with its description. */
export function newCommand(program: Command, name: CommandName): Command {
  return program.command(name).description(COMMANDS[name]);
}
