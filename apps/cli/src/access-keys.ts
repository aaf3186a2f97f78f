import type { AccessKeyView } from '@hourglass/contract';
import { environmentPath, type Place } from './api-client.ts';

export function accessKeysPath(place: Place): string {
  return `${environmentPath(place)}/accessKeys`;
}

/** Id, state, time of expiry and description, separated by tabs. */
export function accessKeyLine({ accesskeyId, disabled, expires, description }: AccessKeyView): string {
  const state = disabled ? 'disabled' : 'enabled';
  return [accesskeyId, state, expires ?? 'never expires', description ?? ''].join('\t');
}
