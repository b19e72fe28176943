import { detach } from '../log/encoding.js';
import type { Mta } from '../log/record.js';
import { type Classification, Classifier } from './classify.js';
import { type Listing, listingOf } from './listings.js';
import { isMeaningfulName } from './names.js';
import { type Reply, readBareReply, readReply, type Stage } from './reply.js';
import { isLocalTransport, ownStage } from './said-exim.js';
import { type MaskContext, maskReply, NO_CONTEXT } from './template.js';

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
  readonly #kinds = new Map<string, ReplyKind>();
  readonly #maxKinds: number;
  readonly #stages = new Map<string, Stage>();

  /** @param maxKinds distinct kinds to remember before new ones share one `{text}` kind per code */
  constructor(classifier: Classifier = new Classifier(), maxKinds = 50_000) {
    this.#classifier = classifier;
    this.#maxKinds = maxKinds;
  }

  /** Makes a kind known that was found in an earlier run. */
  remember(kind: ReplyKind): void {
    this.#kinds.set(detach(keyOf(kind.template, kind, kind.provider)), kind);
  }

  /** Reads what an MTA logged for one try, at a receiver of this provider. */
  read(text: string, mta: Mta, dsn: string | null, transport: string | null, context: MaskContext, provider: string | null): ReadReply {
    return this.#interpret(readReply(text, mta, dsn, transport, later), transport, context, provider);
  }

  /** Reads a reply given as text alone. @param status of a reporting MTA, for a reply that has none; `x.0.0` says nothing */
  readBare(text: string, provider: string | null = null, status: string | null = null): ReadReply & { reply: Reply } {
    const reply = readBareReply(text, later);
    if (status !== null && !status.endsWith('.0.0')) reply.enhanced ??= status;
    return { ...this.#interpret(reply, null, NO_CONTEXT, provider), reply };
  }

  #interpret(reply: Reply, transport: string | null, context: MaskContext, saidBy: string | null): ReadReply {
    const provider = saidBy !== null && this.#classifier.providers.has(saidBy) ? saidBy : null;
    let { template, values } = maskReply(reply.text, context, isMeaningfulName);
    if (reply.stage === 'unknown') reply.stage = this.#stageOf(template, transport);
    let kind = this.#kinds.get(keyOf(template, reply, provider));
    if (kind === undefined && this.#kinds.size >= this.#maxKinds) {
      template = '{text}';
      values = [reply.text];
      kind = this.#kinds.get(keyOf(template, reply, provider));
    }
    kind ??= this.#add(template, reply, provider);
    const isListing = kind.cause === 'ip-blocklisted' || kind.cause === 'domain-blocklisted';
    const listing = isListing ? listingOf(reply.text, kind.cause === 'ip-blocklisted' ? 'ip' : 'domain') : null;
    return { kind, values, listing };
  }

  /** The stage that our own MTA's words show: looked for once for each template, not for each reply. */
  #stageOf(template: string, transport: string | null): Stage {
    if (transport !== null && isLocalTransport(transport)) return 'local';
    let stage = this.#stages.get(template);
    if (stage === undefined) {
      stage = ownStage(template, null);
      if (this.#stages.size >= this.#maxKinds) this.#stages.clear();
      this.#stages.set(detach(template), stage);
    }
    return stage;
  }

  #add(template: string, reply: Reply, provider: string | null): ReplyKind {
    const { code, enhanced, stage } = reply;
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

const later = (): Stage => 'unknown';

function keyOf(
  template: string,
  { code, enhanced, stage }: { code: number | null; enhanced: string | null; stage: Stage },
  provider: string | null,
): string {
  return `${stage} ${code ?? ''} ${enhanced ?? ''} ${provider ?? ''} ${template}`;
}
