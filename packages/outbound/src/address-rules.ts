import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A network, or one address with the prefix of all its bits. */
export interface AddressRange {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
  readonly prefixBits: number;
}

/** Which addresses may be connected to. */
export interface AddressRules {
  isAllowed(address: string): boolean;
}

/** Azure's metadata and DNS, at an address of the public range. */
const metadataOfAzure = '168.63.129.16';

/**
 * Allows addresses of the public internet, and those of `networks`. Registries of IANA decide what is
 * public: loopback, private, link-local (with the metadata of clouds), shared (CGNAT), multicast, reserved
 * and documentation ranges are not, nor are IPv6 addresses that contain an IPv4 address (mapped, NAT64,
 * 6to4, Teredo), because what they reach depends on the network.
 */
export function addressRules(networks: readonly AddressRange[]): AddressRules {
  const allowed = new BlockList();
  for (const { family, address, prefixBits } of networks) allowed.addSubnet(address, prefixBits, family);
  return {
    isAllowed(address) {
      const version = isIP(address);
      if (version === 0) return false;
      if (allowed.check(address, version === 4 ? 'ipv4' : 'ipv6') && !isMapped(address)) return true;
      return isPublic(address) && address !== metadataOfAzure;
    },
  };
}

/** IANA has allotted public IPv6 addresses from 2000::/3 only; the registry does not list the rest. */
function isPublic(address: string): boolean {
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(ipaddr.IPv6.parse('2000::'), 3);
}

/** `BlockList` compares the IPv4 address of a mapped one. */
function isMapped(address: string): boolean {
  return address.includes(':') && ipaddr.parse(address).range() === 'ipv4Mapped';
}
