import { resultLinkKeyPurpose } from '../results/result-link-store.ts';
import { signedArchivePath } from '../results/result-link.ts';
import type { SigningKeys } from '../results/signing-keys.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import type { DeliveryLinks } from './send-target.ts';

/** Makes links to the API at `publicUrl`, which must be set where deliveries contain links. */
export function createDeliveryLinks({
  deliveries,
  signingKeys,
  publicUrl,
}: {
  readonly deliveries: Pick<DeliveryQueue, 'linkTo'>;
  readonly signingKeys: SigningKeys;
  readonly publicUrl: string | null;
}): DeliveryLinks {
  return {
    async linkOf({ id: deliveryId, queryId, scope }) {
      if (queryId === null) return null;
      if (publicUrl === null)
        throw new Error('HOURGLASS_PUBLIC_URL of the worker is unset; expected that of the API');
      // Read before the link is stored: a rotation of the key between both ends the link.
      const key = await signingKeys.keyFor(resultLinkKeyPurpose);
      const stored = await deliveries.linkTo(deliveryId);
      if (stored === null) return null;
      const { id: linkId, expiresAt } = stored;
      const expiresSeconds = Math.floor(expiresAt.getTime() / 1000);
      const link = { ...scope, id: queryId, linkId, expiresSeconds };
      return { url: `${publicUrl.replace(/\/+$/, '')}${signedArchivePath(link, key)}`, expiresAt };
    },
  };
}
