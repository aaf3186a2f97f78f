import { promises as dns, type LookupAddress } from 'node:dns';
import { isIPv6, type LookupFunction } from 'node:net';
import type { AddressRules } from './address-rules.ts';

/** The name has no address that may be connected to. */
export class AddressRefused extends Error {
  constructor() {
    super('its host has no address on the public internet');
    this.name = 'AddressRefused';
  }
}

/** Resolves a name to its addresses, of whatever network. */
export type ResolveName = (hostname: string) => Promise<readonly string[]>;

const tryTimeoutMs = 2_000;
const maxTries = 2;

/** Creates a resolver for names of clients, with the servers of this machine or, in tests, others. */
export function createResolver(servers?: readonly string[]): dns.Resolver {
  const resolver = new dns.Resolver({ timeout: tryTimeoutMs, tries: maxTries });
  if (servers !== undefined) resolver.setServers(servers);
  return resolver;
}

/**
 * Resolves by DNS and not by `getaddrinfo`, which takes a thread of the pool for each name: a slow name
 * server of a client would hold up files and compression. The hosts file is therefore asked only with
 * `usesHostsFile`, for names that DNS does not know, one at a time.
 */
export function nameResolver(
  resolver: Pick<dns.Resolver, 'resolve4' | 'resolve6'>,
  { usesHostsFile }: { readonly usesHostsFile: boolean },
): ResolveName {
  let last: Promise<unknown> = Promise.resolve();
  const fromHostsFile = (hostname: string): Promise<readonly string[]> => {
    const found = last.then(() => lookUp(hostname));
    last = found.catch(() => undefined);
    return found;
  };
  return async (hostname) => {
    const name = hostname.toLowerCase().replace(/\.$/, '');
    // RFC 6761: always this machine.
    if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1', '::1'];
    const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = [four, six].flatMap((found) => (found.status === 'fulfilled' ? found.value : []));
    if (addresses.length > 0) return addresses;
    if (usesHostsFile) return fromHostsFile(name);
    throw four.status === 'rejected' ? four.reason : new AddressRefused();
  };
}

async function lookUp(hostname: string): Promise<readonly string[]> {
  const found = await dns.lookup(hostname, { all: true });
  return found.map(({ address }) => address);
}

/**
 * Resolves a name for a connection, and returns only addresses that are allowed. Because the connection is
 * made to what this returns, an answer of DNS that changes between a check and the connection does not
 * help. Not called for a literal address.
 */
export function checkedLookup(rules: AddressRules, resolve: ResolveName): LookupFunction {
  return (hostname, options, callback) => {
    const answer = async (): Promise<void> => {
      let allowed: AllowedAddresses;
      try {
        allowed = allowedOf(await resolve(hostname), rules);
      } catch (error) {
        callback(error as NodeJS.ErrnoException, '', 0);
        return;
      }
      if (options.all === true) callback(null, [...allowed]);
      else callback(null, allowed[0].address, allowed[0].family);
    };
    void answer();
  };
}

type AllowedAddresses = readonly [LookupAddress, ...LookupAddress[]];

/** @throws AddressRefused if none is allowed */
function allowedOf(addresses: readonly string[], rules: AddressRules): AllowedAddresses {
  const [first, ...others] = addresses
    .filter((address) => rules.isAllowed(address))
    .map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  if (first === undefined) throw new AddressRefused();
  return [first, ...others];
}
