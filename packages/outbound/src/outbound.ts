import http from 'node:http';
import https from 'node:https';
import type { MailSender, TargetRules, WebhookSender } from '@hourglass/reports';
import { addressRules, type AddressRange } from './address-rules.ts';
import { checkedLookup, createResolver, nameResolver } from './checked-lookup.ts';
import type { MailSettings } from './mail.ts';
import { createPoster } from './post.ts';
import { targetRules } from './target-rules.ts';

export interface TargetSettings {
  /** Networks that are allowed beside the public internet. */
  readonly networks: readonly AddressRange[];
  /** Whether `http` is allowed beside `https`. */
  readonly allowsHttp: boolean;
}

export interface OutboundTerms extends TargetSettings {
  readonly timeoutMs: number;
  /** Null: no e-mail is sent. */
  readonly smtpUrl: string | null;
  readonly smtpFrom: string | null;
}

/** The senders of deliveries. */
export interface Outbound {
  readonly targets: TargetRules;
  readonly webhooks: WebhookSender;
  /** Null: no mail server is configured. */
  readonly mail: MailSender | null;
  /** Connect only to allowed addresses, of names; the text of a URL is checked by `targets`. */
  readonly agents: { readonly httpAgent: http.Agent; readonly httpsAgent: https.Agent };
  close(): void;
}

/** Creates the rules for URLs of receivers, without any sender. */
export function createTargets({ networks, allowsHttp }: TargetSettings): TargetRules {
  return targetRules({ addresses: addressRules(networks), allowsHttp });
}

export function createOutbound({ timeoutMs, smtpUrl, smtpFrom, ...settings }: OutboundTerms): Outbound {
  // Names of networks of the operator may be in the hosts file.
  const usesHostsFile = settings.networks.length > 0;
  const resolve = nameResolver(createResolver(), { usesHostsFile });
  const lookup = checkedLookup(addressRules(settings.networks), resolve);
  const targets = createTargets(settings);
  const agents = { httpAgent: new http.Agent({ lookup }), httpsAgent: new https.Agent({ lookup }) };
  const mail =
    smtpUrl === null || smtpFrom === null ? null : lazyMail({ url: smtpUrl, from: smtpFrom, timeoutMs });
  return {
    targets,
    webhooks: createPoster({ targets, lookup, timeoutMs }),
    mail,
    agents,
    close() {
      mail?.close();
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

/** Loads the mail library with the first mail. */
function lazyMail(settings: MailSettings): MailSender & { close(): void } {
  let opened: Promise<MailSender & { close(): void }> | undefined;
  const open = async () => (await import('./mail.ts')).createMailSender(settings);
  return {
    async send(mail, signal) {
      opened ??= open();
      return (await opened).send(mail, signal);
    },
    close: () => void opened?.then((sender) => sender.close()),
  };
}
