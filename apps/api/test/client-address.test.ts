import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { clientAddress } from '../src/http/client-address.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1:2:3:4%eth0', 'fe80:0:0:0::/64'],
  [undefined, ''],
])('A client at %s is counted as %s', (remoteAddress, counted) => {
  expect(clientAddress({ socket: { remoteAddress } as Socket })).toBe(counted);
});
