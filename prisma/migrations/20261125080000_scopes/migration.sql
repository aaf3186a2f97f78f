-- The scopes `queries` and `facts` became `read` and `submit`, and `ingest`.
update tokens
   set scopes = array(
     select distinct renamed.scope
       from unnest(scopes) as given (scope)
      cross join lateral unnest(case given.scope
              when 'queries' then array['read', 'submit']
              when 'facts' then array['ingest']
              else array[given.scope]
            end) as renamed (scope));
