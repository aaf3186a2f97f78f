import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export interface TestCertificate {
  /** Both in PEM. */
  readonly cert: string;
  readonly key: string;
}

const day = 86_400_000;
const sequence = 0x30;
const ecdsaWithSha256 = der(sequence, oid('2a8648ce3d040302'));

/**
 * Makes a key and a certificate for `localhost` and 127.0.0.1, signed by itself, so that it is its
 * own authority. Node.js can sign, but has no writer of X.509: RFC 5280, section 4.1, in DER.
 */
export function makeCertificate({
  validFromMs = Date.now() - day,
  validUntilMs = Date.now() + day,
} = {}): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = der(sequence, der(0x31, der(sequence, oid('550403'), der(0x0c, Buffer.from('localhost')))));
  const body = der(
    sequence,
    der(0xa0, integer(2)),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    der(sequence, generalizedTime(validFromMs), generalizedTime(validUntilMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(sequence, basicConstraints(), subjectAlternativeNames())),
  );
  const signature = der(0x03, Buffer.of(0), sign('sha256', body, privateKey));
  const base64 = der(sequence, body, ecdsaWithSha256, signature).toString('base64');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** An authority. */
function basicConstraints(): Buffer {
  const critical = der(0x01, Buffer.of(0xff));
  return der(sequence, oid('551d13'), critical, der(0x04, der(sequence, der(0x01, Buffer.of(0xff)))));
}

function subjectAlternativeNames(): Buffer {
  const names = der(sequence, der(0x82, Buffer.from('localhost')), der(0x87, Buffer.of(127, 0, 0, 1)));
  return der(sequence, oid('551d11'), der(0x04, names));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value));
}

function generalizedTime(ms: number): Buffer {
  return der(0x18, Buffer.from(new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '')));
}

/** A tag, the length and the value of one element. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), value]);
  const longLength = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...longLength), value]);
}
