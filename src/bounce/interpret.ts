import { detach } from '../log/encoding.js';
import type { Mta } from '../log/record.js';
import { type Classification, Classifier } from './classify.js';
import { type BlockList, knownList, type Listing, listingOf } from './listings.js';
import { laterByTemplate, type MaskedReply, masked, maskedReply } from './masked.js';
import { type Reply, readBareReply } from './reply.js';
import { isLocalTransport, ownStage } from './said-exim.js';
import type { Stage } from './stage.js';
import { fillTemplate, type MaskContext, NO_CONTEXT } from './template.js';

/** One distinct kind of reply, with our reading of it. The same object for the same kind, as long as it is remembered. */
export interface ReplyKind extends Classification {
  template: string;
  code: number | null;
  enhanced: string | null;
  stage: Stage;
  /** Who said it, where rules tell this provider's replies apart; else `null`. */
  provider: string | null;
  /** Set by the store: the id of its row. */
  id: number | null;
}

/** A reply read: its kind, what is particular to it, and the block list it names. */
export interface ReadReply {
  kind: ReplyKind;
  values: string[];
  listing: Listing | null;
}

/**
 * From what an MTA logged to a classified kind of reply. Remembers kinds, so that classifying is done once
 * for each, and bounds their number: a server that writes random text gets one kind per code.
 */
export class Interpreter {
  readonly #classifier: Classifier;
  /** By template: a text is looked up once, whatever its codes. */
  readonly #templates = new Map<string, Remembered>();
  readonly #maxKinds: number;
  #kinds = 0;

  /** @param maxKinds distinct kinds to remember before new ones share one `{text}` kind per code */
  constructor(classifier: Classifier = new Classifier(), maxKinds = 50_000) {
    this.#classifier = classifier;
    this.#maxKinds = maxKinds;
  }

  /** Makes a kind known that was found in an earlier run. */
  remember(kind: ReplyKind): void {
    const template = this.#templates.get(kind.template);
    if (template === undefined) this.#templates.set(kind.template, { ownStage: null, list: undefined, kinds: [kind] });
    else template.kinds.push(kind);
    this.#kinds++;
  }

  /** Reads what an MTA logged for one try, at a receiver of this provider. */
  read(text: string, mta: Mta, dsn: string | null, transport: string | null, context: MaskContext, provider: string | null): ReadReply {
    return this.readMasked(maskedReply(text, mta, dsn, transport, context), transport, context, provider);
  }

  /** Reads a reply given as text alone. @param status of a reporting MTA, for a reply that has none; `x.0.0` says nothing */
  readBare(text: string, provider: string | null = null, status: string | null = null): ReadReply & { reply: Reply } {
    const reply = readBareReply(text, laterByTemplate);
    if (status !== null && !status.endsWith('.0.0')) reply.enhanced ??= status;
    const read = this.readMasked(masked(reply, NO_CONTEXT), null, NO_CONTEXT, provider);
    return { ...read, reply: { ...reply, stage: read.kind.stage } };
  }

  /** The same of a reply that is masked already, in this context. */
  readMasked(reply: MaskedReply, transport: string | null, context: MaskContext, saidBy: string | null): ReadReply {
    const provider = saidBy !== null && this.#classifier.providers.has(saidBy) ? saidBy : null;
    let { template, values } = reply;
    let known = this.#templates.get(template);
    const stage = reply.stage === 'unknown' ? stageOf(template, transport, known) : reply.stage;
    const codes = { code: reply.code, enhanced: reply.enhanced, stage };
    const text = () => fillTemplate(reply.template, reply.values, context);
    let kind = kindOf(known, codes, provider);
    if (kind === undefined && this.#kinds >= this.#maxKinds) {
      template = '{text}';
      values = [text()];
      known = this.#templates.get(template);
      kind = kindOf(known, codes, provider);
    }
    kind ??= this.#add(template, codes, provider);
    return { kind, values, listing: this.#listingOf(kind, text) };
  }

  /** A list that we know by name stands in the template; its subject varies. */
  #listingOf(kind: ReplyKind, textOf: () => string): Listing | null {
    if (kind.cause !== 'ip-blocklisted' && kind.cause !== 'domain-blocklisted') return null;
    const text = textOf();
    const subject = kind.cause === 'ip-blocklisted' ? 'ip' : 'domain';
    const known = kind.template === '{text}' ? undefined : this.#templates.get(kind.template);
    if (known === undefined) return listingOf(text, subject);
    if (known.list === undefined) known.list = knownList(text);
    return listingOf(text, subject, known.list);
  }

  #add(template: string, { code, enhanced, stage }: Omit<Reply, 'text'>, provider: string | null): ReplyKind {
    const kind = {
      template: detach(template),
      code,
      enhanced: enhanced && detach(enhanced),
      stage,
      provider,
      id: null,
      ...this.#classifier.classify({ template, code, enhanced, stage, provider }),
    };
    this.remember(kind);
    return kind;
  }
}

/** What is known of a template. */
interface Remembered {
  /** The stage that our own MTA's words show; `null` = not looked for yet. */
  ownStage: Stage | null;
  /** The block list in it that we know by name, `null` = none; `undefined` = not looked for yet. */
  list: BlockList | null | undefined;
  /** Hardly ever more than one or two: the codes stand in the template too. */
  kinds: ReplyKind[];
}

/** The stage that our own MTA's words show: looked for once for each template, not for each reply. */
function stageOf(template: string, transport: string | null, known: Remembered | undefined): Stage {
  if (transport !== null && isLocalTransport(transport)) return 'local';
  if (known === undefined) return ownStage(template, null);
  known.ownStage ??= ownStage(template, null);
  return known.ownStage;
}

function kindOf(known: Remembered | undefined, { code, enhanced, stage }: Omit<Reply, 'text'>, provider: string | null): ReplyKind | undefined {
  return known?.kinds.find((kind) => kind.code === code && kind.stage === stage && kind.enhanced === enhanced && kind.provider === provider);
}
