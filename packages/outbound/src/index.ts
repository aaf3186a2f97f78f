export type { AddressRange } from './address-rules.ts';
export {
  createOutbound,
  createTargets,
  type Outbound,
  type OutboundTerms,
  type TargetSettings,
} from './outbound.ts';
