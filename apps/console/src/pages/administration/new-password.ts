const randomBytes = 18;

/** Returns a random password of 24 letters, digits, `-` and `_`, as the API makes them. */
export function newPassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(randomBytes));
  return btoa(String.fromCodePoint(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
