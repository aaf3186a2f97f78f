import type { ClaimedDelivery, DeliveryQueue } from './delivery-queue.ts';

interface DeliveryLease {
  /** Aborts when another attempt may have begun. */
  readonly lost: AbortSignal;
  end(): void;
}

/**
 * Prolongs the lease of an attempt three times in its duration. When the database cannot be reached, the
 * attempt goes on: it may be repeated, which is allowed.
 */
export function keepDeliveryLease(
  deliveries: Pick<DeliveryQueue, 'renew'>,
  delivery: ClaimedDelivery,
  { leaseMs }: { readonly leaseMs: number },
): DeliveryLease {
  const lost = new AbortController();
  const renew = async () => {
    const isHeld = await deliveries.renew(delivery, leaseMs).catch(() => true);
    if (!isHeld) lost.abort(new Error('another attempt has begun'));
  };
  const timer = setInterval(() => void renew(), leaseMs / 3);
  return { lost: lost.signal, end: () => clearInterval(timer) };
}
