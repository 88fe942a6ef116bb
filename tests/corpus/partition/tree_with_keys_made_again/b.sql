create table r(id bigint primary key);
create table p(id bigint, d date not null, r bigint references r on delete cascade, note text default 'x', primary key(id,d)) partition by range(d);
create table p1 partition of p for values from ('2020-01-01') to ('2021-01-01');
create table p2 partition of p for values from ('2021-01-01') to ('2022-01-01') partition by hash(id);
create table p20 partition of p2 for values with (modulus 3, remainder 0);
create index on p(note);
create table pd partition of p default;
