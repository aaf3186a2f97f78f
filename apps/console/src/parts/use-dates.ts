import { useMemo } from 'react';
import { useTexts } from '../text/texts.tsx';

/** Returns a function that formats times of the API; a dash for null. */
export function useDates(): (time: string | null) => string {
  const { tag } = useTexts();
  const format = useMemo(
    () => new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' }),
    [tag],
  );
  return (time) => (time === null ? '–' : format.format(new Date(time)));
}
