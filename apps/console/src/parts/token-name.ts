import type { Texts } from '../text/texts.tsx';

/** Description that the API gives to the tokens of sign-ins. */
const signIn = 'Sign-in';

/** Returns the description of a token as people read it. Null: it has none. */
export function tokenName(description: string | null | undefined, t: Texts['t']): string | null {
  return description === signIn ? t('tokens.signIn') : (description ?? null);
}
