import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

/**
 * Moves the focus to a new page, as a browser does when it loads one: the element with the focus is gone, and screen
 * readers say nothing. A page that is loaded first takes the focus from `main` with its heading.
 */
export function RouteFocus() {
  const [path] = useLocation();
  const shown = useRef(path);
  useEffect(() => {
    const previous = shown.current;
    shown.current = path;
    // The first page has the focus of the browser, and `/` leads to it.
    if (previous === path || previous === '/') return;
    const main = document.querySelector<HTMLElement>('#main');
    // While a lazy page loads, React keeps the last one hidden.
    const heading = [...(main?.querySelectorAll('h1') ?? [])].find((each) => each.checkVisibility());
    (heading ?? main)?.focus();
    window.scrollTo(0, 0);
  }, [path]);
  return null;
}
