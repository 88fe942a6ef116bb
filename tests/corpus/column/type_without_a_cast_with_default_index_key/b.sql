create table a(id uuid primary key default gen_random_uuid());
create table b(a uuid default gen_random_uuid() references a, v int default 8 check (v<>9));
create index bi on b(a) where v=7;
create index bv on b(v);
