create table t (id bigint generated always as identity (sequence name t_numbers start 5 minvalue 2 cache 10 cycle));
