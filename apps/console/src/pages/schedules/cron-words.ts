import { cronPlanOf } from '../../report/cron.ts';
import type { Texts } from '../../text/texts.tsx';
import { weekdayNames } from './weekday-names.ts';

/** A cron in words; null: it has none. */
export function cronWords(cron: string, { t, tag }: Pick<Texts, 't' | 'tag'>): string | null {
  const plan = cronPlanOf(cron);
  switch (plan.kind) {
    case 'hourly':
      return t('cron.hourlyAt', { minute: String(plan.minute).padStart(2, '0') });
    case 'daily':
      return t('cron.dailyAt', { time: plan.time });
    case 'weekdays':
      return t('cron.weekdaysAt', { time: plan.time });
    case 'weekly':
      return t('cron.weeklyAt', { time: plan.time, day: weekdayNames(tag)[plan.day] ?? '' });
    case 'monthly':
      return plan.day === 'L'
        ? t('cron.lastDayAt', { time: plan.time })
        : t('cron.monthlyAt', { time: plan.time, day: plan.day });
    case 'custom':
      return null;
    default:
      return plan satisfies never;
  }
}
