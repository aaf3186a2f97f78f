/** Kinds of errors that a caller can act on. The API maps each kind to one HTTP status. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method'
  | 'timeout'
  | 'conflict'
  | 'gone'
  | 'too_large'
  | 'media_type'
  | 'precondition'
  | 'range'
  | 'limited'
  | 'deadline'
  | 'unavailable'
  | 'internal';
