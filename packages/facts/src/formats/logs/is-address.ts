const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const v4 = `${byte}(?:\\.${byte}){3}`;
const ipv4 = new RegExp(`^${v4}$`);
const group = /^[\da-f]{1,4}$/i;
const zone = /^[\w.:-]+$/;
const groups = 8;

/** Whether the text is an IPv4 or IPv6 address, as `net.isIP` of Node.js has it. */
export function isAddress(text: string): boolean {
  if (!text.includes(':')) return ipv4.test(text);
  const percent = text.indexOf('%');
  if (percent >= 0 && !zone.test(text.slice(percent + 1))) return false;
  return isIpv6(percent < 0 ? text : text.slice(0, percent));
}

function isIpv6(text: string): boolean {
  const sides = text.split('::');
  if (sides.length > 2) return false;
  const counts = sides.map((side, index) => countGroups(side, index === sides.length - 1));
  if (counts.includes(-1)) return false;
  const count = counts.reduce((sum, one) => sum + one, 0);
  return sides.length === 2 ? count < groups : count === groups;
}

/** Counts groups of 16 bits; -1 if there is anything else. An IPv4 address may be the last two. */
function countGroups(side: string, isLast: boolean): number {
  if (side === '') return 0;
  const parts = side.split(':');
  const endsInIpv4 = isLast && ipv4.test(parts.at(-1) ?? '');
  const hexadecimal = endsInIpv4 ? parts.slice(0, -1) : parts;
  return hexadecimal.every((part) => group.test(part)) ? parts.length + (endsInIpv4 ? 1 : 0) : -1;
}
