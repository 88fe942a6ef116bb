do $$ begin execute format('alter database %I set work_mem = ''5MB''', current_database()); end $$;
