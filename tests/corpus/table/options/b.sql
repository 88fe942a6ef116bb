create table t (id int, x text) with (fillfactor = 80, toast.autovacuum_enabled = false);
