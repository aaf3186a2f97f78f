import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

const mappedIpv4 = /^::ffff:(?<ipv4>\d+\.\d+\.\d+\.\d+)$/i;

/**
 * The address by which a client is counted: an IPv4 address, or the /64 network of an IPv6 address,
 * which is the least that one subscriber has.
 */
export function clientAddress(request: Pick<IncomingMessage, 'socket'>): string {
  const address = request.socket.remoteAddress ?? '';
  const ipv4 = mappedIpv4.exec(address)?.groups?.['ipv4'];
  if (ipv4 !== undefined) return ipv4;
  return isIPv6(address) ? `${networkOf(address)}::/64` : address;
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
