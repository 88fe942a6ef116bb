create table t (id int);
alter table t add column name text not null default 'none';
alter table t add column n numeric(10,2);
