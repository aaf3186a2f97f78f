/** As a ref: moves the focus to a heading that replaces the control with the focus, so that the keyboard goes on there. */
export function focusOnce(heading: HTMLElement | null): void {
  if (heading !== null && document.activeElement === document.body) heading.focus();
}
