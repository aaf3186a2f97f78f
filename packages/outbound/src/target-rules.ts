import { isIP } from 'node:net';
import type { TargetRules } from '@hourglass/reports';
import type { AddressRules } from './address-rules.ts';

export interface TargetTerms {
  readonly addresses: AddressRules;
  /** Whether `http` is allowed beside `https`. */
  readonly allowsHttp: boolean;
}

const webPorts = [80, 443];
/** Below are services that a request could confuse: mail, name servers, shells. */
const firstFreePort = 1024;

/**
 * Checks URLs by their text. The addresses of names are checked when a connection is made, because they
 * can change at any time.
 */
export function targetRules({ addresses, allowsHttp }: TargetTerms): TargetRules {
  return {
    faultOf(text) {
      const expected = `expected an ${allowsHttp ? 'http or https' : 'https'} URL`;
      if (!URL.canParse(text)) return `is not a URL; ${expected}`;
      const url = new URL(text);
      if (url.protocol !== 'https:' && !(allowsHttp && url.protocol === 'http:'))
        return `has the scheme "${url.protocol.slice(0, -1)}"; ${expected}`;
      if (`${url.username}${url.password}` !== '') return 'contains credentials; expected a URL without them';
      if (url.hash !== '') return 'has a fragment; expected a URL without one';
      if (!isSanePort(url.port))
        return `has the port ${url.port}; expected 80, 443 or one from ${firstFreePort}`;
      const address = literalAddress(url);
      return address === null || addresses.isAllowed(address)
        ? null
        : `has the address ${address}, which is not on the public internet; expected a public address`;
    },
  };
}

/** The address in a URL; null: it has a name. The parser of URLs has resolved decimal, octal and hex forms. */
function literalAddress({ hostname }: URL): string | null {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return isIP(host) === 0 ? null : host;
}

/** Empty: the port of the scheme. */
function isSanePort(port: string): boolean {
  return port === '' || webPorts.includes(Number(port)) || Number(port) >= firstFreePort;
}
