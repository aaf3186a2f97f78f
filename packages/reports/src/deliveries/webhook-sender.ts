import type { SendOutcome } from './delivery.ts';

/** Sends one body to a URL. */
export interface WebhookSender {
  /** Resolves whatever happens, unless `signal` aborts: then it rejects with its reason. */
  post(
    request: {
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    },
    signal: AbortSignal,
  ): Promise<SendOutcome>;
}
