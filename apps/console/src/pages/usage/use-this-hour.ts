import { useEffect, useState } from 'react';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const startOfHour = () => Math.floor(Date.now() / hourMs) * hourMs;

/** Returns the start of the present hour in milliseconds, so that reads within an hour share their cached response. */
export function useThisHour(): number {
  const [thisHourMs, setThisHour] = useState(startOfHour);
  useEffect(() => {
    const timer = window.setInterval(() => setThisHour(startOfHour()), minuteMs);
    return () => window.clearInterval(timer);
  }, []);
  return thisHourMs;
}
