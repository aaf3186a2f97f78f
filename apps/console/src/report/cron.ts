/** Due times in words. Times are `06:30`, days of the week 0 (Sunday) to 6, days of the month 1 to 28 or `L`. */
export type CronPlan =
  | { readonly kind: 'hourly'; readonly minute: number }
  | { readonly kind: 'daily' | 'weekdays'; readonly time: string }
  | { readonly kind: 'weekly'; readonly time: string; readonly day: number }
  | { readonly kind: 'monthly'; readonly time: string; readonly day: string }
  | { readonly kind: 'custom'; readonly cron: string };

export const cronKinds = ['hourly', 'daily', 'weekdays', 'weekly', 'monthly', 'custom'] as const;
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;

export function cronOf(plan: CronPlan): string {
  if (plan.kind === 'custom') return plan.cron;
  if (plan.kind === 'hourly') return `${plan.minute} * * * *`;
  const [hour, minute] = plan.time.split(':').map(Number);
  const at = `${minute ?? 0} ${hour ?? 0}`;
  switch (plan.kind) {
    case 'daily':
      return `${at} * * *`;
    case 'weekdays':
      return `${at} * * MON-FRI`;
    case 'weekly':
      return `${at} * * ${weekdays[plan.day] ?? 'MON'}`;
    case 'monthly':
      return `${at} ${plan.day} * *`;
    default:
      return plan satisfies never;
  }
}

/** Reads a cron back; what has no words is `custom`. */
export function cronPlanOf(cron: string): CronPlan {
  const custom = { kind: 'custom', cron } as const;
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...more] = cron.trim().split(/\s+/);
  if (more.length > 0 || month !== '*' || !isWithin(minute, 59)) return custom;
  if (hour === '*')
    return day === '*' && weekday === '*' ? { kind: 'hourly', minute: Number(minute) } : custom;
  if (!isWithin(hour, 23)) return custom;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (weekday === '*' && day === '*') return { kind: 'daily', time };
  if (weekday === '*') return /^(L|[1-9]|[12]\d|3[01])$/.test(day) ? { kind: 'monthly', time, day } : custom;
  if (day !== '*') return custom;
  if (/^(MON-FRI|1-5)$/i.test(weekday)) return { kind: 'weekdays', time };
  const index = weekdayOf(weekday);
  return index === null ? custom : { kind: 'weekly', time, day: index };
}

function weekdayOf(text: string): number | null {
  if (/^[0-7]$/.test(text)) return Number(text) % 7;
  const index = weekdays.findIndex((name) => name === text.toUpperCase());
  return index === -1 ? null : index;
}

function isWithin(text: string, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= most;
}

/** Begins each kind with a usual time. */
export function firstPlan(kind: CronPlan['kind'], cron: string): CronPlan {
  const plan = cronPlanOf(cron);
  const time = 'time' in plan ? plan.time : '06:00';
  switch (kind) {
    case 'hourly':
      return { kind, minute: 0 };
    case 'daily':
    case 'weekdays':
      return { kind, time };
    case 'weekly':
      return { kind, time, day: 1 };
    case 'monthly':
      return { kind, time, day: '1' };
    case 'custom':
      return { kind, cron };
    default:
      return kind satisfies never;
  }
}
