-- The Referer header of a call, which access logs have.
alter table hot_api_facts add column referer text;
