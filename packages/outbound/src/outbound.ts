import type { TargetRules, WebhookSender } from '@hourglass/reports';
import { addressRules, type AddressRange } from './address-rules.ts';
import { checkedLookup } from './checked-lookup.ts';
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
}

/** The senders of deliveries. */
export interface Outbound {
  readonly webhooks: WebhookSender;
}

/** Creates the rules for URLs of receivers, without any sender. */
export function createTargets({ networks, allowsHttp }: TargetSettings): TargetRules {
  return targetRules({ addresses: addressRules(networks), allowsHttp });
}

export function createOutbound({ timeoutMs, ...settings }: OutboundTerms): Outbound {
  const lookup = checkedLookup(addressRules(settings.networks));
  return { webhooks: createPoster({ targets: createTargets(settings), lookup, timeoutMs }) };
}
