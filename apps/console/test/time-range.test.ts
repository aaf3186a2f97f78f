import { expect, test } from 'vitest';
import { instantOfWallTime, wallTimeOf } from '../src/report/time-range.ts';

test('a clock time in a zone is the instant at which clocks there show it', () => {
  expect(instantOfWallTime('2026-11-30T13:05', 'UTC')).toBe('2026-11-30T13:05:00Z');
  expect(instantOfWallTime('2026-11-30T13:05', 'Europe/Warsaw')).toBe('2026-11-30T12:05:00Z');
  expect(instantOfWallTime('2026-07-01T00:00', 'America/St_Johns')).toBe('2026-07-01T02:30:00Z');
  expect(instantOfWallTime('2026-07-01T00:00', 'Pacific/Kiritimati')).toBe('2026-06-30T10:00:00Z');
  expect(instantOfWallTime('', 'UTC')).toBe('');
});

test('of a time that clocks show twice it is the first, of a skipped one the time behind the gap', () => {
  // 25 October 2026, 3:00 summer time is 2:00 again.
  expect(instantOfWallTime('2026-10-25T02:30', 'Europe/Warsaw')).toBe('2026-10-25T00:30:00Z');
  // 29 March 2026, 2:00 is 3:00.
  expect(instantOfWallTime('2026-03-29T02:30', 'Europe/Warsaw')).toBe('2026-03-29T01:30:00Z');
});

test('both directions agree in the nights in which clocks change', () => {
  for (const zone of ['Europe/Warsaw', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata']) {
    for (const night of [
      '2026-03-08',
      '2026-03-29',
      '2026-04-05',
      '2026-10-04',
      '2026-10-25',
      '2026-11-01',
    ]) {
      for (let hour = 0; hour < 24; hour += 3) {
        const iso = `${night}T${String(hour).padStart(2, '0')}:45:00Z`;
        const wall = wallTimeOf(iso, zone);
        expect([zone, wallTimeOf(instantOfWallTime(wall, zone), zone)]).toEqual([zone, wall]);
      }
    }
  }
});

test('a time of the body without zone is UTC, as in the API', () => {
  expect(wallTimeOf('2026-11-30T13:05:59', 'UTC')).toBe('2026-11-30T13:05');
  expect(wallTimeOf('2026-11-30T13:05:00+02:00', 'UTC')).toBe('2026-11-30T11:05');
  expect(wallTimeOf('2026-11-30', 'UTC')).toBe('2026-11-30T00:00');
  expect(wallTimeOf('soon', 'UTC')).toBe('');
});
