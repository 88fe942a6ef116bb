create table r(id int primary key);
create table p(id int, d date not null, r int references r, primary key(id,d)) partition by range(d);
create table p1 partition of p for values from ('2020-01-01') to ('2021-01-01');
create table p2 partition of p for values from ('2021-01-01') to ('2022-01-01') partition by hash(id);
create table p20 partition of p2 for values with (modulus 2, remainder 0);
