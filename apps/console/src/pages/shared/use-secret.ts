import { useEffect, useState } from 'react';
import { useSearch } from 'wouter';

/**
 * Returns the secret in the fragment of the URL. Choices of the page change the URL without its fragment, which would be lost with
 * the next reload, so it is added again.
 */
export function useSecret(): string {
  const [secret] = useState(() => window.location.hash.slice(1));
  // So that a change draws the page again.
  useSearch();
  useEffect(() => {
    if (secret === '' || window.location.hash === `#${secret}`) return;
    const { pathname, search: present } = window.location;
    window.history.replaceState(window.history.state, '', `${pathname}${present}#${secret}`);
  });
  return secret;
}
