create view v as select 1 as a;
comment on column v.a is 'one';
