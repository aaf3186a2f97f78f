import type { ShownTargetView } from '@hourglass/contract';
import type { Texts } from '../../text/texts.tsx';

/** A target in words: its kind, and the part of its address that is no secret. */
export function targetText(target: ShownTargetView, t: Texts['t']): string {
  const { kind, host, to, bucket, prefix = '', endpoint } = target;
  const address = to?.join(', ') ?? host ?? (bucket === undefined ? endpoint : `${bucket}/${prefix}`);
  return address === undefined ? t(`delivery.${kind}`) : `${t(`delivery.${kind}`)} · ${address}`;
}
