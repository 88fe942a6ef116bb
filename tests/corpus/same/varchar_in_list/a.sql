create table t (n varchar(5) check (n in ('a', 'b')));
