import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Request } from 'express';
import type { AddressRange } from '@hourglass/platform';

const mappedIpv4 = /^::ffff:(?<ipv4>\d+\.\d+\.\d+\.\d+)$/i;

/**
 * The address by which the client of a request is counted. It is the last one in `X-Forwarded-For`
 * that is no trusted proxy, or the one of the connection.
 */
export function clientAddress({
  ip = '',
  socket,
}: Pick<Request, 'socket'> & Partial<Pick<Request, 'ip'>>): string {
  // A client may have sent any text, and some proxies add a port.
  return countedAddress(isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip);
}

/**
 * The address by which a client is counted: an IPv4 address, or the /64 network of an IPv6 address,
 * which is the least that one subscriber has.
 */
export function countedAddress(address: string): string {
  const ipv4 = mappedIpv4.exec(address)?.groups?.['ipv4'];
  if (ipv4 !== undefined) return ipv4;
  return isIPv6(address) ? `${networkOf(address)}::/64` : address;
}

/** Returns a function that tells whether an address is in one of the ranges. */
export function addressMatcher(ranges: readonly AddressRange[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { address, prefixBits, family } of ranges) list.addSubnet(address, prefixBits, family);
  // The list also finds IPv4 addresses that are mapped into IPv6.
  return (address) => isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** The first four groups, without leading zeros. */
function networkOf(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - groups.length - after.length }, () => '0');
  return [...groups, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
