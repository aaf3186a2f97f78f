import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { AddressRules } from './address-rules.ts';

/** The name has no address that may be connected to. */
export class AddressRefused extends Error {
  constructor() {
    super('its host has no address on the public internet');
    this.name = 'AddressRefused';
  }
}

/**
 * Resolves a name for a connection, and returns only addresses that are allowed. Because the connection is
 * made to what this returns, an answer of DNS that changes between a check and the connection does not
 * help. Not called for a literal address.
 */
export function checkedLookup(rules: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const [first, ...others] = addresses.filter(({ address }) => rules.isAllowed(address));
      if (first === undefined) return callback(new AddressRefused(), '', 0);
      if (options.all === true) return callback(null, [first, ...others] satisfies LookupAddress[]);
      return callback(null, first.address, first.family);
    });
  };
}
