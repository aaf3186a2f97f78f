import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressRules } from '../src/address-rules.ts';
import { createTargets } from '../src/index.ts';

const none = createTargets({ networks: [], allowsHttp: true });

/** Networks of RFC 6890 and its updates that are not the public internet, written down from the registry. */
const internalNetworks = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

const numberOf = (address: string) =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
const dotted = (number: number) => [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join('.');

const internalAddress = fc
  .constantFrom(...internalNetworks)
  .chain(([network, bits]) =>
    fc.integer({ min: 0, max: 2 ** (32 - bits) - 1 }).map((host) => dotted((numberOf(network) + host) >>> 0)),
  );
const publicAddress = fc
  .integer({ min: 0, max: 2 ** 32 - 1 })
  .map(dotted)
  .filter((address) => {
    const number = numberOf(address);
    const isInternal = internalNetworks.some(
      ([network, bits]) => Math.floor(number / 2 ** (32 - bits)) === numberOf(network) / 2 ** (32 - bits),
    );
    // Allotted to single purposes: AS112, AMT, 6to4 relays, Azure.
    return (
      !isInternal && !/^(192\.31\.196|192\.52\.193|192\.88\.99|192\.175\.48|168\.63\.129)\./.test(address)
    );
  });

/** Notations in which a host of a URL may write the same IPv4 address. */
const notations: readonly ((address: string) => string)[] = [
  (address) => address,
  (address) => `${address}.`,
  (address) => String(numberOf(address)),
  (address) => `0x${numberOf(address).toString(16)}`,
  (address) => `0${numberOf(address).toString(8)}`,
  (address) =>
    address
      .split('.')
      .map((part) => `0${Number(part).toString(8)}`)
      .join('.'),
  (address) =>
    address
      .split('.')
      .map((part) => `0x${Number(part).toString(16)}`)
      .join('.'),
  (address) => address.replaceAll('.', '%2e'),
  // Full-width digits and the ideographic full stop are mapped by IDNA.
  (address) => address.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  (address) => address.replaceAll('.', '。'),
  (address) => {
    const [a, b, c, d] = address.split('.').map(Number);
    return `${a}.${b}.${(c ?? 0) * 256 + (d ?? 0)}`;
  },
];

/** Forms of IPv6 that contain an IPv4 address. */
const embedded: readonly ((address: string) => string)[] = [
  (address) => `::ffff:${address}`,
  (address) => `::${address}`,
  (address) => `64:ff9b::${address}`,
  (address) => `64:ff9b:1::${address}`,
  (address) => `::ffff:0:${address}`,
  (address) => {
    const hex = numberOf(address).toString(16).padStart(8, '0');
    return `2002:${hex.slice(0, 4)}:${hex.slice(4)}::1`;
  },
  (address) => {
    const hex = numberOf(address).toString(16).padStart(8, '0');
    return `2001:0:${hex.slice(0, 4)}:${hex.slice(4)}::1`;
  },
];

describe('the URL of a receiver', () => {
  test('is refused with an internal address in every notation', () => {
    fc.assert(
      fc.property(internalAddress, fc.constantFrom(...notations), (address, write) => {
        expect(none.faultOf(`https://${write(address)}/hook`)).toContain(
          `has the address ${address}, which is not on the public internet`,
        );
      }),
    );
  });

  test('is refused with an IPv6 address that contains an IPv4 address, also a public one', () => {
    fc.assert(
      fc.property(
        fc.oneof(internalAddress, publicAddress),
        fc.constantFrom(...embedded),
        (address, embed) => {
          expect(none.faultOf(`https://[${embed(address)}]:8443/`)).toContain('not on the public internet');
        },
      ),
    );
  });

  test('is allowed with a public address in every notation, so that the refusals are meaningful', () => {
    fc.assert(
      fc.property(publicAddress, fc.constantFrom(...notations), (address, write) => {
        expect(none.faultOf(`https://${write(address)}/hook`)).toBeNull();
      }),
    );
  });

  test.each([
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fec0::1]',
    '[ff02::1]',
    '[100::1]',
    '[2001:db8::1]',
    '[3fff::1]',
    '168.63.129.16',
    '169.254.169.254',
    '100.100.100.200',
  ])('is refused with the internal address %s', (host) => {
    expect(none.faultOf(`https://${host}/`)).toContain('not on the public internet');
  });

  test('is allowed with an address of an allowed network, but not in a mapped form', () => {
    const own = createTargets({
      networks: [{ family: 'ipv4', address: '10.1.0.0', prefixBits: 16 }],
      allowsHttp: false,
    });
    expect(own.faultOf('https://10.1.2.3/')).toBeNull();
    expect(own.faultOf('https://10.2.2.3/')).toContain('not on the public internet');
    expect(own.faultOf('https://[::ffff:10.1.2.3]/')).toContain('not on the public internet');
  });

  test.each([
    ['hook', 'is not a URL; expected an https URL'],
    ['http://example.com/', 'has the scheme "http"; expected an https URL'],
    ['ftp://example.com/', 'has the scheme "ftp"; expected an https URL'],
    ['file:///etc/passwd', 'has the scheme "file"; expected an https URL'],
    ['https://user:secret@example.com/', 'contains credentials; expected a URL without them'],
    ['https://example.com/#part', 'has a fragment; expected a URL without one'],
    ['https://example.com:25/', 'has the port 25; expected 80, 443 or one from 1024'],
    ['https://example.com:1023/', 'has the port 1023; expected 80, 443 or one from 1024'],
    ['https://example.com:1024/', null],
    ['https://example.com:80/', null],
    ['https://example.com/hook?token=1', null],
    ['https://münchen.example/', null],
  ])('%s: %s', (url, fault) => {
    expect(createTargets({ networks: [], allowsHttp: false }).faultOf(url)).toBe(fault);
  });
});

test('an address that is none is refused', () => {
  const rules = addressRules([]);
  expect(
    ['', 'localhost', '1.2.3', '1.2.3.4.5', 'fe80::1%eth0'].filter((text) => rules.isAllowed(text)),
  ).toEqual([]);
});
