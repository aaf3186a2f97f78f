import { createHash } from 'node:crypto';

/** Keys of `password_failures`, of one length for any input. */
export function failureKeys(
  email: string,
  address: string,
): { readonly pair: string; readonly address: string; readonly account: string } {
  return {
    pair: keyOf(['pair', email, address]),
    address: keyOf(['address', address]),
    account: keyOf(['account', email]),
  };
}

/** Key of `sign_in_addresses`. */
export function addressKey(address: string): string {
  return keyOf(['known', address]);
}

function keyOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
