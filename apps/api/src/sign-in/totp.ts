import { Secret, TOTP } from 'otpauth';
import type { TotpCodes } from '@hourglass/reports';

/** As apps name it beside the e-mail address. */
const issuer = 'Hourglass';
/** Every authenticator app supports these values. Some ignore others in the URL. */
const form = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Bits of a secret are those of its hash, as RFC 4226 recommends. */
const secretBytes = 20;
/** Steps before and after the current one: the clock of a phone may differ, and typing takes time. */
const window = 1;

export const totpCodes: TotpCodes = {
  newSecret: () => new Secret({ size: secretBytes }).base32,
  urlOf: (secret, email) =>
    new TOTP({ ...form, issuer, label: email, secret: Secret.fromBase32(secret) }).toString(),
  stepOf(secret, code, nowMs) {
    const totp = new TOTP({ ...form, secret: Secret.fromBase32(secret) });
    // Compares in constant time.
    const delta = totp.validate({ token: code, timestamp: nowMs, window });
    return delta === null ? null : totp.counter({ timestamp: nowMs }) + delta;
  },
};
