import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { StartError, reasonOf, type TlsSettings } from '@hourglass/platform';

/** The content of the two PEM files. */
export interface PemPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface Certificate extends PemPair {
  readonly files: TlsSettings;
  readonly validFromMs: number;
  readonly validUntilMs: number;
}

/**
 * Reads a certificate and its key.
 * @throws StartError if a file cannot be read, is not PEM, or the two do not belong together
 */
export async function readCertificate(files: TlsSettings): Promise<Certificate> {
  const { certFile, keyFile } = files;
  const [cert, key] = await Promise.all([
    readPem('HOURGLASS_TLS_CERT', certFile),
    readPem('HOURGLASS_TLS_KEY', keyFile),
  ]);
  const leaf = parse(
    `HOURGLASS_TLS_CERT: ${certFile} is not a certificate in PEM`,
    () => new X509Certificate(cert),
  );
  const privateKey = parse(
    `HOURGLASS_TLS_KEY: ${keyFile} is not a private key in PEM without a passphrase`,
    () => createPrivateKey(key),
  );
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new StartError(
      `HOURGLASS_TLS_KEY: ${keyFile} is not the key of the first certificate in ${certFile}`,
    );
  }
  // Refuses what OpenSSL does not use, such as short keys.
  parse(`HOURGLASS_TLS_CERT: ${certFile} cannot be used`, () => createSecureContext({ cert, key }));
  const [validFromMs, validUntilMs] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  return { files, cert, key, validFromMs, validUntilMs };
}

/** Why clients will refuse a certificate at this time; null: its time is right. */
export function describeValidity(
  { validFromMs, validUntilMs }: Pick<Certificate, 'validFromMs' | 'validUntilMs'>,
  nowMs: number,
): string | null {
  if (nowMs >= validFromMs && nowMs <= validUntilMs) return null;
  const [problem, ms] =
    nowMs > validUntilMs ? ['expired at', validUntilMs] : ['is not valid before', validFromMs];
  return `HOURGLASS_TLS_CERT: the certificate ${problem} ${new Date(ms).toISOString()}, so clients refuse it`;
}

async function readPem(setting: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new StartError(`${setting}: cannot read ${file} (${reasonOf(error)})`, { cause: error });
  }
}

/** @throws StartError with the message, and OpenSSL's reason, if `read` throws */
function parse<Parsed>(message: string, read: () => Parsed): Parsed {
  try {
    return read();
  } catch (error) {
    throw new StartError(`${message} (${reasonOf(error)})`, { cause: error });
  }
}
