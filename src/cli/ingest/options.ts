export interface IngestCommandOptions {
  db?: string;
  format: 'auto' | 'postfix' | 'exim';
  tz?: string;
  year?: number;
  host?: string;
  journal?: boolean;
  follow?: boolean;
  anonymize?: boolean;
  rules?: string;
  maxOpen?: number;
  maxAge?: number;
  dryRun?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  batchBytes?: number;
  threadBytes?: number;
}
