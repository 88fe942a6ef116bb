create table t (id int);
create table l (id int);
create rule r as on insert to t do also insert into l values (new.id);
comment on rule r on t is 'x';
