/** Kinds of reply that went from one cause to another. */
export interface Moved {
  from: string;
  to: string;
  /** Kinds of reply. */
  kinds: number;
  /** Failures of these kinds. */
  failures: number;
  /** The rules that decide now; `null` where none does. */
  rules: (string | null)[];
  /** The kind with the most failures. */
  sample: string;
}

export interface ReclassifyAnswer {
  /** Kinds of reply looked at. */
  kinds: number;
  /** Greatest first. */
  moved: Moved[];
  /** Nothing was changed. */
  dryRun: boolean;
}
