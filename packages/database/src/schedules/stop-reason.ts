import { sql } from '../connection/sql.ts';

/**
 * Why the schedule `s` cannot run: its report, the user or the token of its last change is gone.
 * Null: it can. Every role may submit.
 */
export const stopReason = sql`
  case when not exists (select from saved_reports r where r.id = s.report_id) then 'reportDeleted'
       when not exists (select from users u where u.id = s.maker_id) then 'userDeleted'
       when s.token_id is not null
        and not exists (select from tokens t where t.id = s.token_id and (t.expires_at is null or t.expires_at > now()))
       then 'tokenEnded'
  end`;
