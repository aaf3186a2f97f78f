/** Texts of the list of shortcuts. */
export const shortcuts = {
  'shortcuts.close': 'Close',
  'shortcuts.escape': 'Close a list or dialog',
  'shortcuts.list': 'List these shortcuts',
  'shortcuts.newReport': 'Build a report',
  'shortcuts.open': 'Keyboard shortcuts',
  'shortcuts.search': 'Search this page',
  'shortcuts.single': 'Single keys are shortcuts',
  'shortcuts.submit': 'Submit the report',
  'shortcuts.tab': 'Go to the next control; with Shift to the one before',
  'shortcuts.title': 'Keyboard shortcuts',
} as const;
