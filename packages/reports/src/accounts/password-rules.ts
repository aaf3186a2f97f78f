import { invalidRequest } from '../errors.ts';

/** Hashes a new password with a new salt. */
export type HashPassword = (password: string) => Promise<string>;

/** Whether this is the caller's password now. Counts as a sign-in. */
export type IsCurrentPassword = (password: string) => Promise<boolean>;

/**
 * The passwords of 12 or more characters that lists of leaked passwords have most often, in lower
 * case. Shorter ones are refused by their length.
 */
const worstPasswords: ReadonlySet<string> = new Set([
  '000000000000',
  '0123456789ab',
  '111111111111',
  '112233445566',
  '123123123123',
  '1234567890-=',
  '123456789012',
  '1234567890123',
  '12345678901234',
  '123456789012345',
  '1234567890123456',
  '1234567891011',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  '1qaz2wsx3edc4rfv',
  'abc123abc123',
  'abcd12345678',
  'abcdefghijkl',
  'abcdefghijklm',
  'adminadminadmin',
  'administrator',
  'administrator1',
  'aaaaaaaaaaaa',
  'asdfasdfasdf',
  'asdfghjkl123',
  'changeme1234',
  'changemenow!',
  'changemeplease',
  'correcthorsebatterystaple',
  'hourglass123',
  'hourglass1234',
  'hourglasshourglass',
  'iloveyou1234',
  'letmeinletmein',
  'mypassword123',
  'p@ssw0rd1234',
  'p@ssword1234',
  'passw0rd1234',
  'password1234',
  'password12345',
  'password123456',
  'password123!',
  'password2024',
  'password2025',
  'password2026',
  'passwordpassword',
  'q1w2e3r4t5y6',
  'qazwsxedcrfv',
  'qwerty123456',
  'qwerty1234567',
  'qwertyqwerty',
  'qwertyuiop12',
  'qwertyuiop123',
  'qwertyuiop[]',
  'qwertyuiopasdfghjkl',
  'secretsecret',
  'unknown12345',
  'welcome12345',
  'welcomewelcome',
  'zxcvbnm12345',
]);

/**
 * Refuses passwords that an attacker tries first. The contract restricts the length.
 * @param field the field of the request that has the password
 * @throws ReportError `request.invalid`
 */
export function requireUncommonPassword(password: string, email: string, field = 'password'): void {
  const folded = password.normalize('NFC').toLowerCase();
  if (folded === email.toLowerCase()) {
    throw invalidRequest([{ field, message: 'the same as the e-mail address; expected another one' }]);
  }
  if (worstPasswords.has(folded)) {
    throw invalidRequest([
      { field, message: 'one of the passwords that attackers try first; expected another one' },
    ]);
  }
}

/**
 * Requires the password beside a token, which may be stolen.
 * @param field the field of the request that has the password
 * @throws ReportError `request.invalid`
 */
export async function requireCurrentPassword(
  field: string,
  password: string,
  isCurrentPassword: IsCurrentPassword,
): Promise<void> {
  if (await isCurrentPassword(password)) return;
  throw invalidRequest([{ field, message: 'not the current password; expected the one of the caller' }]);
}
