/** The source of a regular expression for a UUID in lower case, as PostgreSQL prints it. */
export const uuidPattern = String.raw`[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}`;

const uuid = new RegExp(`^${uuidPattern}$`, 'i');

/** Whether PostgreSQL accepts `text` where it expects a UUID. */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}
