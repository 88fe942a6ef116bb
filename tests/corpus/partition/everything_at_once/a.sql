create table p(id bigint, k int, v text, primary key(id,k)) partition by list(k);
create table p1 partition of p for values in (1);
create table p2 partition of p default;
create index pv on p(v);
create function tf() returns trigger language plpgsql as 'begin return new;
end';
create trigger tr after insert on p for each row execute function tf();
