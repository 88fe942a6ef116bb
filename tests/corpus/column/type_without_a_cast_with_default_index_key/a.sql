create table a(id int primary key default 5);
create table b(a int default 3 references a, v varchar(3) default 'abc' check (v<>'zzz'));
create index bi on b(a) where v='q';
create index bv on b(v text_pattern_ops);
