create table p(id bigint, k int, v varchar(20) collate "C", w int generated always as (k*2) stored, primary key(id,k)) partition by list(k);
create table p1 partition of p for values in (1,3);
create table p2 partition of p default;
create table p3 partition of p for values in (7);
create unique index pv on p(k, v);
create function tf() returns trigger language plpgsql as 'begin return new;
end';
create trigger tr before update on p for each row when (old.v is distinct from new.v) execute function tf();
